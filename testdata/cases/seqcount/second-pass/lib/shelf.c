// SPDX-License-Identifier: MIT
/* beyond: joins */
#include "shelf.h"

static seqlock_t far_shelf;
static int load;

int shelf_load(void)
{
	unsigned int seq = 0;
	int ret;

again:
	begin_or_lock(&far_shelf, &seq);
	ret = load;
	if (need_retry(&far_shelf, seq)) {
		seq = 1;
		goto again;
	}
	done_retry(&far_shelf, seq);
	return ret;
}

/* Keeps writers out. */
void shelf_dust(void)
{
	raw_spin_lock(&far_shelf.lock);
	dust();
	raw_spin_unlock(&far_shelf.lock);
}
