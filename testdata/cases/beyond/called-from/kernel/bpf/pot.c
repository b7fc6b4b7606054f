// SPDX-License-Identifier: MIT
/*
 * Who calls pot_free() is in a unit that joined: it is an entry point all the
 * same, and looked at with what the scope knows of guards.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void pot_free(struct pot *p);
void kettle_down(struct pot *p);

void pot_free(struct pot *p) /* expect: RL102 error pot.lock in=pot_free entry=pot_free attach=pour expected=pot_busy raised=none */
{
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

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

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);

	kettle_down(0);
	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
