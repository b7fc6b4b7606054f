// SPDX-License-Identifier: MIT
/* Functions that call themselves and each other come to an end. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void drain(struct pot *p, int n);

static void drain_rest(struct pot *p, int n)
{
	if (n > 0)
		drain(p, n - 1);
}

static void drain(struct pot *p, int n)
{
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	drain_rest(p, n);
}

static void pot_map_free(struct bpf_map *map)
{
	this_cpu_inc(pot_busy);
	drain(to_pot(map), map->key_size);
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
