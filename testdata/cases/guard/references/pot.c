// SPDX-License-Identifier: MIT
/*
 * An object counts its references per CPU, as net_device does. Nobody looks at one CPU's number
 * of them: it keeps nobody out.
 */
#include <mini/pot.h>

struct pan {
	int __percpu *refs;
	struct pot *pot;
};

struct pan *to_pan(struct bpf_map *map);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock raised=none */
{
	struct pan *pan = to_pan(map);
	struct pot *p = pan->pot;

	this_cpu_inc(*pan->refs);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(*pan->refs);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

static DEFINE_PER_CPU(int, pot_busy);

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		p->level++;
		raw_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
NMI_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
