// SPDX-License-Identifier: MIT
/* The program gets the cgroup as an argument of the function it is attached to, and no other way. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void cgroup_pour(struct cgroup *cgroup);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=cgroup_pour
						 object="cgroup_pour()" */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	cgroup_pour((struct cgroup *)p);
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
