// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "kettle.h"

seqlock_t kettle_lock;
static int level;

void kettle_fill(int litres)
{
	unsigned int seq = 0;

	kettle_begin(&kettle_lock, &seq);
	level += litres;
	kettle_end(&kettle_lock, seq);
}
