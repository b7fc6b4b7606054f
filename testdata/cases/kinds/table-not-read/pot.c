// SPDX-License-Identifier: MIT
/*
 * The helper may be called with hash maps only, and their table is in a unit that
 * is not read: what stands in another map's table says nothing of it.
 */
#include <mini/pot.h>

static DEFINE_RAW_SPINLOCK(well_lock);

static long pot_map_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	raw_spin_lock(&well_lock);
	to_pot(map)->level++;
	raw_spin_unlock(&well_lock);
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	raw_spin_lock(&well_lock);
	pour(to_pot(map));
	raw_spin_unlock(&well_lock);
}

static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = pot_map_update,
	.map_free = pot_map_free,
	POT_OPS
};
extern const struct bpf_map_ops hash_map_ops;

BPF_CALL_2(bpf_map_put, struct bpf_map *, map, void *, value)
{
	return map->ops->map_update_elem(map, value, value, 0);
}

HELPER(bpf_map_put);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops, [BPF_MAP_TYPE_HASH] = &hash_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_map_put_proto;);

/* Which helper is for which type of map; the verifier's, in small. */
static int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map,
					int func_id)
{
	switch (map->map_type) {
	case BPF_MAP_TYPE_CGRP_STORAGE:
		return -EINVAL;
	default:
		return 0;
	}
}

int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id);
int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id)
{
	return check_map_func_compatibility(env, map, func_id);
}
