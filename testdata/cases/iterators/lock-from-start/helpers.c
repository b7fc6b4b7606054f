// SPDX-License-Identifier: MIT
#include <mini/iter.h>
#include <mini/storage.h>

static void *task_slot(void *owner)
{
	return &((struct task_struct *)owner)->pot;
}

static void *cgroup_slot(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

static long drop(struct bpf_map *map)
{
	struct pot_map *smap = container_of(map, struct pot_map, map);

	raw_spin_lock(&smap->buckets[0].lock);
	raw_spin_unlock(&smap->buckets[0].lock);
	return 0;
}

BPF_CALL_1(bpf_task_drop, struct bpf_map *, map)
{
	return drop(map);
}

BPF_CALL_1(bpf_cgroup_drop, struct bpf_map *, map)
{
	return drop(map);
}

static const struct bpf_map_ops task_map_ops = { .map_owner_storage_ptr = task_slot };
static const struct bpf_map_ops cgroup_map_ops = { .map_owner_storage_ptr = cgroup_slot };

HELPER(bpf_task_drop);
HELPER(bpf_cgroup_drop);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &cgroup_map_ops,
	  [BPF_MAP_TYPE_TASK_STORAGE] = &task_map_ops);
/* Only iterators get them. */
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_delete:
		return prog->expected_attach_type == BPF_TRACE_ITER ? &bpf_cgroup_drop_proto : NULL;
	case BPF_FUNC_task_storage_delete:
		return prog->expected_attach_type == BPF_TRACE_ITER ? &bpf_task_drop_proto : NULL;
);

static int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map,
					int func_id)
{
	if (map->map_type == BPF_MAP_TYPE_CGRP_STORAGE)
		return func_id == BPF_FUNC_cgrp_storage_delete ? 0 : -EINVAL;
	return func_id == BPF_FUNC_task_storage_delete ? 0 : -EINVAL;
}

int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id);
int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id)
{
	return check_map_func_compatibility(env, map, func_id);
}
