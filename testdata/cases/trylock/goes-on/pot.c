// SPDX-License-Identifier: MIT
/*
 * Who goes on to another lock when one is taken does not wait for it: the next of an array, any free
 * slot, the next object. Who comes back to the same one does, whatever its local is called by then.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct head {
	raw_spinlock_t lock;
	atomic_t busy;
};

struct tail {
	raw_spinlock_t lock;
	atomic_t tries;
	atomic_t busy;
};

static struct head heads[4];

void pour(void);
struct head *next_head(struct head *h);

BPF_CALL_1(bpf_any_get, void *, value)
{
	int k;

	for (;;) {
		for (k = 0; k < 4; k++) {
			if (raw_spin_trylock(&heads[k].lock)) {
				pour();
				raw_spin_unlock(&heads[k].lock);
				return 0;
			}
		}
	}
}

BPF_CALL_2(bpf_free_get, void *, value, u32, i)
{
	u32 k = i & 3;

	while (atomic_cmpxchg_acquire(&heads[k].busy, 0, 1))
		k = (k + 1) & 3;
	pour();
	atomic_set(&heads[k].busy, 0);
	return 0;
}

BPF_CALL_1(bpf_next_get, void *, value)
{
	struct head *h = value;

	while (!raw_spin_trylock(&h->lock))
		h = next_head(h);
	pour();
	raw_spin_unlock(&h->lock);
	return 0;
}

BPF_CALL_2(bpf_same_get, void *, value, u32, i) /* expect: RL106 error tail.lock */
{
	struct tail *t = value;

	while (!raw_spin_trylock(&t->lock))
		atomic_set(&t->tries, 1);
	pour();
	raw_spin_unlock(&t->lock);
	return 0;
}

BPF_CALL_2(bpf_word_get, void *, value, u32, i) /* expect: RL106 error tail.busy */
{
	struct tail *tails = value, *t = &tails[i & 3];

	while (atomic_cmpxchg_acquire(&t->busy, 0, 1))
		cpu_relax();
	pour();
	atomic_set(&t->busy, 0);
	return 0;
}

HELPER(bpf_any_get);
HELPER(bpf_free_get);
HELPER(bpf_next_get);
HELPER(bpf_same_get);
HELPER(bpf_word_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_any_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_free_get_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_next_get_proto;
	case BPF_FUNC_cgrp_storage_get: return &bpf_same_get_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_word_get_proto;
);
