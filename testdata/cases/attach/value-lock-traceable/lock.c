// SPDX-License-Identifier: MIT
/*
 * A helper returns to its program with the lock of a map's value held, and another
 * program can be attached to its exit. A third one can be attached to the entry of the
 * helper that gives the lock back.
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
u64 bpf_spin_lock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) /* expect: RL106 error bpf_spin_lock */ /*
	expect: RL102 error bpf_spin_lock how=bpf_spin_lock:fexit,kretprobe
	   message="bpf_spin_lock() returns with bpf_spin_lock held and can be traced" */
{
	value_lock((struct bpf_spin_lock *)r1);
	return 0;
}

u64 bpf_spin_unlock(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5) /*
	expect: RL102 error bpf_spin_lock how=bpf_spin_unlock:fentry,kprobe
	   message="bpf_spin_unlock() is called with bpf_spin_lock held and can be traced" */
{
	value_unlock((struct bpf_spin_lock *)r1);
	return 0;
}

/* In another file, so it can be traced. */
void copy_value(void *to, void *from);

/* This section is no helper's: that anything comes back to the lock is told as well. */
static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct bpf_spin_lock *lock = key + map->value_size;

	value_lock(lock);
	copy_value(key, value);
	value_unlock(lock);
	return 0;
}

static const struct bpf_map_ops shelf_ops = { .map_update_elem = shelf_update };

HELPER(bpf_spin_lock);
HELPER(bpf_spin_unlock);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_ops);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_spin_lock_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_spin_unlock_proto;
);
