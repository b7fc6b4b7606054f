// SPDX-License-Identifier: MIT
/* raw_spin_trylock_irqsave() is a statement expression; the lock is held where it is true. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void give_up(struct pot *p);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 not-attach=give_up */
{
	struct pot *p = to_pot(map);
	unsigned long flags;

	if (!raw_spin_trylock_irqsave(&p->lock, flags)) {
		give_up(p);
		return;
	}
	pour(p);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
