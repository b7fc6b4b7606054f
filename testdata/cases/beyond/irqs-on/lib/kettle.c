// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static DEFINE_RAW_SPINLOCK(spout_lock);
static int level;

void kettle_whistle(void);
void kettle_fill(int litres);
void kettle_pour(int litres);
void kettle_boil(void);
void kettle_tip(void);

void kettle_fill(int litres)
{
	raw_spin_lock(&kettle_lock);
	level += litres;
	raw_spin_unlock(&kettle_lock);
}

void kettle_pour(int litres)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&spout_lock, flags);
	level -= litres;
	raw_spin_unlock_irqrestore(&spout_lock, flags);
}

void kettle_boil(void)
{
	raw_spin_lock(&kettle_lock);
	kettle_whistle();
	raw_spin_unlock(&kettle_lock);
}

void kettle_tip(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&spout_lock, flags);
	kettle_whistle();
	raw_spin_unlock_irqrestore(&spout_lock, flags);
}
