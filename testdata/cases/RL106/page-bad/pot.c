// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

static long fill(struct bpf_map *map, void *value)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

/* page: RL106 bad */ /* expect: RL106 error pot.lock in=bpf_pot_get expected=pot_busy
			 raised=pot_busy attach=pour */

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
