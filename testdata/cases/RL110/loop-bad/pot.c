// SPDX-License-Identifier: MIT
/* The same as in loop-good, with a way out of the loop that forgets the lock. */
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
		if (more(s))
			return; /* expect: RL110 error shelf.lock in=shelves_run */
		if (lock)
			raw_spin_unlock(lock);
	}
}

void shelves_move(struct shelf **v, int n)
{
	struct bin *held = NULL;

	for (int i = 0; i < n; i++) {
		bin_relock(v[i], &held);
		if (held->items++)
			return; /* expect: RL110 error bin.lock in=shelves_move */
	}
	if (held)
		raw_spin_unlock(&held->lock);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
