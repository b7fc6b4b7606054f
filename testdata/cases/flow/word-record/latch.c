// SPDX-License-Identifier: MIT
/*
 * A lock that is made by hand: a record which one function takes for a word and spins on, and another
 * one gives back. It is called after where it is, or after the record.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct latch {
	u32 val;
};

struct ring {
	struct latch latch;
	int n;
};

/* Taken in the same way, and by nobody given back: a state. */
struct once {
	u32 val;
};

void drain(struct ring *r);

static inline void latch_lock(struct latch *latch)
{
	atomic_t *l = (void *)latch;

	do {
		while (READ_ONCE(l->counter))
			cpu_relax();
	} while (atomic_xchg(l, 1));
}

static inline void latch_unlock(struct latch *latch)
{
	atomic_set_release((atomic_t *)latch, 0);
}

static inline void latch_drop(struct latch *latch)
{
	WRITE_ONCE(*(int *)latch, 0);
}

static inline bool once(struct once *o)
{
	return !atomic_xchg((atomic_t *)o, 1);
}

BPF_CALL_1(bpf_ring_push, void *, value)
{
	struct ring *r = value;

	latch_lock(&r->latch);
	drain(r);
	latch_unlock(&r->latch);
	return 0;
}

BPF_CALL_1(bpf_latch_get, struct latch *, latch) /* expect: RL106 error latch attach=drain */
{
	latch_lock(latch);
	drain(NULL);
	latch_drop(latch);
	return 0;
}

BPF_CALL_1(bpf_once_get, struct once *, o)
{
	while (!once(o))
		cpu_relax();
	drain(NULL);
	return 0;
}

/* Nothing is held here any more. */
BPF_CALL_1(bpf_ring_pop, void *, value) /* expect: RL106 error ring.latch
								     attach=drain entry=bpf_ring_push */
{
	struct ring *r = value;

	latch_lock(&r->latch);
	latch_unlock(&r->latch);
	drain(r);
	return 0;
}

HELPER(bpf_ring_push);
HELPER(bpf_ring_pop);
HELPER(bpf_latch_get);
HELPER(bpf_once_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_ring_push_proto;
	case BPF_FUNC_map_update_elem: return &bpf_ring_pop_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_latch_get_proto;
	case BPF_FUNC_sk_storage_get: return &bpf_once_get_proto;
);
