// SPDX-License-Identifier: MIT
/* The bug that relock is named after, in small. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void drain(struct pot *p, int __percpu *busy)
{
	unsigned long flags;

	if (busy)
		this_cpu_inc(*busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	pour(p);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	if (busy)
		this_cpu_dec(*busy);
}

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), NULL); /* expect: RL101 error pot.lock kind="cgroup storage" context=recursion
				   * entry=pot_map_free via=bpf_map_ops.map_free
				   * attach=pour how=pour:fentry,fexit,kprobe,kretprobe
				   * certainty=pour:likely attach=_raw_spin_unlock_irqrestore
				   * attach=_raw_spin_lock_irqsave reenter=bpf_pot_get
				   * expected=pot_busy raised=none remedy="&pot_busy"
				   * acquired=drain ladder=pot_map_free,drain,pour,bpf_pot_get
				   */
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock_irqsave(&p->lock, flags);
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
