// SPDX-License-Identifier: MIT
/* A lock that is taken in another file, which nothing leads to either. */
/* beyond: joins */
#include "kettle.h"

void kettle_lock(struct kettle *k)
{
	raw_spin_lock(&k->steam_lock);
}

void kettle_unlock(struct kettle *k)
{
	raw_spin_unlock(&k->steam_lock);
}
