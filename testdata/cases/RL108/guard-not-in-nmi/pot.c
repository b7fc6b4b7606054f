// SPDX-License-Identifier: MIT
/*
 * The counter is raised and stops a program, unless it runs in an NMI: that is what is wrong, and
 * in the function that comes back. Who is stopped in an NMI as well is right.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static bool pot_lock(struct pot *p)
{
	if (this_cpu_inc_return(pot_busy) != 1 && !in_nmi()) {
		this_cpu_dec(pot_busy);
		return false;
	}
	raw_spin_lock(&p->lock);
	return true;
}

static void pot_unlock(struct pot *p)
{
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /*
	expect: RL108 error pot.lock in=bpf_pot_get context=nmi expected=pot_busy raised=pot_busy
		remedy="return from bpf_pot_get() when pot_busy is raised, also in an NMI" */
{
	struct pot *p = to_pot(map);

	if (!pot_lock(p))
		return -EBUSY;
	pour(p);
	pot_unlock(p);
	return 0;
}

BPF_CALL_2(bpf_pot_delete, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		raw_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_delete);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
NMI_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
	    case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_delete_proto;);
