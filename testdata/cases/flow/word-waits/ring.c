// SPDX-License-Identifier: MIT
/* Words and bits that code spins for are locks; where it gives up they are none, nor is another bit. */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct ring {
	atomic_t busy, used, idle;
	unsigned long flags;
	int n;
};

void drain(struct ring *r);

static atomic_t ring_count = ATOMIC_INIT(0);

BPF_CALL_1(bpf_ring_push, void *, value) /* expect: RL106 error ring.busy
								      attach=drain */
{
	struct ring *r = value;
	int busy = 0;

	while (!atomic_try_cmpxchg(&r->busy, &busy, 1)) {
		busy = 0;
		cpu_relax();
	}
	drain(r);
	atomic_set_release(&r->busy, 0);
	return 0;
}

BPF_CALL_1(bpf_ring_pop, void *, value) /* expect: RL106 error ring.flags.3
							  attach=drain */
{
	struct ring *r = value;

	while (test_and_set_bit(3, &r->flags))
		cpu_relax();
	drain(r);
	clear_bit(3, &r->flags);
	return 0;
}

BPF_CALL_1(bpf_ring_peek, void *, value) /* expect: RL106 error ring_count
							   attach=drain */
{
	while (atomic_xchg(&ring_count, 1))
		cpu_relax();
	drain(NULL);
	atomic_set(&ring_count, 0);
	return 0;
}

/* Nobody waits for these: taken after so many rounds, not at all, or by one that holds another bit. */
BPF_CALL_1(bpf_ring_update, void *, value)
{
	struct ring *r = value;
	int used = 0, i;

	for (i = 0; atomic_cmpxchg_acquire(&r->idle, 0, 1); i++)
		if (i == 100)
			return -EBUSY;
	drain(r);
	atomic_set(&r->idle, 0);
	if (!atomic_try_cmpxchg(&r->used, &used, 1))
		return -EBUSY;
	drain(r);
	atomic_set(&r->used, 0);
	if (test_and_set_bit(4, &r->flags))
		return -EBUSY;
	drain(r);
	clear_bit(4, &r->flags);
	return 0;
}

HELPER(bpf_ring_push);
HELPER(bpf_ring_pop);
HELPER(bpf_ring_peek);
HELPER(bpf_ring_update);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_ring_push_proto;
	case BPF_FUNC_map_update_elem: return &bpf_ring_pop_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_ring_peek_proto;
	case BPF_FUNC_sk_storage_get: return &bpf_ring_update_proto;
);
