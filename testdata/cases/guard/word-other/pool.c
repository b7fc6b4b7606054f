// SPDX-License-Identifier: MIT
/* A word that does not guard: another object's, given back too early, or taken by one side only. */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct pot {
	raw_spinlock_t lock;
	atomic_t busy;
	struct pot *other;
};

static DEFINE_RAW_SPINLOCK(early_lock);
static DEFINE_RAW_SPINLOCK(half_lock);
static atomic_t early_busy = ATOMIC_INIT(0);
static atomic_t half_busy = ATOMIC_INIT(0);

void pour(void);

BPF_CALL_1(bpf_pot_get, void *, value) /* expect: RL106 error pot.lock */
{
	struct pot *p = value;

	if (atomic_cmpxchg_acquire(&p->other->busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&p->lock);
	pour();
	raw_spin_unlock(&p->lock);
	atomic_set(&p->other->busy, 0);
	return 0;
}

BPF_CALL_1(bpf_early_get, void *, value) /* expect: RL106 error early_lock */
{
	if (atomic_cmpxchg_acquire(&early_busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&early_lock);
	atomic_set_release(&early_busy, 0);
	pour();
	raw_spin_unlock(&early_lock);
	return 0;
}

BPF_CALL_1(bpf_half_get, void *, value) /* expect: RL106 error half_lock */
{
	if (atomic_xchg(&half_busy, 1))
		return -EBUSY;
	raw_spin_lock(&half_lock);
	pour();
	raw_spin_unlock(&half_lock);
	atomic_set_release(&half_busy, 0);
	return 0;
}

void half_reset(void)
{
	raw_spin_lock(&half_lock);
	pour();
	raw_spin_unlock(&half_lock);
}

HELPER(bpf_pot_get);
HELPER(bpf_early_get);
HELPER(bpf_half_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pot_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_early_get_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_half_get_proto;
);
