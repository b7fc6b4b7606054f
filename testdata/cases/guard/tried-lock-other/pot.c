// SPDX-License-Identifier: MIT
/*
 * The outer lock is given back while the inner one is held, or is another one.
 */
#include <mini/kernel.h>

struct pot {
	raw_spinlock_t lock;
	raw_spinlock_t outer;
	int level;
};

static DEFINE_RAW_SPINLOCK(pool_lock);
static DEFINE_RAW_SPINLOCK(pool_outer);
static DEFINE_RAW_SPINLOCK(other_outer);

void pour(void);

BPF_CALL_1(bpf_pool_get, void *, value) /* expect: RL106 error pool_lock in=bpf_pool_get attach=pour */
{
	if (!raw_spin_trylock(&pool_outer))
		return -EBUSY;
	raw_spin_lock(&pool_lock);
	raw_spin_unlock(&pool_outer);
	pour();
	raw_spin_unlock(&pool_lock);
	return 0;
}

BPF_CALL_1(bpf_pot_get, void *, value) /* expect: RL106 error pot.lock in=bpf_pot_get attach=pour */
{
	struct pot *p = value;

	if (!raw_spin_trylock(&p->outer))
		return -EBUSY;
	raw_spin_lock(&p->lock);
	pour();
	raw_spin_unlock(&p->lock);
	raw_spin_unlock(&p->outer);
	return 0;
}

void pot_drain(struct pot *p)
{
	if (!raw_spin_trylock(&other_outer))
		return;
	raw_spin_lock(&p->lock);
	pour();
	raw_spin_unlock(&p->lock);
	raw_spin_unlock(&other_outer);
}

HELPER(bpf_pool_get);
HELPER(bpf_pot_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pool_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;
);
