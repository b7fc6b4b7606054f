// SPDX-License-Identifier: MIT
/* What the helper comes to, also below its own unit, and what only others call. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
