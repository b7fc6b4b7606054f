// SPDX-License-Identifier: MIT
/*
 * The counter is found by the map, the lock by the owner: a program with another map raises
 * another counter and comes to the same lock. Where it is found by the owner, it is the lock's.
 * (Other owners' have other counters, and neither kind knows of the other: RL109.)
 */
#include <mini/storage.h>

static DEFINE_PER_CPU(int [8], pot_busy);
static DEFINE_PER_CPU(int [8], owner_busy);

static void *cgroup_storage_ptr(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

static void *task_storage_ptr(void *owner)
{
	return &((struct task_struct *)owner)->pot;
}

static void fill(struct pot *pot)
{
	raw_spin_lock(&pot->lock); /* expect: RL109 error pot.lock */ /* expect: RL109 error pot.lock */ /* expect: RL109 error pot.lock */
	pour(pot);
	raw_spin_unlock(&pot->lock);
}

BPF_CALL_2(bpf_cgroup_fill, struct bpf_map *, map, struct cgroup *, cgroup) /* expect: RL105 error
			pot.lock kind="cgroup storage" expected=pot_busy attach=pour */
{
	struct pot_map *smap = container_of(map, struct pot_map, map);
	struct pot *pot = rcu_dereference(cgroup->pot);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy[smap->n_buckets & 7]) == 1 && pot) {
		fill(pot);
		ret = 0;
	}
	this_cpu_dec(pot_busy[smap->n_buckets & 7]);
	return ret;
}

BPF_CALL_2(bpf_task_fill, struct bpf_map *, map, struct task_struct *, task)
{
	struct pot *pot = rcu_dereference(task->pot);
	long ret = -EBUSY;

	if (this_cpu_inc_return(owner_busy[(unsigned long)task >> 6 & 7]) == 1 && pot) {
		fill(pot);
		ret = 0;
	}
	this_cpu_dec(owner_busy[(unsigned long)task >> 6 & 7]);
	return ret;
}

const struct bpf_map_ops cgroup_map_ops = { .map_owner_storage_ptr = cgroup_storage_ptr };
const struct bpf_map_ops task_map_ops = { .map_owner_storage_ptr = task_storage_ptr };

HELPER(bpf_cgroup_fill);
HELPER(bpf_task_fill);
