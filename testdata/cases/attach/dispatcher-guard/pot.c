// SPDX-License-Identifier: MIT
/*
 * The section has the counter up that the dispatchers of kprobes and perf events look at: what
 * they would run does not run. A trampoline has no such counter.
 */
#include <mini/pot.h>

DECLARE_PER_CPU(int, bpf_prog_active);

static DEFINE_PER_CPU(int, pot_busy);

static inline void disable_instrumentation(void)
{
	preempt_disable();
	this_cpu_inc(bpf_prog_active);
}

static inline void enable_instrumentation(void)
{
	this_cpu_dec(bpf_prog_active);
	preempt_enable();
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock raised=bpf_prog_active
						 how=pour:fentry,fexit
						 not-attach="any instruction" */
{
	struct pot *p = to_pot(map);

	disable_instrumentation();
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	enable_instrumentation();
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

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
