// SPDX-License-Identifier: MIT
/*
 * A word that is taken before the lock, by a test that returns, guards it: the pool's, of all, and
 * the object's own.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct pot {
	raw_spinlock_t lock;
	atomic_t busy;
	unsigned long flags;
	int level;
};

static DEFINE_RAW_SPINLOCK(pool_lock);
static atomic_t pool_busy = ATOMIC_INIT(0);

void pour(void);

BPF_CALL_1(bpf_pool_get, void *, value)
{
	if (atomic_cmpxchg_acquire(&pool_busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&pool_lock);
	pour();
	raw_spin_unlock(&pool_lock);
	atomic_set_release(&pool_busy, 0);
	return 0;
}

BPF_CALL_1(bpf_pot_get, void *, value)
{
	struct pot *p = value;

	if (test_and_set_bit(0, &p->flags))
		return -EBUSY;
	raw_spin_lock(&p->lock);
	pour();
	raw_spin_unlock(&p->lock);
	clear_bit(0, &p->flags);
	return 0;
}

HELPER(bpf_pool_get);
HELPER(bpf_pot_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pool_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;
);
