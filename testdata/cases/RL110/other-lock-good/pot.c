// SPDX-License-Identifier: MIT
/* Locks that no function for programs takes, and what looks as if they were left. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	int items, max;
};

struct shelf *to_shelf(struct bpf_map *map);

/* One test decides about both. */
static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct shelf *s = to_shelf(map);
	bool shared = flags != 0;
	long ret = 0;

	if (shared)
		raw_spin_lock(&s->lock);
	if (s->items >= s->max)
		ret = -EINVAL;
	else
		s->items++;
	if (shared)
		raw_spin_unlock(&s->lock);
	return ret;
}

/* What it returns says whether it holds the lock, and the caller asks. */
static struct shelf *shelf_get(struct bpf_map *map)
{
	struct shelf *s = to_shelf(map);

	raw_spin_lock(&s->lock);
	if (s->items)
		return s;
	raw_spin_unlock(&s->lock);
	return NULL;
}

static long shelf_delete(struct bpf_map *map, void *key)
{
	struct shelf *s = shelf_get(map);

	if (!s)
		return -ENOENT;
	s->items--;
	raw_spin_unlock(&s->lock);
	return 0;
}

/* Takes one lock or two; what releases them asks the same. */
static void shelf_lock_both(struct shelf *a, struct shelf *b)
{
	raw_spin_lock(&a->lock);
	if (a != b && b)
		raw_spin_lock(&b->lock);
}

static void shelf_unlock_both(struct shelf *a, struct shelf *b)
{
	raw_spin_unlock(&a->lock);
	if (a != b && b)
		raw_spin_unlock(&b->lock);
}

static void shelf_free(struct bpf_map *map)
{
	struct shelf *a = to_shelf(map), *b = to_shelf(map);

	if (!a->max)
		return;
	shelf_lock_both(a, b);
	a->items = 0;
	shelf_unlock_both(a, b);
}

static const struct bpf_map_ops shelf_map_ops = {
	.map_update_elem = shelf_update,
	.map_delete_elem = shelf_delete,
	.map_free = shelf_free,
};

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
