// SPDX-License-Identifier: MIT
/*
 * Nothing that programs call is here, but programs run here: on the hook, while
 * the lock is held that the helper takes.
 */
/* beyond: joins */
#include "kettle.h"

int stove_lift(struct kettle *k);

static int may_lift(struct kettle *k)
{
	if (k->level > 2)
		return -1;
	return security_kettle_lift(k);
}

int stove_lift(struct kettle *k)
{
	int ret;

	raw_spin_lock(&k->steam_lock);
	ret = may_lift(k);
	raw_spin_unlock(&k->steam_lock);
	return ret;
}
