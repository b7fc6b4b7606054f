// SPDX-License-Identifier: MIT
/* The exit status is that of findings where both apply. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
