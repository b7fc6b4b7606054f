// SPDX-License-Identifier: MIT
/* The counter's address comes through a local variable: nothing is wrong. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	int __percpu *busy = NULL;
	struct pot *p = to_pot(map);

	if (!p)
		return;
	busy = &pot_busy;
	drain(p, busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
