// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

struct pan_owner {
	struct pan *pan;
};

struct pan {
	raw_spinlock_t lock;
	int level;
};

static void *pan_slot(void *owner)
{
	return &((struct pan_owner *)owner)->pan;
}

struct pan *to_pan(struct bpf_map *map);
void stir(struct pan *p);
static long fill(struct bpf_map *map, void *value);

#define drain(p, busy) do { \
	this_cpu_inc(*(busy)); \
	raw_spin_lock(&(p)->lock); \
	stir(p); \
	raw_spin_unlock(&(p)->lock); \
	this_cpu_dec(*(busy)); \
} while (0)

/* page: RL105 bad */ /* expect: RL105 error pan.lock in=pan_map_free attach=stir
			 reenter=bpf_pan_get raised=pot_busy expected=pan_busy */

static long fill(struct bpf_map *map, void *value)
{
	struct pan *p = to_pan(map);

	raw_spin_lock(&p->lock); /* expect: RL109 error pan.lock context=order
				    reenter=bpf_pan_get raised=pot_busy */
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

/* The other helper makes pot_busy a counter that guards this lock, elsewhere. */
BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) == 1)
		ret = fill(map, value);
	this_cpu_dec(pot_busy);
	return ret;
}

static long pan_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops pan_map_ops = {
	.map_free = pan_map_free,
	.map_owner_storage_ptr = pan_slot,
};
static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = pan_update,
	.map_owner_storage_ptr = pan_slot,
};

HELPER(bpf_pan_get);
HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_TASK_STORAGE] = &pan_map_ops, [BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_task_storage_get: return &bpf_pan_get_proto;
	case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;
);

/* Each helper is for its own type of map. */
int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map, int func_id);
int check_map_func_compatibility(struct bpf_verifier_env *env, struct bpf_map *map, int func_id)
{
	switch (map->map_type) {
	case BPF_MAP_TYPE_TASK_STORAGE:
		if (func_id != BPF_FUNC_task_storage_get)
			return -EINVAL;
		break;
	case BPF_MAP_TYPE_CGRP_STORAGE:
		if (func_id != BPF_FUNC_cgrp_storage_get)
			return -EINVAL;
		break;
	default:
		break;
	}
	return 0;
}
