// SPDX-License-Identifier: MIT
/*
 * Whether it is a task that runs, or interrupts were on, is the same when it is asked again: what
 * was raised is lowered, and no more. Maps are freed in a task: there a section that raises nothing
 * in one has no guard, and one that raises it in one has.
 */
#include <mini/pot.h>

bool arch_irqs_disabled(void);

static DEFINE_PER_CPU(int, pot_busy);
static DEFINE_RAW_SPINLOCK(cup_lock);

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock */
{
	struct pot *p = to_pot(map);

	if (!in_task())
		this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	if (!in_task())
		this_cpu_dec(pot_busy);
}

BPF_CALL_2(bpf_cup_get, struct bpf_map *, map, void *, value)
{
	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&cup_lock);
	raw_spin_unlock(&cup_lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static void cup_map_free(struct bpf_map *map)
{
	if (in_task())
		this_cpu_inc(pot_busy);
	raw_spin_lock(&cup_lock);
	pour(to_pot(map));
	raw_spin_unlock(&cup_lock);
	if (in_task())
		this_cpu_dec(pot_busy);
}

void pot_drain(struct bpf_map *map);

void pot_drain(struct bpf_map *map)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (!arch_irqs_disabled())
		this_cpu_inc(pot_busy);
	local_irq_save(flags);
	local_irq_restore(flags);
	if (!arch_irqs_disabled())
		this_cpu_dec(pot_busy);
	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = {
	.map_free = pot_map_free,
	POT_OPS
};

static const struct bpf_map_ops cup_map_ops = { .map_free = cup_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_cup_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops, [BPF_MAP_TYPE_TASK_STORAGE] = &cup_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
	case BPF_FUNC_task_storage_get: return &bpf_cup_get_proto;
);
