// SPDX-License-Identifier: MIT
/*
 * The hook runs here as well, but no lock is taken that programs may want: this
 * is not read.
 */
/* beyond: not-reached */
#include "kettle.h"

int shelf_lift(struct kettle *k);

struct shelf {
	raw_spinlock_t shelf_lock;
};

static struct shelf shelf;

int shelf_lift(struct kettle *k)
{
	int ret;

	raw_spin_lock(&shelf.shelf_lock);
	ret = security_kettle_lift(k);
	raw_spin_unlock(&shelf.shelf_lock);
	return ret;
}
