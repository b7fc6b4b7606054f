// SPDX-License-Identifier: MIT
/* beyond: joins */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(kettle_lock);
static int level;

void kettle_whistle(void);
void kettle_fill(int litres);
void kettle_boil(void);

static void __kettle_fill(int litres)
{
	raw_spin_lock(&kettle_lock);
	level += litres;
	raw_spin_unlock(&kettle_lock);
}

void kettle_fill(int litres)
{
	if (litres > 0)
		__kettle_fill(litres);
}

void kettle_boil(void)
{
	raw_spin_lock(&kettle_lock);
	kettle_whistle();
	raw_spin_unlock(&kettle_lock);
}
