// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "kettle.h"

static DEFINE_RAW_SPINLOCK(tap_lock);
static int tap;

void kettle_fill(struct kettle *k, int litres)
{
	raw_spin_lock(&tap_lock);
	tap = litres;
	raw_spin_unlock(&tap_lock);
	raw_spin_lock(&k->steam_lock);
	k->level += litres;
	raw_spin_unlock(&k->steam_lock);
}
