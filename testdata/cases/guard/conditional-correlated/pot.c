// SPDX-License-Identifier: MIT
/* Where the counter is NULL, the section is not entered. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	bool guarded = map->key_size > 4;
	int __percpu *busy = guarded ? &pot_busy : NULL;

	if (!guarded)
		return;
	drain(to_pot(map), busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
