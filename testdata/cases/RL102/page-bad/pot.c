// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

static long fill(struct bpf_map *map, void *value)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

/* page: RL102 bad */ /* expect: RL102 error pot.lock in=pot_update expected=pot_busy attach=pour
			 reenter=bpf_pot_get remedy="raise pot_busy in pot_update()" */

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
