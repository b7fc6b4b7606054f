// SPDX-License-Identifier: MIT
/* One of two ways to the lock does not ask whether the trylock succeeded. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

static long fill(struct pot *p, u64 flags)
{
	raw_spin_lock(&p->lock);
	p->level = flags;
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_3(bpf_pot_get, struct bpf_map *, map, void *, value, u64, flags) /* expect: RL106 error
	pot.lock in=bpf_pot_get expected=pot_busy raised=pot_busy remedy="pot_busy" */
{
	bool nobusy = this_cpu_inc_return(pot_busy) == 1;
	long ret = -EBUSY;

	if (nobusy)
		ret = fill(to_pot(map), 0);
	if (flags & 1)
		ret = fill(to_pot(map), 1);
	this_cpu_dec(pot_busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
