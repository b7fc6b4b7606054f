// SPDX-License-Identifier: MIT
/*
 * Looked at again under a lock that a wrapper takes, which is not handed what was looked at: it may have
 * changed as well.
 */
#include <mini/pot.h>

struct jar {
	int full;
	struct jar *next;
};

struct shelf {
	raw_spinlock_t lock;
	struct jar *first;
};

static raw_spinlock_t all_lock;

int shelf_take(struct shelf *s, struct jar *j);
int shelf_take2(struct shelf *s, struct jar *j);
int shelf_take3(struct shelf *s, struct jar *j);

static void lock_all(void)
{
	raw_spin_lock(&all_lock);
}

static void lock_shelf(struct shelf *s)
{
	raw_spin_lock(&s->lock);
}

int shelf_take(struct shelf *s, struct jar *j)
{
	if (!j->full)
		return 0;
	lock_all();
	if (!j->full)
		return 0; /* expect: RL110 error all_lock in=shelf_take */
	j->full = 0;
	raw_spin_unlock(&all_lock);
	return 0;
}

/* Without a wrapper. */
int shelf_take2(struct shelf *s, struct jar *j)
{
	if (!j->full)
		return 0;
	raw_spin_lock(&all_lock);
	if (!j->full)
		return 0; /* expect: RL110 error all_lock in=shelf_take2 */
	j->full = 0;
	raw_spin_unlock(&all_lock);
	return 0;
}

/* The wrapper has the shelf, and not the jar. */
int shelf_take3(struct shelf *s, struct jar *j)
{
	if (!j->full)
		return 0;
	lock_shelf(s);
	if (!j->full)
		return 0; /* expect: RL110 error shelf.lock in=shelf_take3 */
	j->full = 0;
	raw_spin_unlock(&s->lock);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
