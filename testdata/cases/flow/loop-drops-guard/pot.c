// SPDX-License-Identifier: MIT
/* The counter is raised once and lowered at the end of every round. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct pot *next_pot(struct bpf_map *map, struct pot *p);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	while ((p = next_pot(map, p))) {
		raw_spin_lock(&p->lock);
		pour(p);
		raw_spin_unlock(&p->lock);
		this_cpu_dec(pot_busy);
	}
} /* expect: RL104 error pot.lock in=pot_map_free expected=pot_busy */

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
