// SPDX-License-Identifier: MIT
/* A resilient spinlock gives up: its result is dropped at one place and tested at the other. */
#include <mini/pot.h>

int res_spin_lock(raw_spinlock_t *lock);
void res_spin_unlock(raw_spinlock_t *lock);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	res_spin_lock(&p->lock); /* expect: RL107 error pot.lock in=pot_update */
	p->level = 1;
	res_spin_unlock(&p->lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	int err = res_spin_lock(&p->lock);

	if (err)
		return err;
	p->level++;
	res_spin_unlock(&p->lock);
	return 0;
}

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
