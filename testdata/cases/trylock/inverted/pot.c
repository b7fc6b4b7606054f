// SPDX-License-Identifier: MIT
/* The test is the wrong way round. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock */
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) != 1) {
		raw_spin_lock(&p->lock);
		raw_spin_unlock(&p->lock);
		ret = 0;
	}
	this_cpu_dec(pot_busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
