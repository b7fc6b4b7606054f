// SPDX-License-Identifier: MIT
/*
 * Neither lock has a guard, so each comes back to itself. But the kernel takes
 * the two in both orders, which stays when each is mended by itself.
 */
#include <mini/kernel.h>

struct ring {
	struct bpf_map map;
	raw_spinlock_t head_lock;
	raw_spinlock_t tail_lock;
	u64 head, tail;
};

/* In another file, so it can be traced. */
void ring_move(struct ring *r);

BPF_CALL_1(bpf_ring_push, struct bpf_map *, map)
{
	struct ring *r = container_of(map, struct ring, map);

	raw_spin_lock(&r->head_lock);
	raw_spin_lock(&r->tail_lock); /* expect: RL109 error ring.head_lock context=order entry=bpf_ring_push
					 message="takes them the other way round" */
	ring_move(r);
	raw_spin_unlock(&r->tail_lock);
	ring_move(r);
	raw_spin_unlock(&r->head_lock);
	return 0;
}

BPF_CALL_1(bpf_ring_pop, struct bpf_map *, map) /* expect: RL106 error ring.head_lock */ /*
	expect: RL106 error ring.tail_lock context=recursion */
{
	struct ring *r = container_of(map, struct ring, map);

	raw_spin_lock(&r->tail_lock);
	raw_spin_lock(&r->head_lock);
	ring_move(r);
	raw_spin_unlock(&r->head_lock);
	raw_spin_unlock(&r->tail_lock);
	return 0;
}

static const struct bpf_map_ops ring_ops;

HELPER(bpf_ring_push);
HELPER(bpf_ring_pop);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &ring_ops);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_ring_push_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_ring_pop_proto;
);
