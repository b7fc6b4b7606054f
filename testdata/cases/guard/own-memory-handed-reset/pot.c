// SPDX-License-Identifier: MIT
/* The function that is handed the raised counter sets it to 0. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void clear(int *count)
{
	*count = 0;
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	clear(this_cpu_ptr(&pot_busy));
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
