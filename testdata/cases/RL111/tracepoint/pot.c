// SPDX-License-Identifier: MIT
/* notrace on the function does nothing to the tracepoint in it; the other section is as it was. */
#include <linux/tracepoint.h>
#include <mini/kernel.h>

struct pot {
	arch_spinlock_t lock;
	int level;
};

DECLARE_TRACE(pot_level, (int level), (level))

struct pot *to_pot(struct bpf_map *map);
void pour(struct pot *p);

static __always_inline void arch_spin_lock(arch_spinlock_t *lock)
{
	while (__sync_lock_test_and_set(&lock->val, 1))
		barrier();
}

static __always_inline void arch_spin_unlock(arch_spinlock_t *lock)
{
	__sync_lock_release(&lock->val);
}

static notrace long pot_update(struct bpf_map *map, void *key, /* expect: RL111 error pot.lock
						how=pot_level:tracepoint,raw_tp,tp_btf */
			       void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	arch_spin_lock(&p->lock);
	trace_pot_level(p->level);
	arch_spin_unlock(&p->lock);
	return 0;
}

static long pot_delete(struct bpf_map *map, void *key)
{
	struct pot *p = to_pot(map);

	arch_spin_lock(&p->lock);
	pour(p);
	arch_spin_unlock(&p->lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = pot_update,
	.map_delete_elem = pot_delete,
};

BPF_CALL_2(bpf_pot_set, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock
								 entry=pot_delete attach=pour */
{
	return pot_update(map, value, value, 0);
}

HELPER(bpf_pot_set);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_set_proto;);
