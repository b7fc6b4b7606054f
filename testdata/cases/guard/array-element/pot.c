// SPDX-License-Identifier: MIT
/* The helper looks at the counter of another lock: these are two. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int [2], pot_busy);
static DEFINE_RAW_SPINLOCK(pot_a);
static DEFINE_RAW_SPINLOCK(pot_b);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot_a attach=pour
						 expected=pot_busy raised=pot_busy[1] */
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy[1]);
	raw_spin_lock(&pot_a);
	pour(p);
	raw_spin_unlock(&pot_a);
	this_cpu_dec(pot_busy[1]);
}

static int pot_map_delete(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy[1]) != 1) {
		this_cpu_dec(pot_busy[1]);
		return -EBUSY;
	}
	raw_spin_lock(&pot_b);
	pour(p);
	raw_spin_unlock(&pot_b);
	this_cpu_dec(pot_busy[1]);
	return 0;
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy[0]) != 1) {
		this_cpu_dec(pot_busy[0]);
		return -EBUSY;
	}
	raw_spin_lock(&pot_a);
	p->level++;
	raw_spin_unlock(&pot_a);
	this_cpu_dec(pot_busy[0]);
	return pot_map_delete(map);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
