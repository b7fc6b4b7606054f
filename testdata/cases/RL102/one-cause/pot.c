// SPDX-License-Identifier: MIT
/*
 * One function takes the bucket without its counter, for three entry points: one finding, at that
 * function. What takes it with the counter is its callers' own business.
 */
#include <mini/pot.h>

struct bucket {
	raw_spinlock_t raw_lock;
	int n;
};

struct shelf {
	struct bpf_map map;
	struct bucket *buckets;
	u32 n_buckets;
	int __percpu *map_locked[8];
};

static void *shelf_slot(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

void link_elem(struct bucket *b, void *value);

static int shelf_busy(struct shelf *s, u32 hash)
{
	if (unlikely(__this_cpu_inc_return(*(s->map_locked[hash])) != 1)) {
		__this_cpu_dec(*(s->map_locked[hash]));
		return -EBUSY;
	}
	return 0;
}

static long shelf_walk(struct bpf_map *map, int n) /* expect: RL102 error bucket.raw_lock
			expected=shelf.map_locked attach=link_elem
			note="the same is true of shelf_lookup_batch(), shelf_peek_batch()"
			ladder=shelf_delete_batch,shelf_walk */
{
	struct shelf *s = container_of(map, struct shelf, map);
	struct bucket *b = &s->buckets[n];
	unsigned long flags;

	raw_spin_lock_irqsave(&b->raw_lock, flags);
	link_elem(b, NULL);
	raw_spin_unlock_irqrestore(&b->raw_lock, flags);
	return 0;
}

static long shelf_lookup_batch(struct bpf_map *map)
{
	return shelf_walk(map, 1);
}

static long shelf_peek_batch(struct bpf_map *map)
{
	return shelf_walk(map, 2);
}

static long shelf_delete_batch(struct bpf_map *map)
{
	return shelf_walk(map, 3);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 map_flags)
{
	struct shelf *s = container_of(map, struct shelf, map);
	u32 hash = *(u32 *)key & 7 & (s->n_buckets - 1);
	struct bucket *b = &s->buckets[hash];

	if (shelf_busy(s, hash))
		return -EBUSY;
	raw_spin_lock(&b->raw_lock); /* expect: RL109 error bucket.raw_lock context=order in=shelf_update */
	b->n++;
	raw_spin_unlock(&b->raw_lock);
	__this_cpu_dec(*(s->map_locked[hash]));
	return 0;
}

BPF_CALL_4(bpf_map_update_elem, struct bpf_map *, map, void *, key, void *, value, u64, flags)
{
	return map->ops->map_update_elem(map, key, value, flags);
}

struct shelf_batch_ops {
	long (*lookup)(struct bpf_map *map);
	long (*peek)(struct bpf_map *map);
	long (*delete)(struct bpf_map *map);
};

const struct shelf_batch_ops shelf_batch = {
	.lookup = shelf_lookup_batch,
	.peek = shelf_peek_batch,
	.delete = shelf_delete_batch,
};

static const struct bpf_map_ops shelf_map_ops = {
	.map_update_elem = shelf_update,
	.map_owner_storage_ptr = shelf_slot,
};

HELPER(bpf_map_update_elem);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &shelf_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_map_update_elem_proto;);
