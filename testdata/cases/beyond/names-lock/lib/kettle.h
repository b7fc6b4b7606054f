/* SPDX-License-Identifier: MIT */
#ifndef KETTLE_H
#define KETTLE_H

#include <mini/kernel.h>
#include <linux/seqlock.h>

extern seqlock_t kettle_lock;

static inline void kettle_begin(seqlock_t *l, unsigned int *seq)
{
	if (!(*seq & 1))
		*seq = read_seqbegin(l);
	else
		raw_spin_lock(&l->lock);
}

static inline void kettle_end(seqlock_t *l, unsigned int seq)
{
	if (seq & 1)
		raw_spin_unlock(&l->lock);
}

void kettle_fill(int litres);
void stove_spark(void);

#endif
