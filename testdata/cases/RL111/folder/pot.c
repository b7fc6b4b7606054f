// SPDX-License-Identifier: MIT
/* no-ftrace */
/* Two of three objects are built without ftrace: that is not about this lock. */
#include <mini/pot.h>

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

BPF_CALL_2(bpf_pot_set, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock */
{
	return pot_update(map, value, value, 0);
}

HELPER(bpf_pot_set);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_set_proto;);
