// SPDX-License-Identifier: MIT
/*
 * Many tests of a guard are made in the loop in which the lock is tried: it is waited for.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);
static int sum;

static int pot_lock(struct pot *p, unsigned long *flags)
{
	if (this_cpu_read(pot_busy))
		sum = 99;
	while (!raw_spin_trylock_irqsave(&p->lock, *flags))
	{
	if (this_cpu_read(pot_busy))
		sum += 0;
	if (this_cpu_read(pot_busy))
		sum += 1;
	if (this_cpu_read(pot_busy))
		sum += 2;
	if (this_cpu_read(pot_busy))
		sum += 3;
	if (this_cpu_read(pot_busy))
		sum += 4;
	if (this_cpu_read(pot_busy))
		sum += 5;
	if (this_cpu_read(pot_busy))
		sum += 6;
	if (this_cpu_read(pot_busy))
		sum += 7;
	if (this_cpu_read(pot_busy))
		sum += 8;
	}
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (pot_lock(p, &flags))
		return -EBUSY;
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (this_cpu_read(pot_busy))
		return -EBUSY;
	this_cpu_inc(pot_busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	p->level++;
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
