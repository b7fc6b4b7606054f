// SPDX-License-Identifier: MIT
/* A NULL that is no counter is no RL101: here nothing raises one at all. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void drain(struct pot *p, int *count)
{
	raw_spin_lock(&p->lock);
	pour(p);
	if (count)
		*count += p->level;
	raw_spin_unlock(&p->lock);
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock expected=pot_busy */
{
	drain(to_pot(map), NULL);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
