// SPDX-License-Identifier: MIT
/*
 * A flag in its CPU's memory guards also where that was handed over, and is used as any member is:
 * the pan. Of a lid somebody hands another CPU's.
 */
#include <mini/kernel.h>

struct pan {
	raw_spinlock_t pan_lock;
	int busy;
	int level;
};

struct lid {
	raw_spinlock_t lid_lock;
	int lifted;
};

static DEFINE_PER_CPU(struct pan, pans);
static DEFINE_PER_CPU(struct lid, lids);

void stir(void);

static int pan_take(struct pan *q)
{
	if (q->busy)
		return -EBUSY;
	q->busy = 1;
	raw_spin_lock(&q->pan_lock);
	stir();
	raw_spin_unlock(&q->pan_lock);
	q->busy = 0;
	return 0;
}

static int lid_take(struct lid *q)
{
	if (q->lifted)
		return -EBUSY;
	q->lifted = 1;
	raw_spin_lock(&q->lid_lock);
	stir();
	raw_spin_unlock(&q->lid_lock);
	q->lifted = 0;
	return 0;
}

BPF_CALL_1(bpf_pan_fill, void *, value)
{
	return pan_take(this_cpu_ptr(&pans));
}

BPF_CALL_1(bpf_lid_lift, void *, value) /* expect: RL106 error lid.lid_lock */
{
	return lid_take(per_cpu_ptr(&lids, 3));
}

HELPER(bpf_pan_fill);
HELPER(bpf_lid_lift);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pan_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_lid_lift_proto;
);
