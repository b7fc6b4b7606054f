// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

/* page: RL111 good */

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

BPF_CALL_2(bpf_pot_set, struct bpf_map *, map, void *, value)
{
	return pot_update(map, value, value, 0);
}

HELPER(bpf_pot_set);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_set_proto;);
