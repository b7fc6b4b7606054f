// SPDX-License-Identifier: MIT
/*
 * A guard that is tested until it is down is waited for, and who raised it on this
 * CPU does not go on meanwhile: in a loop of the function that looks at it, or of
 * its caller.
 */
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

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock
								     expected=pot_busy attach=pour
								     message="waits until pot_busy is lowered"
								     ladder=pour,bpf_pot_get,pot_enter
								     remedy="test pot_busy in bpf_pot_get() and return" */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	while (!pot_enter())
		asm volatile("pause" ::: "memory");
	raw_spin_lock_irqsave(&p->lock, flags);
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	this_cpu_dec(pot_busy);
	return 0;
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock
								      expected=pot_busy attach=pour */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	while (this_cpu_read(pot_busy))
		asm volatile("pause" ::: "memory");
	this_cpu_inc(pot_busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	p->level += 2;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
		case BPF_FUNC_cgrp_storage_delete: return &bpf_pot_fill_proto;);
