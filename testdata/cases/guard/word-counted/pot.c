// SPDX-License-Identifier: MIT
/*
 * Words taken by counting, by a mask and by xchg() on a plain member guard the lock as others do;
 * where somebody who finds the word taken goes on all the same, they do not.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(counted_lock);
static DEFINE_RAW_SPINLOCK(fetched_lock);
static DEFINE_RAW_SPINLOCK(unless_lock);
static DEFINE_RAW_SPINLOCK(masked_lock);
static DEFINE_RAW_SPINLOCK(exchanged_lock);
static DEFINE_RAW_SPINLOCK(compared_lock);
static DEFINE_RAW_SPINLOCK(some_lock);
static DEFINE_RAW_SPINLOCK(other_lock);
static DEFINE_RAW_SPINLOCK(more_lock);
static DEFINE_RAW_SPINLOCK(plain_lock);
static atomic_t counted_busy = ATOMIC_INIT(0);
static atomic_t fetched_busy = ATOMIC_INIT(0);
static atomic_t unless_busy = ATOMIC_INIT(0);
static atomic_t masked_busy = ATOMIC_INIT(0);
static int exchanged_busy;
static int compared_busy;
static atomic_t some_busy = ATOMIC_INIT(0);
static atomic_t other_busy = ATOMIC_INIT(0);
static atomic_t more_busy = ATOMIC_INIT(0);
static int plain_busy;

void pour(void);

BPF_CALL_2(bpf_counted_get, void *, value, u32, i)
{
	if (atomic_inc_return(&counted_busy) != 1) {
		atomic_dec(&counted_busy);
		return -EBUSY;
	}
	raw_spin_lock(&counted_lock);
	pour();
	raw_spin_unlock(&counted_lock);
	atomic_dec(&counted_busy);
	return 0;
}

BPF_CALL_2(bpf_fetched_get, void *, value, u32, i)
{
	if (atomic_fetch_inc(&fetched_busy)) {
		atomic_dec(&fetched_busy);
		return -EBUSY;
	}
	raw_spin_lock(&fetched_lock);
	pour();
	raw_spin_unlock(&fetched_lock);
	if (!atomic_dec_and_test(&fetched_busy))
		pour();
	return 0;
}

BPF_CALL_2(bpf_unless_get, void *, value, u32, i)
{
	if (!atomic_add_unless(&unless_busy, 1, 1))
		return -EBUSY;
	raw_spin_lock(&unless_lock);
	pour();
	raw_spin_unlock(&unless_lock);
	atomic_set_release(&unless_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_masked_get, void *, value, u32, i)
{
	if (atomic_fetch_or(2, &masked_busy) & 2)
		return -EBUSY;
	raw_spin_lock(&masked_lock);
	pour();
	raw_spin_unlock(&masked_lock);
	atomic_andnot(2, &masked_busy);
	return 0;
}

BPF_CALL_2(bpf_exchanged_get, void *, value, u32, i)
{
	if (xchg(&exchanged_busy, 1))
		return -EBUSY;
	raw_spin_lock(&exchanged_lock);
	pour();
	raw_spin_unlock(&exchanged_lock);
	WRITE_ONCE(exchanged_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_compared_get, void *, value, u32, i)
{
	int old = 0;

	if (!try_cmpxchg(&compared_busy, &old, 1))
		return -EBUSY;
	raw_spin_lock(&compared_lock);
	pour();
	raw_spin_unlock(&compared_lock);
	xchg(&compared_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_some_get, void *, value, u32, i) /* expect: RL106 error some_lock */
{
	if (atomic_inc_return(&some_busy) > 4) {
		atomic_dec(&some_busy);
		return -EBUSY;
	}
	raw_spin_lock(&some_lock);
	pour();
	raw_spin_unlock(&some_lock);
	atomic_dec(&some_busy);
	return 0;
}

BPF_CALL_2(bpf_other_get, void *, value, u32, i) /* expect: RL106 error other_lock */
{
	if (atomic_fetch_or(2, &other_busy) & 4)
		return -EBUSY;
	raw_spin_lock(&other_lock);
	pour();
	raw_spin_unlock(&other_lock);
	atomic_andnot(2, &other_busy);
	return 0;
}

BPF_CALL_2(bpf_more_get, void *, value, u32, i) /* expect: RL106 error more_lock */
{
	if (!atomic_add_unless(&more_busy, 1, 2))
		return -EBUSY;
	raw_spin_lock(&more_lock);
	pour();
	raw_spin_unlock(&more_lock);
	atomic_dec(&more_busy);
	return 0;
}

BPF_CALL_2(bpf_plain_get, void *, value, u32, i) /* expect: RL106 error plain_lock */
{
	int old = xchg(&plain_busy, 1);

	if (old > 1)
		return -EBUSY;
	raw_spin_lock(&plain_lock);
	pour();
	raw_spin_unlock(&plain_lock);
	WRITE_ONCE(plain_busy, 0);
	return 0;
}

HELPER(bpf_counted_get);
HELPER(bpf_fetched_get);
HELPER(bpf_unless_get);
HELPER(bpf_masked_get);
HELPER(bpf_exchanged_get);
HELPER(bpf_compared_get);
HELPER(bpf_some_get);
HELPER(bpf_other_get);
HELPER(bpf_more_get);
HELPER(bpf_plain_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_counted_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_fetched_get_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_unless_get_proto;
	case BPF_FUNC_cgrp_storage_get: return &bpf_masked_get_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_exchanged_get_proto;
	case BPF_FUNC_task_storage_get: return &bpf_compared_get_proto;
	case BPF_FUNC_task_storage_delete: return &bpf_some_get_proto;
	case BPF_FUNC_inode_storage_get: return &bpf_other_get_proto;
	case BPF_FUNC_inode_storage_delete: return &bpf_more_get_proto;
	case BPF_FUNC_sk_storage_delete: return &bpf_plain_get_proto;
);
