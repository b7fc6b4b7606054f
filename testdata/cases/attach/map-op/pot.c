// SPDX-License-Identifier: MIT
/*
 * bpf_map_update_elem() reaches the map's own operation; its name is what a program calls. The
 * operation is what takes the lock.
 */
#include <mini/pot.h>

static long pot_update(struct bpf_map *map, void *key, /* expect: RL106 error pot.lock attach=pour
							reenter=bpf_map_update_elem expected=none */
		       void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_4(bpf_map_update_elem, struct bpf_map *, map, void *, key, void *, value, u64, flags)
{
	return map->ops->map_update_elem(map, key, value, flags);
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

HELPER(bpf_map_update_elem);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_map_update_elem_proto;);
