// SPDX-License-Identifier: MIT
/* What programs of two kinds of storage get, with both helpers and both owners: #included by cases. */
#include <mini/kernel.h>

extern const struct bpf_map_ops cgroup_map_ops, task_map_ops;
extern const struct bpf_func_proto bpf_cgroup_fill_proto, bpf_task_fill_proto;

MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &cgroup_map_ops,
	  [BPF_MAP_TYPE_TASK_STORAGE] = &task_map_ops);

TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_cgroup_fill_proto;
	case BPF_FUNC_task_storage_get: return &bpf_task_fill_proto;
);

/* Which helper is for which type of map; the verifier's, in small. */
static int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map,
					int func_id)
{
	if (!map)
		return 0;
	switch (map->map_type) {
	case BPF_MAP_TYPE_CGRP_STORAGE:
		if (func_id != BPF_FUNC_cgrp_storage_get)
			goto error;
		break;
	case BPF_MAP_TYPE_TASK_STORAGE:
		if (func_id != BPF_FUNC_task_storage_get)
			goto error;
		break;
	default:
		break;
	}
	return 0;
error:
	return -EINVAL;
}

int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id);
int check_call(struct bpf_verifier_env *env, struct bpf_map *map, int func_id)
{
	return check_map_func_compatibility(env, map, func_id);
}

/* Gives every program what the helpers want. */
__bpf_kfunc struct cgroup *bpf_cgroup_from_id(u64 id);
__bpf_kfunc struct cgroup *bpf_cgroup_from_id(u64 id)
{
	return NULL;
}

__bpf_kfunc struct task_struct *bpf_task_from_pid(s32 pid);
__bpf_kfunc struct task_struct *bpf_task_from_pid(s32 pid)
{
	return NULL;
}

BTF_KFUNCS_START(common_btf_ids)
BTF_ID_FLAGS(func, bpf_cgroup_from_id, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_task_from_pid, KF_ACQUIRE | KF_RET_NULL)
BTF_KFUNCS_END(common_btf_ids)

static const struct btf_kfunc_id_set common_kfunc_set = {
	.set = &common_btf_ids,
};

static int __init kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &common_kfunc_set);
}

int (*const kfunc_initcall)(void) __used __section(".initcall6.init") = kfunc_init;
