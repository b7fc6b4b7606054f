// SPDX-License-Identifier: MIT
/* Handed over: start takes the lock on some paths only, and stop knows which. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static long pot_start(struct bpf_map *map, void *key, void *value, u64 flags)
{
	this_cpu_inc(pot_busy);
	if (flags)
		raw_spin_lock(&to_pot(map)->lock);
	return 0;
}

static long pot_stop(struct bpf_map *map, void *key)
{
	struct pot *p = to_pot(map);

	if (p->level)
		raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_start,
						.map_delete_elem = pot_stop, POT_OPS };

#include <mini/pot_helper.c>
