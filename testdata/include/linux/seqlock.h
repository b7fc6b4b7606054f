/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SEQLOCK_H
#define _LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/spinlock.h>

/* The kernel's names and shapes: which count a macro is about is found by its type. */
typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

typedef struct seqcount_raw_spinlock {
	seqcount_t seqcount;
} seqcount_raw_spinlock_t;

typedef struct {
	seqcount_raw_spinlock_t seqcount;
	raw_spinlock_t lock;
} seqlock_t;

static inline seqcount_t *__seqprop_ptr(seqcount_t *s)
{
	return s;
}

static inline seqcount_t *__seqprop_raw_spinlock_ptr(seqcount_raw_spinlock_t *s)
{
	return &s->seqcount;
}

static inline unsigned int __seqprop_sequence(const seqcount_t *s)
{
	return READ_ONCE(s->sequence);
}

static inline unsigned int __seqprop_raw_spinlock_sequence(const seqcount_raw_spinlock_t *s)
{
	return READ_ONCE(s->seqcount.sequence);
}

#define seqprop(s, prop)                                                                           \
	_Generic(*(s), seqcount_t: __seqprop_##prop,                                               \
		 seqcount_raw_spinlock_t: __seqprop_raw_spinlock_##prop)(s)

#define read_seqcount_begin(s)                                                                     \
	({                                                                                         \
		unsigned int __seq;                                                                \
                                                                                                   \
		while ((__seq = seqprop(s, sequence)) & 1)                                         \
			asm volatile("pause" ::: "memory");                                        \
		__seq;                                                                             \
	})
#define raw_read_seqcount(s) seqprop(s, sequence)
#define read_seqcount_retry(s, start) do_read_seqcount_retry(seqprop(s, ptr), start)
static inline int do_read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	return READ_ONCE(s->sequence) != start;
}

static inline void do_raw_write_seqcount_begin(seqcount_t *s)
{
	s->sequence++;
}

static inline void do_raw_write_seqcount_end(seqcount_t *s)
{
	s->sequence++;
}

#define write_seqcount_begin(s) do_raw_write_seqcount_begin(seqprop(s, ptr))
#define write_seqcount_end(s) do_raw_write_seqcount_end(seqprop(s, ptr))

static inline void write_seqlock(seqlock_t *sl)
{
	raw_spin_lock(&sl->lock);
	do_raw_write_seqcount_begin(&sl->seqcount.seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	do_raw_write_seqcount_end(&sl->seqcount.seqcount);
	raw_spin_unlock(&sl->lock);
}

static inline unsigned int read_seqbegin(seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

#endif
