// SPDX-License-Identifier: MIT
/*
 * In map_free nobody can get at the map any more, so the locks of its buckets
 * are out of reach; in an update they are not.
 */
#include <mini/pot.h>

struct shelf_bucket {
	raw_spinlock_t lock;
};

struct shelf {
	struct bpf_map map;
	struct shelf_bucket *buckets;
};

void link_elem(struct shelf_bucket *b);

static DEFINE_PER_CPU(int, shelf_busy);

static void shelf_free(struct bpf_map *map)
{
	struct shelf *s = container_of(map, struct shelf, map);

	raw_spin_lock(&s->buckets[0].lock);
	link_elem(&s->buckets[0]);
	raw_spin_unlock(&s->buckets[0].lock);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags) /*
	expect: RL102 error shelf_bucket.lock attach=link_elem via=bpf_map_ops.map_update_elem */
{
	struct shelf *s = container_of(map, struct shelf, map);

	raw_spin_lock(&s->buckets[1].lock);
	link_elem(&s->buckets[1]);
	raw_spin_unlock(&s->buckets[1].lock);
	return 0;
}

BPF_CALL_1(bpf_shelf_get, struct bpf_map *, map)
{
	struct shelf *s = container_of(map, struct shelf, map);

	if (this_cpu_inc_return(shelf_busy) == 1) {
		raw_spin_lock(&s->buckets[2].lock);
		raw_spin_unlock(&s->buckets[2].lock);
	}
	this_cpu_dec(shelf_busy);
	return 0;
}

static const struct bpf_map_ops shelf_ops = {
	.map_free = shelf_free,
	.map_update_elem = shelf_update,
	POT_OPS,
};

HELPER(bpf_shelf_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &shelf_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_shelf_get_proto;);
