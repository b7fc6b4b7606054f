// SPDX-License-Identifier: MIT
/* The counter's address is handed to functions that count what they are given. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void raise(int *count)
{
	(*count)++;
}

static void lower(int *count)
{
	(*count)--;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raise(this_cpu_ptr(&pot_busy));
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	lower(this_cpu_ptr(&pot_busy));
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
