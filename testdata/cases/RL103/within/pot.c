// SPDX-License-Identifier: MIT
/* The counter is raised, looked at and lowered with the lock held: it keeps nobody from waiting. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static int pot_work(struct pot *p) /* expect: RL103 error pot.lock in=pot_work attach=pour
				      expected=pot_busy reenter=bpf_pot_get */
{
	int err = 0;

	raw_spin_lock(&p->lock);
	if (this_cpu_inc_return(pot_busy) != 1)
		err = -EBUSY;
	else
		pour(p);
	this_cpu_dec(pot_busy);
	raw_spin_unlock(&p->lock);
	return err;
}

static void pot_map_free(struct bpf_map *map)
{
	pot_work(to_pot(map));
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	return pot_work(to_pot(map));
}

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
