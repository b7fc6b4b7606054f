// SPDX-License-Identifier: MIT
/*
 * Functions that return with a lock and without one, and whose callers know
 * which. A function that relocks what its callers have.
 */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	struct row *rows;
	unsigned int flags;
};

struct row {
	raw_spinlock_t lock;
	struct row *next;
	int items;
};

struct walk {
	struct shelf *shelf;
	raw_spinlock_t *lock;
	int item;
};

bool more(struct shelf *s);
bool busy(struct row *r);
struct row *row_find(struct row *r, int n);
bool row_lock_outside(struct shelf *s, raw_spinlock_t **lock);
int walk_start(struct walk *w);
struct row *row_get(struct shelf *s, int n);
void shelf_lock_two(struct shelf *s, struct row *r);
void shelf_wait(struct shelf *s);

static inline void walk_setup(struct walk *w, raw_spinlock_t *lock, int item)
{
	w->lock = lock;
	w->item = item;
}

/*
 * As follow_pfnmap_start(): 0 says that a lock is held, and the caller's record
 * which. One of them is taken in another file.
 */
int walk_start(struct walk *w)
{
	struct shelf *s = w->shelf;
	raw_spinlock_t *lock;

	if (more(s)) {
		lock = &s->lock;
		raw_spin_lock(lock);
		walk_setup(w, lock, 1);
		return 0;
	}
	if (!row_lock_outside(s, &lock))
		return -EINVAL;
	walk_setup(w, lock, 2);
	return 0;
}

/* The same, stored in place. */
int walk_restart(struct walk *w);
int walk_restart(struct walk *w)
{
	raw_spinlock_t *lock;

	if (w->item) {
		raw_spin_lock(&w->shelf->lock);
		w->lock = &w->shelf->lock;
		return 0;
	}
	if (!row_lock_outside(w->shelf, &lock))
		return -EINVAL;
	w->lock = lock;
	return 0;
}

/* NULL, or an object whose lock is held. */
struct row *row_get(struct shelf *s, int n)
{
	struct row *r;

	raw_spin_lock(&s->lock);
	r = row_find(s->rows, n);
	if (n < 7)
		return r;
	raw_spin_unlock(&s->lock);
	return NULL;
}

/* As unix_state_double_lock(): one, the other, or both, which never is none. */
void shelf_lock_two(struct shelf *s, struct row *r)
{
	if (!r) {
		raw_spin_lock(&s->lock);
		return;
	}
	raw_spin_lock(&r->lock);
}

/* As inode_wait_for_writeback(): the callers have the lock, and get it back. */
void shelf_wait(struct shelf *s)
{
	while (s->flags & 1) {
		raw_spin_unlock(&s->lock);
		more(s);
		raw_spin_lock(&s->lock);
	}
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
