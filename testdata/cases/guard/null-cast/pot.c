// SPDX-License-Identifier: MIT
/* A zero that was cast to the pointer's type. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), (int __percpu *)0); /* expect: RL101 error pot.lock */
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
