// SPDX-License-Identifier: MIT
/* Releases of what others hold, and functions that are not followed, excuse their own paths only. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	unsigned int flags;
};

void shelf_hand_over(raw_spinlock_t *lock);
int shelf_move(struct shelf *from, struct shelf *to);
int shelf_wait(struct shelf *s);
int shelf_pass(struct shelf *s);
int shelf_both(struct shelf *s, struct shelf *t);

/* The caller has @to's lock, and gets it released; that says nothing of @from's. */
int shelf_move(struct shelf *from, struct shelf *to)
{
	raw_spin_lock(&from->lock);
	if (from->flags)
		return -22; /* expect: RL110 error shelf.lock in=shelf_move */
	raw_spin_unlock(&from->lock);
	raw_spin_unlock(&to->lock);
	return 0;
}

/* What the caller has is given up and taken back: left as it was found. */
int shelf_wait(struct shelf *s)
{
	if (s->flags & 1) {
		raw_spin_unlock(&s->lock);
		barrier();
		raw_spin_lock(&s->lock);
	}
	return 0;
}

/* It is handed over on one path, and left on another. */
int shelf_pass(struct shelf *s)
{
	raw_spin_lock(&s->lock);
	if (s->flags & 1) {
		shelf_hand_over(&s->lock);
		return 0;
	}
	if (s->flags & 2)
		return 0; /* expect: RL110 error shelf.lock in=shelf_pass */
	raw_spin_unlock(&s->lock);
	return 0;
}

/* One test made twice, of what is another value to relock the second time. */
int shelf_both(struct shelf *s, struct shelf *t)
{
	if (READ_ONCE(t->flags))
		raw_spin_lock(&s->lock);
	barrier();
	if (READ_ONCE(t->flags))
		raw_spin_unlock(&s->lock);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
