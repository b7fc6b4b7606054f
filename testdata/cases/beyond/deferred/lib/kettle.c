// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static int level, later;

bool arch_irqs_disabled(void);
void synchronize_rcu(void);
void kettle_whistle(void);
void kettle_fill(int litres);
void kettle_empty(void);
void kettle_boil(void);

void kettle_fill(int litres)
{
	unsigned long flags;

	if (arch_irqs_disabled()) {
		later += litres;
		return;
	}
	raw_spin_lock_irqsave(&kettle_lock, flags);
	level += litres;
	raw_spin_unlock_irqrestore(&kettle_lock, flags);
}

void kettle_empty(void)
{
	synchronize_rcu();
	raw_spin_lock(&kettle_lock);
	level = 0;
	raw_spin_unlock(&kettle_lock);
}

void kettle_boil(void)
{
	raw_spin_lock(&kettle_lock);
	kettle_whistle();
	raw_spin_unlock(&kettle_lock);
}
