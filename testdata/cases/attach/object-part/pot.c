// SPDX-License-Identifier: MIT
/*
 * An argument of the function that the program is attached to has the cgroup in it; it gets
 * the cgroup no other way.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct group {
	int n;
	struct {
		struct cgroup cgroup;
	};
};

void group_pour(struct group *group);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=group_pour
						 object="group_pour()" */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	group_pour((struct group *)p);
	raw_spin_unlock(&p->lock);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, struct cgroup *, cgroup)
{
	struct pot *p = cgroup->pot;

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		raw_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
