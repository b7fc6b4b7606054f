// SPDX-License-Identifier: MIT
/* The arm with NULL is never taken. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), sizeof(struct pot) ? &pot_busy : NULL);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
