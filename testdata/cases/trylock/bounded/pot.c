// SPDX-License-Identifier: MIT
/* Loops that give up: after so many rounds, when there is nothing to do, or in one of two places. */
#include <mini/pot.h>

bool pot_is_full(struct pot *p);

static int pot_lock(struct pot *p, unsigned long *flags)
{
	int spins = 0;

	while (!raw_spin_trylock_irqsave(&p->lock, *flags)) {
		if (++spins > 10000)
			return -EBUSY;
	}
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

/* The loop is the caller's, and ends by a test of its own. */
static bool pot_fill(struct pot *p)
{
	unsigned long flags;

	if (!raw_spin_trylock_irqsave(&p->lock, flags))
		return false;
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return true;
}

/* It gives up once the pot is gone, which its caller has seen not to be so before. */
static bool pot_lock_alive(struct pot *p, unsigned long *flags)
{
	while (!raw_spin_trylock_irqsave(&p->lock, *flags)) {
		if (p->level < 0)
			return false;
	}
	return true;
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (pot_lock(p, &flags))
		return -EBUSY;
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	while (!pot_is_full(p)) {
		if (pot_fill(p))
			break;
	}
	if (p->level < 0)
		return -EBUSY;
	if (pot_lock_alive(p, &flags))
		raw_spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
