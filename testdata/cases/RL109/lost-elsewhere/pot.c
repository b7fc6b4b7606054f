// SPDX-License-Identifier: MIT
/*
 * Whether the pan is locked is told by what is in it, of which nothing is known any more after the
 * loop: of that there is no order. Further down both are held, and there is.
 */
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	int level;
};

struct pan *to_pan(struct bpf_map *map);
void drain(struct pan *q);

static DEFINE_PER_CPU(int, pan_busy);

int stir(struct pan *q);

static void pour_both(struct pot *p, struct pan *q)
{
	this_cpu_inc(pan_busy);
	if (q->level)
		raw_spin_lock(&q->pan_lock);
	while (stir(q))
		;
	if (q->level)
		raw_spin_unlock(&q->pan_lock);
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	raw_spin_lock(&q->pan_lock);
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	raw_spin_unlock(&q->pan_lock);
	this_cpu_dec(pan_busy);
}

static void pot_map_free(struct bpf_map *map)
{
	pour_both(to_pot(map), to_pan(map));
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value)
{
	struct pan *q = to_pan(map);
	long ret = -EBUSY;

	if (this_cpu_inc_return(pan_busy) == 1) {
		raw_spin_lock(&q->pan_lock); /* expect: RL109 error pot.lock */
		q->level++;
		raw_spin_unlock(&q->pan_lock);
		ret = 0;
	}
	this_cpu_dec(pan_busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_pan_fill_proto;
);
