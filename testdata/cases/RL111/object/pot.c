// SPDX-License-Identifier: MIT
/* no-ftrace */
/* This object alone is built without the ftrace flags; what it calls in others is left. */
#include <mini/pot.h>

static void fill(struct pot *p)
{
	p->level++;
}

static long pot_update(struct bpf_map *map, void *key, /* expect: RL111 error pot.lock attach=pour
							   not-attach=fill reenter=bpf_pot_set
							   message="pot.o is built without ftrace" */
		       void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	fill(p);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

/* The same line of the Makefile is about this one: one cause. */
static long pot_delete(struct bpf_map *map, void *key)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	fill(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = pot_update,
	.map_delete_elem = pot_delete,
	POT_OPS
};

BPF_CALL_2(bpf_pot_set, struct bpf_map *, map, void *, value)
{
	return value ? pot_update(map, value, value, 0) : pot_delete(map, value);
}

HELPER(bpf_pot_set);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_set_proto;);
