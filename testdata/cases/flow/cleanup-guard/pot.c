// SPDX-License-Identifier: MIT
/* guard() holds the lock to the end of the scope, also on the early return. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void serve(struct pot *p);
void wash(struct pot *p);

static void drain(struct pot *p)
{
	guard(raw_spinlock)(&p->lock);
	if (p->level < 0) {
		serve(p);
		return;
	}
	pour(p);
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 attach=serve not-attach=wash */
{
	struct pot *p = to_pot(map);

	drain(p);
	wash(p);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
