// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "pot.h"

static DEFINE_RAW_SPINLOCK(clay_lock);
static DEFINE_RAW_SPINLOCK(iron_lock);

/* Programs come to this file by name here. */
int pot_size(struct pot *p)
{
	return p->size;
}

void clay_fire(void)
{
	raw_spin_lock(&clay_lock);
	cool();
	raw_spin_unlock(&clay_lock);
}

void iron_fire(void)
{
	raw_spin_lock(&iron_lock);
	cool();
	raw_spin_unlock(&iron_lock);
}

static void clay_empty(struct pot *p)
{
	raw_spin_lock(&clay_lock);
	raw_spin_unlock(&clay_lock);
}

static void iron_empty(struct pot *p)
{
	raw_spin_lock(&iron_lock);
	raw_spin_unlock(&iron_lock);
}

static void sweep(struct pot *p)
{
	p->class->ops->empty(p);
}

static int clay_smash(struct pot *p)
{
	sweep(p);
	return 1;
}

static int iron_smash(struct pot *p)
{
	return 0;
}

const struct pot_ops clay_ops = { .smash = clay_smash, .empty = clay_empty };
const struct pot_ops iron_ops = { .smash = iron_smash, .empty = iron_empty };
