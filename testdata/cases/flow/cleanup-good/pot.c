// SPDX-License-Identifier: MIT
/* The counter is raised around a function that holds the lock by guard(). */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void drain(struct pot *p)
{
	guard(raw_spinlock)(&p->lock);
	if (p->level)
		pour(p);
}

static void pot_map_free(struct bpf_map *map)
{
	this_cpu_inc(pot_busy);
	drain(to_pot(map));
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
