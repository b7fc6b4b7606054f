// SPDX-License-Identifier: MIT
/*
 * raw_cpu_ptr() in a task that may be moved then: it waits for, and holds, the lock of another CPU,
 * where a program that holds the pot's waits for that.
 */
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	int level;
};

static DEFINE_PER_CPU(struct pan, pans);
static DEFINE_PER_CPU(int, pan_busy);
static DEFINE_PER_CPU(int, pot_busy);

void stir(void);

static void pan_take(struct pan *q)
{
	raw_spin_lock(&q->pan_lock);
	stir();
	q->level--;
	raw_spin_unlock(&q->pan_lock);
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock); /* expect: RL109 error pan.pan_lock */
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
	long ret = -EBUSY;

	if (this_cpu_inc_return(pan_busy) == 1) {
		pan_take(raw_cpu_ptr(&pans));
		ret = 0;
	}
	this_cpu_dec(pan_busy);
	return ret;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pan *q = raw_cpu_ptr(&pans);

	migrate_disable();
	this_cpu_inc(pan_busy);
	pan_take(q);
	this_cpu_dec(pan_busy);
	migrate_enable();
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_pan_fill_proto;
);
