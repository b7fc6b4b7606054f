// SPDX-License-Identifier: MIT
/* Neither lock has a guard: that each comes back to itself is the cause, told once of each. */
#include <mini/pot.h>

struct pan {
	raw_spinlock_t pan_lock;
	int level;
};

struct pan *to_pan(struct bpf_map *map);
void drain(struct pan *q);


static void pour_both(struct pot *p, struct pan *q)
{
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	raw_spin_lock(&q->pan_lock);
	drain(q);
	raw_spin_unlock(&q->pan_lock);
}

static void pot_map_free(struct bpf_map *map)
{
	pour_both(to_pot(map), to_pan(map));
}

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_2(bpf_pan_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error pan.pan_lock */
{
	struct pan *q = to_pan(map);

	raw_spin_lock(&q->pan_lock);
	q->level++;
	raw_spin_unlock(&q->pan_lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_fill);
HELPER(bpf_pan_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_pan_fill_proto;
);
