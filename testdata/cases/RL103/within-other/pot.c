// SPDX-License-Identifier: MIT
/* The counter that is up within the section is that of another lock. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);
static DEFINE_RAW_SPINLOCK(pot_log);

static void pot_note(struct pot *p)
{
	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&pot_log);
		p->level++;
		raw_spin_unlock(&pot_log);
	}
	this_cpu_dec(pot_busy);
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pot_note(p);
	pour(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map) /* expect: RL106 error pot.lock */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pot_note(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
