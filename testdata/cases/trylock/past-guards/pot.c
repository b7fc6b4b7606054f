// SPDX-License-Identifier: MIT
/*
 * Many tests of a guard come before the lock is tried until it is there: it is waited for.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);
static int sum;

static int pot_lock(struct pot *p, unsigned long *flags)
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
	if (this_cpu_read(pot_busy))
		sum += 9;
	if (this_cpu_read(pot_busy))
		sum += 10;
	if (this_cpu_read(pot_busy))
		sum += 11;
	if (this_cpu_read(pot_busy))
		sum += 12;
	if (this_cpu_read(pot_busy))
		sum += 13;
	if (this_cpu_read(pot_busy))
		sum += 14;
	if (this_cpu_read(pot_busy))
		sum += 15;
	if (this_cpu_read(pot_busy))
		sum += 16;
	if (this_cpu_read(pot_busy))
		sum += 17;
	if (this_cpu_read(pot_busy))
		sum += 18;
	if (this_cpu_read(pot_busy))
		sum += 19;
	if (this_cpu_read(pot_busy))
		sum += 20;
	if (this_cpu_read(pot_busy))
		sum += 21;
	if (this_cpu_read(pot_busy))
		sum += 22;
	if (this_cpu_read(pot_busy))
		sum += 23;
	if (this_cpu_read(pot_busy))
		sum += 24;
	if (this_cpu_read(pot_busy))
		sum += 25;
	if (this_cpu_read(pot_busy))
		sum += 26;
	if (this_cpu_read(pot_busy))
		sum += 27;
	if (this_cpu_read(pot_busy))
		sum += 28;
	if (this_cpu_read(pot_busy))
		sum += 29;
	if (this_cpu_read(pot_busy))
		sum += 30;
	if (this_cpu_read(pot_busy))
		sum += 31;
	if (this_cpu_read(pot_busy))
		sum += 32;
	if (this_cpu_read(pot_busy))
		sum += 33;
	if (this_cpu_read(pot_busy))
		sum += 34;
	if (this_cpu_read(pot_busy))
		sum += 35;
	if (this_cpu_read(pot_busy))
		sum += 36;
	if (this_cpu_read(pot_busy))
		sum += 37;
	if (this_cpu_read(pot_busy))
		sum += 38;
	if (this_cpu_read(pot_busy))
		sum += 39;
	if (this_cpu_read(pot_busy))
		sum += 40;
	if (this_cpu_read(pot_busy))
		sum += 41;
	if (this_cpu_read(pot_busy))
		sum += 42;
	if (this_cpu_read(pot_busy))
		sum += 43;
	if (this_cpu_read(pot_busy))
		sum += 44;
	if (this_cpu_read(pot_busy))
		sum += 45;
	if (this_cpu_read(pot_busy))
		sum += 46;
	if (this_cpu_read(pot_busy))
		sum += 47;
	if (this_cpu_read(pot_busy))
		sum += 48;
	if (this_cpu_read(pot_busy))
		sum += 49;
	if (this_cpu_read(pot_busy))
		sum += 50;
	if (this_cpu_read(pot_busy))
		sum += 51;
	if (this_cpu_read(pot_busy))
		sum += 52;
	if (this_cpu_read(pot_busy))
		sum += 53;
	if (this_cpu_read(pot_busy))
		sum += 54;
	if (this_cpu_read(pot_busy))
		sum += 55;
	if (this_cpu_read(pot_busy))
		sum += 56;
	if (this_cpu_read(pot_busy))
		sum += 57;
	if (this_cpu_read(pot_busy))
		sum += 58;
	if (this_cpu_read(pot_busy))
		sum += 59;
	if (this_cpu_read(pot_busy))
		sum += 60;
	if (this_cpu_read(pot_busy))
		sum += 61;
	if (this_cpu_read(pot_busy))
		sum += 62;
	if (this_cpu_read(pot_busy))
		sum += 63;
	if (this_cpu_read(pot_busy))
		sum += 64;
	if (this_cpu_read(pot_busy))
		sum += 65;
	if (this_cpu_read(pot_busy))
		sum += 66;
	if (this_cpu_read(pot_busy))
		sum += 67;
	if (this_cpu_read(pot_busy))
		sum += 68;
	if (this_cpu_read(pot_busy))
		sum += 69;
	while (!raw_spin_trylock_irqsave(&p->lock, *flags))
		asm volatile("pause" ::: "memory");
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
