/* SPDX-License-Identifier: MIT */
#ifndef SHELF_H
#define SHELF_H

#include <linux/seqlock.h>
#include <mini/kernel.h>

int shelf_load(void);
void dust(void);

static inline void begin_or_lock(seqlock_t *sl, unsigned int *seq)
{
	if (!(*seq & 1))
		*seq = read_seqbegin(sl);
	else
		raw_spin_lock(&sl->lock);
}

static inline bool need_retry(seqlock_t *sl, unsigned int seq)
{
	return !(seq & 1) && read_seqretry(sl, seq);
}

static inline void done_retry(seqlock_t *sl, unsigned int seq)
{
	if (seq & 1)
		raw_spin_unlock(&sl->lock);
}

#endif
