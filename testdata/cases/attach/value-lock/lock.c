// SPDX-License-Identifier: MIT
/*
 * The helper is notrace. What is left is the tracepoint of a lock that was waited for.
 */
#include <mini/kernel.h>

struct bpf_spin_lock {
	u32 val;
};

void arch_spin_lock(arch_spinlock_t *lock);
void arch_spin_unlock(arch_spinlock_t *lock);

static inline void value_lock(struct bpf_spin_lock *lock)
{
	arch_spinlock_t *l = (void *)lock;

	arch_spin_lock(l);
}

static inline void value_unlock(struct bpf_spin_lock *lock)
{
	arch_spinlock_t *l = (void *)lock;

	arch_spin_unlock(l);
}
notrace u64 bpf_spin_lock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) /*
	expect: RL111 error bpf_spin_lock not-attach=bpf_spin_lock
	   attach=contention_end */
{
	value_lock((struct bpf_spin_lock *)r1);
	return 0;
}

notrace u64 bpf_spin_unlock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	value_unlock((struct bpf_spin_lock *)r1);
	return 0;
}

HELPER(bpf_spin_lock);
HELPER(bpf_spin_unlock);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_spin_lock_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_spin_unlock_proto;
);
