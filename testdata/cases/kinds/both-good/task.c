// SPDX-License-Identifier: MIT
#include <mini/storage.h>

static DEFINE_PER_CPU(int, task_busy);

static void *task_storage_ptr(void *owner)
{
	return &((struct task_struct *)owner)->pot;
}

/* The same name as in cgroup.c, and another function. */
static void storage_free(struct bpf_map *map)
{
	pot_map_drain(map, &task_busy);
}

BPF_CALL_2(bpf_task_fill, struct bpf_map *, map, struct task_struct *, task)
{
	long ret = -EBUSY;

	if (this_cpu_inc_return(task_busy) == 1)
		ret = pot_update(map, task, NULL);
	this_cpu_dec(task_busy);
	return ret;
}

const struct bpf_map_ops task_map_ops = {
	.map_free = storage_free,
	.map_owner_storage_ptr = task_storage_ptr,
};

HELPER(bpf_task_fill);
