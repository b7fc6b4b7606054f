// SPDX-License-Identifier: MIT
/*
 * A static call goes to a trampoline, which is made in assembly and cannot be
 * attached to: a note.
 */
#include <mini/kernel.h>

struct pot {
	arch_spinlock_t lock;
	int level;
};

static DEFINE_PER_CPU(int, pot_busy);

static void *pot_slot(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

struct pot *to_pot(struct bpf_map *map);

/* The operations of this lock are inline, so they are no places to attach to. */
static __always_inline void arch_spin_lock(arch_spinlock_t *lock)
{
	while (__sync_lock_test_and_set(&lock->val, 1))
		barrier();
}

/* Not waited for: contention_end does not fire with it held. */
static __always_inline int arch_spin_trylock(arch_spinlock_t *lock)
{
	return !__sync_lock_test_and_set(&lock->val, 1);
}

static __always_inline void arch_spin_unlock(arch_spinlock_t *lock)
{
	__sync_lock_release(&lock->val);
}

/* What DECLARE_STATIC_CALL() makes of it; no C has a definition. */
void __SCT__wash(struct pot *p);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 note pot.lock not-attach=__SCT__wash */
{
	struct pot *p = to_pot(map);

	if (!arch_spin_trylock(&p->lock))
		return;
	__SCT__wash(p);
	arch_spin_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		arch_spin_lock(&p->lock);
		p->level++;
		arch_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_free = pot_map_free,
	.map_owner_storage_ptr = pot_slot,
};

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
