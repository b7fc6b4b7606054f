// SPDX-License-Identifier: MIT
/*
 * The counter is found once, and counted through the pointer, also where it was up already.
 * Which it is was computed in one of two ways.
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

static inline int shelf_lock_bucket(const struct shelf *s, struct bucket *b, u32 hash,
				    unsigned long *pflags)
{
	unsigned long flags;
	int *busy;

	hash = hash & (s->n_buckets < 8 ? s->n_buckets - 1 : 7);
	preempt_disable();
	local_irq_save(flags);
	busy = this_cpu_ptr(s->map_locked[hash]);
	if (unlikely(++*busy != 1)) {
		--*busy;
		local_irq_restore(flags);
		preempt_enable();
		return -EBUSY;
	}
	raw_spin_lock(&b->raw_lock); /* expect: RL109 error bucket.raw_lock context=order
					in=shelf_lock_bucket raised=shelf.map_locked
					attach=link_elem reenter=bpf_map_update_elem
					message="another bucket.raw_lock" */
	*pflags = flags;
	return 0;
}

static inline void shelf_unlock_bucket(const struct shelf *s, struct bucket *b, u32 hash,
				       unsigned long flags)
{
	hash = hash & 7 & (s->n_buckets - 1);
	raw_spin_unlock(&b->raw_lock);
	--*this_cpu_ptr(s->map_locked[hash]);
	local_irq_restore(flags);
	preempt_enable();
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 map_flags)
{
	struct shelf *s = container_of(map, struct shelf, map);
	u32 hash = *(u32 *)key;
	struct bucket *b = &s->buckets[hash & (s->n_buckets - 1)];
	unsigned long flags;
	int ret;

	ret = shelf_lock_bucket(s, b, hash, &flags);
	if (ret)
		return ret;
	if (map_flags) {
		raw_spin_unlock(&b->raw_lock);
		__this_cpu_dec(*(s->map_locked[hash & 7 & (s->n_buckets - 1)]));
		local_irq_restore(flags);
		preempt_enable();
		return -EINVAL;
	}
	link_elem(b, value);
	shelf_unlock_bucket(s, b, hash, flags);
	return 0;
}

BPF_CALL_4(bpf_map_update_elem, struct bpf_map *, map, void *, key, void *, value, u64, flags)
{
	return map->ops->map_update_elem(map, key, value, flags);
}

static const struct bpf_map_ops shelf_map_ops = {
	.map_update_elem = shelf_update,
	.map_owner_storage_ptr = shelf_slot,
};

HELPER(bpf_map_update_elem);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &shelf_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_map_update_elem_proto;);
