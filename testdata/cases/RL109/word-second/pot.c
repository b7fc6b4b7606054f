// SPDX-License-Identifier: MIT
/*
 * Code takes the pan, which has a counter, and then spins on a word of the cup, which has none; a
 * program turns that round.
 */
#include <linux/atomic.h>
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	int level;
};

struct cup {
	atomic_t busy;
	int level;
};

struct cup *to_cup(struct bpf_map *map);
void stir(struct cup *c);
struct pan *to_pan(struct bpf_map *map);

static DEFINE_PER_CPU(int, pan_busy);

static void pour_both(struct cup *c, struct pan *q)
{
	this_cpu_inc(pan_busy);
	raw_spin_lock(&q->pan_lock);
	while (atomic_xchg(&c->busy, 1))
		cpu_relax();
	c->level += q->level;
	stir(c);
	atomic_set_release(&c->busy, 0);
	raw_spin_unlock(&q->pan_lock);
	this_cpu_dec(pan_busy);
}

static void pot_map_free(struct bpf_map *map)
{
	pour_both(to_cup(map), to_pan(map));
}

BPF_CALL_2(bpf_cup_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error cup.busy */
{
	struct cup *c = to_cup(map);

	while (atomic_xchg(&c->busy, 1))
		cpu_relax();
	stir(c);
	atomic_set_release(&c->busy, 0);
	return 0;
}

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value)
{
	struct pan *q = to_pan(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pan_busy) == 1) {
		raw_spin_lock(&q->pan_lock); /* expect: RL109 error cup.busy context=order
						entry=bpf_cup_fill attach=stir
						reenter=bpf_pan_fill
						message="pot_map_free() takes them" */
		q->level++;
		raw_spin_unlock(&q->pan_lock);
		ret = 0;
	}
	this_cpu_dec(pan_busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_cup_fill);
HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_cup_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_pan_fill_proto;
);
