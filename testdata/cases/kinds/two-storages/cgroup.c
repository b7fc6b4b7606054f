// SPDX-License-Identifier: MIT
/* One kind of storage passes NULL; the other, which shares the code, does not. */
#include <mini/storage.h>

static DEFINE_PER_CPU(int, cgroup_busy);

static void *cgroup_storage_ptr(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

static void storage_free(struct bpf_map *map)
{
	pot_map_drain(map, NULL); /* expect: RL101 error pot.lock kind="cgroup storage"
				     * expected=cgroup_busy raised=none reenter=bpf_cgroup_fill
				     * not-reenter=bpf_task_fill attach=cgroup_storage_ptr
				     * not-attach=task_storage_ptr attach=pour
				     * acquired=pot_unlink
				     * object=bpf_cgroup_from_id remedy="&cgroup_busy"
				     */
}

BPF_CALL_2(bpf_cgroup_fill, struct bpf_map *, map, struct cgroup *, cgroup)
{
	long ret = -EBUSY;

	if (this_cpu_inc_return(cgroup_busy) == 1)
		ret = pot_update(map, cgroup, NULL);
	this_cpu_dec(cgroup_busy);
	return ret;
}

const struct bpf_map_ops cgroup_map_ops = {
	.map_free = storage_free,
	.map_owner_storage_ptr = cgroup_storage_ptr,
};

HELPER(bpf_cgroup_fill);
