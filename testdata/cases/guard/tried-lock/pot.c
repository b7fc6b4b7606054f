// SPDX-License-Identifier: MIT
/*
 * Another lock that is tried first, and not waited for, guards the one under it: who comes back gives up
 * there.
 */
#include <mini/kernel.h>

struct pot {
	raw_spinlock_t lock;
	raw_spinlock_t outer;
	int level;
};

static DEFINE_RAW_SPINLOCK(pool_lock);
static DEFINE_RAW_SPINLOCK(pool_outer);

void pour(void);

BPF_CALL_1(bpf_pool_get, void *, value)
{
	if (!raw_spin_trylock(&pool_outer))
		return -EBUSY;
	raw_spin_lock(&pool_lock);
	pour();
	raw_spin_unlock(&pool_lock);
	raw_spin_unlock(&pool_outer);
	return 0;
}

BPF_CALL_1(bpf_pot_get, void *, value)
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

HELPER(bpf_pool_get);
HELPER(bpf_pot_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pool_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;
);
