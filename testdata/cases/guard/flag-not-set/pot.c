// SPDX-License-Identifier: MIT
/* The section clears the flag where it should set it. */
#include <mini/pot.h>

static DEFINE_PER_CPU(bool, pot_busy);


static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 expected=pot_busy */
{
	struct pot *p = to_pot(map);

	this_cpu_write(pot_busy, false);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_write(pot_busy, false);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_read(pot_busy))
		return -EBUSY;
	this_cpu_write(pot_busy, true);
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_write(pot_busy, false);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
