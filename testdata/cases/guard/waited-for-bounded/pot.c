// SPDX-License-Identifier: MIT
/* Looking at a guard several times is not waiting for it, if the loop is left one day or for another reason. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static bool pot_enter(void)
{
	if (this_cpu_inc_return(pot_busy) == 1)
		return true;
	this_cpu_dec(pot_busy);
	return false;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	this_cpu_inc(pot_busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	pour(p);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	this_cpu_dec(pot_busy);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	unsigned long flags;
	int tries = 0;

	while (!pot_enter())
		if (tries++ > 1000)
			return -EBUSY;
	raw_spin_lock_irqsave(&p->lock, flags);
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	this_cpu_dec(pot_busy);
	return 0;
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	unsigned long flags;
	int i, n = 0;

	for (i = 0; i < 8; i++) {
		if (!pot_enter())
			continue;
		raw_spin_lock_irqsave(&p->lock, flags);
		p->level += i;
		raw_spin_unlock_irqrestore(&p->lock, flags);
		this_cpu_dec(pot_busy);
		n++;
	}
	return n;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
		case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_fill_proto;);
