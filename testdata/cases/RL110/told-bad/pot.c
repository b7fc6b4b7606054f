// SPDX-License-Identifier: MIT
/* Look-alikes of told-good whose callers cannot know. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	struct row *rows;
	unsigned int flags;
};

struct row {
	raw_spinlock_t lock;
	int items;
};

struct walk {
	struct shelf *shelf;
	raw_spinlock_t *lock;
	int item;
};

bool more(struct shelf *s);
int walk_start(struct walk *w);
struct row *row_get(struct shelf *s, int n);
int shelf_lock_two(struct shelf *s, struct row *r);

/* Where the lock is stays in the function. */
int walk_start(struct walk *w)
{
	struct shelf *s = w->shelf;
	raw_spinlock_t *lock = &s->lock;

	raw_spin_lock(lock);
	w->item = 1;
	if (more(s))
		return 0; /* expect: RL110 error shelf.lock in=walk_start */
	raw_spin_unlock(lock);
	return 0;
}

/* An object either way. */
struct row *row_get(struct shelf *s, int n)
{
	raw_spin_lock(&s->lock);
	if (n < 7)
		return s->rows; /* expect: RL110 error shelf.lock in=row_get */
	raw_spin_unlock(&s->lock);
	return s->rows + 1;
}

/* One, the other, or none. */
int shelf_lock_two(struct shelf *s, struct row *r)
{
	if (s->flags & 1) {
		raw_spin_lock(&s->lock);
		return 0; /* expect: RL110 error shelf.lock in=shelf_lock_two */
	}
	if (s->flags & 2)
		raw_spin_lock(&r->lock);
	return 0; /* expect: RL110 error row.lock in=shelf_lock_two */
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
