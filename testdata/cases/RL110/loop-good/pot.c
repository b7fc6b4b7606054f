// SPDX-License-Identifier: MIT
/* Locks round a loop: which one is held is in a pointer that is another each time. */
#include <mini/pot.h>

struct bin {
	raw_spinlock_t lock;
	int items;
};

struct shelf {
	raw_spinlock_t lock;
	struct bin bin;
	struct shelf *next;
	struct row *rows;
	unsigned int flags;
};

struct row {
	raw_spinlock_t lock;
	int items;
};

/* As the kernel's folio_lruvec_relock_irqsave(). */
#include "relock.h"

bool more(struct shelf *s);
void shelves_run(struct shelf *head);
void shelves_move(struct shelf **v, int n);
int shelf_count(struct shelf *s, unsigned long offset);

/* As net_tx_action(): the lock of each in turn, unless it does without. */
void shelves_run(struct shelf *head)
{
	while (head) {
		struct shelf *s = head;
		raw_spinlock_t *lock = NULL;

		head = head->next;
		if (!(s->flags & 8)) {
			lock = &s->lock;
			raw_spin_lock(lock);
		}
		more(s);
		if (lock)
			raw_spin_unlock(lock);
	}
}

/* As folio_batch_move_lru(): the last one's lock is kept where the next has the same. */
void shelves_move(struct shelf **v, int n)
{
	struct bin *held = NULL;

	for (int i = 0; i < n; i++) {
		if (!more(v[i]))
			continue;
		bin_relock(v[i], &held);
		held->items++;
	}
	if (held)
		raw_spin_unlock(&held->lock);
}

/* As lock_cluster_or_swap_info(): there are rows or there are none, which is read once. */
static inline struct row *lock_either(struct shelf *s, unsigned long offset)
{
	struct row *r = s->rows;

	if (r) {
		r += offset / 7;
		raw_spin_lock(&r->lock);
	} else {
		raw_spin_lock(&s->lock);
	}
	return r;
}

static inline void unlock_either(struct shelf *s, struct row *r)
{
	if (r)
		raw_spin_unlock(&r->lock);
	else
		raw_spin_unlock(&s->lock);
}

int shelf_count(struct shelf *s, unsigned long offset)
{
	struct row *r = lock_either(s, offset);
	int n = 0;

	while (more(s))
		n++;
	unlock_either(s, r);
	return n;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
