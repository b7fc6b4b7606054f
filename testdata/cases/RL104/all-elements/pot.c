// SPDX-License-Identifier: MIT
/* One loop raises all counters of an array, another lowers them: each of them once. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int [8], pot_busy);

void bpf_cgrp_storage_drain(struct pot *p);
void bpf_cgrp_storage_drain(struct pot *p)
{
	int i;

	for (i = 0; i < 8; i++)
		this_cpu_inc(pot_busy[i]);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	for (i = 0; i < 8; i++)
		this_cpu_dec(pot_busy[i]);
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy[(unsigned long)p >> 6 & 7]) == 1) {
		raw_spin_lock(&p->lock);
		p->level++;
		raw_spin_unlock(&p->lock);
		ret = 0;
	}
	this_cpu_dec(pot_busy[(unsigned long)p >> 6 & 7]);
	return ret;
}

HELPER(bpf_pot_fill);
MAP_TYPES([BPF_MAP_TYPE_HASH] = NULL);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;);
