// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static int level;

void kettle_whistle(void);
void kettle_fill(int litres);
void kettle_boil(void);
void with_lock(raw_spinlock_t *first, raw_spinlock_t *second, int litres);
void with_spinlock(raw_spinlock_t *lock, int litres);

void with_spinlock(raw_spinlock_t *lock, int litres)
{
	raw_spin_lock(lock);
	level += litres;
	raw_spin_unlock(lock);
}

void with_lock(raw_spinlock_t *first, raw_spinlock_t *second, int litres)
{
	with_spinlock(second, litres);
}

void kettle_fill(int litres)
{
	with_lock(0, &kettle_lock, litres);
}

void kettle_boil(void)
{
	raw_spin_lock(&kettle_lock);
	kettle_whistle();
	raw_spin_unlock(&kettle_lock);
}
