// SPDX-License-Identifier: MIT
/* scoped_guard() holds the lock in its own block only. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void wash(struct pot *p);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 not-attach=wash */
{
	struct pot *p = to_pot(map);

	scoped_guard(raw_spinlock_irqsave, &p->lock) {
		if (p->level)
			pour(p);
	}
	wash(p);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
