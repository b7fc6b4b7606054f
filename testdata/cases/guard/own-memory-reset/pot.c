// SPDX-License-Identifier: MIT
/* The counter is up, but is set to 0 again before the lock is taken. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);
	int *busy = this_cpu_ptr(&pot_busy);

	(*busy)++;
	*busy = 0;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
