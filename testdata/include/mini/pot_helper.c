/* SPDX-License-Identifier: MIT */
/*
 * For the end of a case that has pot_busy and pot_map_ops: a helper that tests
 * the counter before it takes the lock, given to all tracing programs.
 */
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

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
