// SPDX-License-Identifier: MIT
/* Taken and released under the same condition: no path leaves it held. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	if (flags & 1)
		raw_spin_lock(&p->lock);
	pour(p);
	if (flags & 1)
		raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
