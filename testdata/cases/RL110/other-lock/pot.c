// SPDX-License-Identifier: MIT
/* A lock that no function for programs takes: it is released on every path but one. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	int items, max;
};

struct shelf *to_shelf(struct bpf_map *map);

static void shelf_lock(struct shelf *s)
{
	raw_spin_lock(&s->lock);
}

static void shelf_unlock(struct shelf *s)
{
	raw_spin_unlock(&s->lock);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct shelf *s = to_shelf(map);

	shelf_lock(s);
	if (s->items >= s->max)
		return -EINVAL; /* expect: RL110 error shelf.lock in=shelf_update
				   acquired=shelf_lock */
	s->items++;
	shelf_unlock(s);
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
