// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "kettle.h"

static DEFINE_RAW_SPINLOCK(stove_lock);
static int hot;

void stove_lift(struct kettle *k)
{
	kettle_lock(k);
	stove_whistle();
	kettle_unlock(k);
}

static void cool(struct kettle *k)
{
	raw_spin_lock(&stove_lock);
	hot = k->level;
	raw_spin_unlock(&stove_lock);
}

const struct kettle_ops stove_ops = { .lift = cool };
