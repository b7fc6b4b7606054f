// SPDX-License-Identifier: MIT
/*
 * A counter that a function of its own reads guards where what that returns is looked at: the pan.
 * What is added up only is a statistic: the lid.
 */
#include <asm/local.h>
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	raw_spinlock_t lid_lock;
	local_t active;
	local_t lids;
	int level;
};

static DEFINE_PER_CPU(struct pan, pans);

void stir(void);

static long pan_busy(struct pan *q)
{
	return local_read(&q->active);
}

static long pan_lids(struct pan *q)
{
	return local_read(&q->lids);
}

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value)
{
	struct pan *q = this_cpu_ptr(&pans);

	if (pan_busy(q))
		return -EBUSY;
	local_inc(&q->active);
	raw_spin_lock(&q->pan_lock);
	stir();
	raw_spin_unlock(&q->pan_lock);
	local_dec(&q->active);
	return 0;
}

BPF_CALL_2(bpf_lid_lift, struct bpf_map *, map, void *, value) /* expect: RL106 error pan.lid_lock */
{
	struct pan *q = this_cpu_ptr(&pans);
	long all = 0;

	all += pan_lids(q);
	local_inc(&q->lids);
	raw_spin_lock(&q->lid_lock);
	stir();
	raw_spin_unlock(&q->lid_lock);
	local_dec(&q->lids);
	return all;
}

static const struct bpf_map_ops pot_map_ops = { POT_OPS };

HELPER(bpf_pan_fill);
HELPER(bpf_lid_lift);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pan_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_lid_lift_proto;
);
