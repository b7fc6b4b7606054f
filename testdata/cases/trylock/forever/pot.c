// SPDX-License-Identifier: MIT
/* A trylock that is tried until it succeeds waits: in a loop of its own, or of a caller's. */
#include <mini/pot.h>

static int pot_lock(struct pot *p, unsigned long *flags)
{
	while (!raw_spin_trylock_irqsave(&p->lock, *flags))
		asm volatile("pause" ::: "memory");
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value) /* expect: RL106 error pot.lock
								     ladder=bpf_pot_get,pot_lock */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (pot_lock(p, &flags))
		return -EBUSY;
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
