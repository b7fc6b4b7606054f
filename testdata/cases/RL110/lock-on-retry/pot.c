// SPDX-License-Identifier: MIT
/*
 * Read without the lock, and once more with it if that went wrong: whether it is
 * held is in a variable that an inline function is handed the address of, as in
 * getrusage().
 */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	unsigned int sequence;
	int n, m;
};

void count(struct shelf *s, int *sum);
void shelf_sum(struct shelf *s, int who, int *sum);
bool changed(struct shelf *s, unsigned int seq);

static inline unsigned int shelf_begin(const struct shelf *s)
{
	unsigned int seq;

	while ((seq = *(volatile const unsigned int *)&s->sequence) & 1)
		;
	return seq;
}

static inline void shelf_begin_or_lock(struct shelf *s, unsigned int *seq)
{
	if (!(*seq & 1))
		*seq = shelf_begin(s);
	else
		raw_spin_lock(&s->lock);
}

static inline int shelf_retry(struct shelf *s, unsigned int seq)
{
	return !(seq & 1) && changed(s, seq);
}

static inline void shelf_done(struct shelf *s, unsigned int seq)
{
	if (seq & 1)
		raw_spin_unlock(&s->lock);
}

void shelf_sum(struct shelf *s, int who, int *sum)
{
	unsigned int seq = 0;

retry:
	*sum = 0;
	if (who == 7) {
		count(s, sum);
		goto out;
	}
	shelf_begin_or_lock(s, &seq);
	switch (who) {
	case 1:
	case 2:
		*sum += s->n;
		if (who == 1)
			break;
		__attribute__((__fallthrough__));
	case 3:
		*sum += s->m;
		for (int i = 0; i < s->n; i++)
			count(s, sum);
		break;
	default:
		__builtin_trap();
	}
	if (shelf_retry(s, seq)) {
		seq = 1;
		goto retry;
	}
	shelf_done(s, seq);
out:
	count(s, sum);
}
