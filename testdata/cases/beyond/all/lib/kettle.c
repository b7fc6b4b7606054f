// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "kettle.h"

void kettle_fill(struct kettle *k, int litres)
{
	raw_spin_lock(&k->steam_lock);
	k->level += litres;
	raw_spin_unlock(&k->steam_lock);
	/* Of the one function that is assigned to it: it is not followed, it only holds. */
	kettle_ops(k)->lift(k);
}
