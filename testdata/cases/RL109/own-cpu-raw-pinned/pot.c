// SPDX-License-Identifier: MIT
/*
 * raw_cpu_ptr() with interrupts off, and in what programs call: no task is moved to another CPU there, so
 * that each takes its own CPU's lock only.
 */
#include <linux/irqflags.h>
#include <mini/pot.h>

struct lid {
	raw_spinlock_t lid_lock;
	int level;
};

static DEFINE_PER_CPU(struct lid, lids);
static DEFINE_PER_CPU(int, lid_busy);
static DEFINE_PER_CPU(int, pot_busy);

void stir(void);

static void lid_take(struct lid *q)
{
	raw_spin_lock(&q->lid_lock);
	stir();
	q->level--;
	raw_spin_unlock(&q->lid_lock);
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		stir();
		p->level++;
		raw_spin_unlock(&p->lock);
		ret = 0;
	}
	this_cpu_dec(pot_busy);
	return ret;
}

BPF_CALL_2(bpf_lid_fill, struct bpf_map *, map, void *, value)
{
	long ret = -EBUSY;

	if (this_cpu_inc_return(lid_busy) == 1) {
		lid_take(raw_cpu_ptr(&lids));
		ret = 0;
	}
	this_cpu_dec(lid_busy);
	return ret;
}

static void pot_map_free(struct bpf_map *map)
{
	unsigned long flags;

	migrate_disable();
	this_cpu_inc(lid_busy);
	local_irq_save(flags);
	lid_take(raw_cpu_ptr(&lids));
	local_irq_restore(flags);
	this_cpu_dec(lid_busy);
	migrate_enable();
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_lid_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_lid_fill_proto;
);
