// SPDX-License-Identifier: MIT
/* The counters are members of one per-CPU object, and one of them is raised that nobody tests. */
#include <mini/pot.h>

struct pot_cpu {
	int frees;
	int busy;
};

static DEFINE_PER_CPU(struct pot_cpu, pot_cpu);

static void pot_drain(struct bpf_map *map, int __percpu *busy)
{
	struct pot *p = to_pot(map);

	if (busy)
		this_cpu_inc(*busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	if (busy)
		this_cpu_dec(*busy);
}

static void pot_map_free(struct bpf_map *map)
{
	pot_drain(map, &pot_cpu.frees); /* expect: RL105 error pot.lock in=pot_map_free
					   expected=pot_cpu.busy raised=pot_cpu.frees */
}

/* The look-alike: with the counter that is tested. */
void pot_reset(struct bpf_map *map);

void pot_reset(struct bpf_map *map)
{
	pot_drain(map, &pot_cpu.busy);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_cpu.busy) == 1) {
		raw_spin_lock(&p->lock);
		p->level++;
		raw_spin_unlock(&p->lock);
		ret = 0;
	}
	this_cpu_dec(pot_cpu.busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
