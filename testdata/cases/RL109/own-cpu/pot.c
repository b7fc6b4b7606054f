// SPDX-License-Identifier: MIT
/*
 * Each CPU has a lock of its own, which no other CPU takes, and a counter that keeps programs from
 * it. Whoever waits for the other lock holds none that another CPU wants.
 */
#include <asm/local.h>
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	local_t active;
	int level;
};

static DEFINE_PER_CPU(struct pan, pans);
static DEFINE_PER_CPU(int, pot_busy);

void stir(void);

static int pan_take(struct pan *q)
{
	int level = -1;

	if (local_inc_return(&q->active) == 1) {
		raw_spin_lock(&q->pan_lock);
		stir();
		level = --q->level;
		raw_spin_unlock(&q->pan_lock);
	}
	local_dec(&q->active);
	return level;
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

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value)
{
	return pan_take(this_cpu_ptr(&pans));
}

static const struct bpf_map_ops pot_map_ops = { POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_pan_fill_proto;
);
