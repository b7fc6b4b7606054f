// SPDX-License-Identifier: MIT
/*
 * A word that was given back guards nothing, in whichever way that was done; nor does one of which
 * nobody knows whether it was. What leaves it taken, or is about another bit, changes nothing.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(stored_lock);
static DEFINE_RAW_SPINLOCK(exchanged_lock);
static DEFINE_RAW_SPINLOCK(unknown_lock);
static DEFINE_RAW_SPINLOCK(opaque_lock);
static DEFINE_RAW_SPINLOCK(bits_lock);
static DEFINE_RAW_SPINLOCK(masked_lock);
static DEFINE_RAW_SPINLOCK(numbered_lock);
static DEFINE_RAW_SPINLOCK(again_lock);
static DEFINE_RAW_SPINLOCK(asked_lock);
static DEFINE_RAW_SPINLOCK(beside_lock);
static atomic_t stored_busy = ATOMIC_INIT(0);
static atomic_t exchanged_busy = ATOMIC_INIT(0);
static atomic_t unknown_busy = ATOMIC_INIT(0);
static atomic_t opaque_busy = ATOMIC_INIT(0);
static unsigned long bits_busy;
static unsigned long masked_busy;
static unsigned long numbered_busy;
static atomic_t again_busy = ATOMIC_INIT(0);
static atomic_t asked_busy = ATOMIC_INIT(0);
static unsigned long beside_busy;

int hash(void);
void pour(void);
void busy_put(atomic_t *busy);

static void stored_leave(void)
{
	WRITE_ONCE(stored_busy.counter, 0);
}

BPF_CALL_2(bpf_stored_get, void *, value, u32, i) /* expect: RL106 error stored_lock */
{
	if (atomic_cmpxchg_acquire(&stored_busy, 0, 1))
		return -EBUSY;
	stored_leave();
	raw_spin_lock(&stored_lock);
	pour();
	raw_spin_unlock(&stored_lock);
	atomic_set(&stored_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_exchanged_get, void *, value, u32, i) /* expect: RL106 error exchanged_lock */
{
	if (atomic_cmpxchg_acquire(&exchanged_busy, 0, 1))
		return -EBUSY;
	atomic_cmpxchg_acquire(&exchanged_busy, 1, 0);
	raw_spin_lock(&exchanged_lock);
	pour();
	raw_spin_unlock(&exchanged_lock);
	atomic_set(&exchanged_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_unknown_get, void *, value, u32, i) /* expect: RL106 error unknown_lock */
{
	if (atomic_cmpxchg_acquire(&unknown_busy, 0, 1))
		return -EBUSY;
	atomic_set(&unknown_busy, hash());
	raw_spin_lock(&unknown_lock);
	pour();
	raw_spin_unlock(&unknown_lock);
	atomic_set(&unknown_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_opaque_get, void *, value, u32, i) /* expect: RL106 error opaque_lock */
{
	if (atomic_cmpxchg_acquire(&opaque_busy, 0, 1))
		return -EBUSY;
	busy_put(&opaque_busy);
	raw_spin_lock(&opaque_lock);
	pour();
	raw_spin_unlock(&opaque_lock);
	atomic_set(&opaque_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_bits_get, void *, value, u32, i) /* expect: RL106 error bits_lock */
{
	if (test_and_set_bit(0, &bits_busy))
		return -EBUSY;
	WRITE_ONCE(bits_busy, 0);
	raw_spin_lock(&bits_lock);
	pour();
	raw_spin_unlock(&bits_lock);
	clear_bit(0, &bits_busy);
	return 0;
}

BPF_CALL_2(bpf_masked_get, void *, value, u32, i) /* expect: RL106 error masked_lock */
{
	if (test_and_set_bit(0, &masked_busy))
		return -EBUSY;
	masked_busy &= ~1UL;
	raw_spin_lock(&masked_lock);
	pour();
	raw_spin_unlock(&masked_lock);
	clear_bit(0, &masked_busy);
	return 0;
}

BPF_CALL_2(bpf_numbered_get, void *, value, u32, i) /* expect: RL106 error numbered_lock */
{
	if (test_and_set_bit(0, &numbered_busy))
		return -EBUSY;
	clear_bit(i & 1, &numbered_busy);
	raw_spin_lock(&numbered_lock);
	pour();
	raw_spin_unlock(&numbered_lock);
	clear_bit(0, &numbered_busy);
	return 0;
}

BPF_CALL_2(bpf_again_get, void *, value, u32, i)
{
	if (atomic_cmpxchg_acquire(&again_busy, 0, 1))
		return -EBUSY;
	atomic_set(&again_busy, 2);
	raw_spin_lock(&again_lock);
	pour();
	raw_spin_unlock(&again_lock);
	atomic_set(&again_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_asked_get, void *, value, u32, i)
{
	if (atomic_cmpxchg_acquire(&asked_busy, 0, 1))
		return -EBUSY;
	if (atomic_read(&asked_busy) > 1)
		return 0;
	raw_spin_lock(&asked_lock);
	pour();
	raw_spin_unlock(&asked_lock);
	atomic_set(&asked_busy, 0);
	return 0;
}

BPF_CALL_2(bpf_beside_get, void *, value, u32, i)
{
	if (test_and_set_bit(0, &beside_busy))
		return -EBUSY;
	set_bit(1, &beside_busy);
	clear_bit(1, &beside_busy);
	raw_spin_lock(&beside_lock);
	pour();
	raw_spin_unlock(&beside_lock);
	clear_bit(0, &beside_busy);
	return 0;
}

HELPER(bpf_stored_get);
HELPER(bpf_exchanged_get);
HELPER(bpf_unknown_get);
HELPER(bpf_opaque_get);
HELPER(bpf_bits_get);
HELPER(bpf_masked_get);
HELPER(bpf_numbered_get);
HELPER(bpf_again_get);
HELPER(bpf_asked_get);
HELPER(bpf_beside_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_stored_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_exchanged_get_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_unknown_get_proto;
	case BPF_FUNC_cgrp_storage_get: return &bpf_opaque_get_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_bits_get_proto;
	case BPF_FUNC_task_storage_get: return &bpf_masked_get_proto;
	case BPF_FUNC_task_storage_delete: return &bpf_numbered_get_proto;
	case BPF_FUNC_inode_storage_get: return &bpf_again_get_proto;
	case BPF_FUNC_inode_storage_delete: return &bpf_asked_get_proto;
	case BPF_FUNC_sk_storage_delete: return &bpf_beside_get_proto;
);
