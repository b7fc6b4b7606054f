// SPDX-License-Identifier: MIT
/*
 * A word that is taken by cmpxchg() may be given back by one, too: it guards. What one function
 * takes and another gives back is a state.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(pan_lock);
static atomic_t pot_busy = ATOMIC_INIT(0);
static atomic_t pan_state = ATOMIC_INIT(0);

void pour(void);

BPF_CALL_1(bpf_pot_fill, void *, value)
{
	if (atomic_cmpxchg(&pot_busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&pot_lock);
	pour();
	raw_spin_unlock(&pot_lock);
	atomic_cmpxchg(&pot_busy, 1, 0);
	return 0;
}

BPF_CALL_1(bpf_pan_open, void *, value)
{
	return atomic_cmpxchg(&pan_state, 0, 1);
}

BPF_CALL_1(bpf_pan_fill, void *, value) /* expect: RL106 error pan_lock */
{
	if (!atomic_cmpxchg(&pan_state, 1, 0))
		return -EBUSY;
	raw_spin_lock(&pan_lock);
	pour();
	raw_spin_unlock(&pan_lock);
	return 0;
}

HELPER(bpf_pot_fill);
HELPER(bpf_pan_open);
HELPER(bpf_pan_fill);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pot_fill_proto;
	case BPF_FUNC_map_update_elem: return &bpf_pan_open_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_pan_fill_proto;
);
