// SPDX-License-Identifier: MIT
/* One function takes the lock, another releases it; what is called between is in the section. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void wash(struct pot *p);

static void pot_lock(struct pot *p, unsigned long *pflags)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	*pflags = flags;
}

static void pot_unlock(struct pot *p, unsigned long flags)
{
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 not-attach=wash acquired=pot_lock */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	pot_lock(p, &flags);
	pour(p);
	pot_unlock(p, flags);
	wash(p);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
