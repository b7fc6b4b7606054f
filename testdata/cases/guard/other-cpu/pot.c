// SPDX-License-Identifier: MIT
/* per_cpu_ptr() raises some CPU's counter, not this one's. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);

	++*per_cpu_ptr(&pot_busy, map->key_size);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	--*per_cpu_ptr(&pot_busy, map->key_size);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
