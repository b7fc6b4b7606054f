// SPDX-License-Identifier: MIT
/* Nothing shows how the program gets the cgroup: a warning says so. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 warning pot.lock attach=pour
						 assume="object" */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
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
