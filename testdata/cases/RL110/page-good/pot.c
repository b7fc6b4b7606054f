// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

/* page: RL110 good */

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	long ret;

	this_cpu_inc(pot_busy);
	ret = fill(to_pot(map));
	this_cpu_dec(pot_busy);
	return ret;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
