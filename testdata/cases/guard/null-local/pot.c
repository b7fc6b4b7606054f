// SPDX-License-Identifier: MIT
/* NULL comes through a local variable. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	int __percpu *busy = NULL;
	struct pot *p = to_pot(map);

	drain(p, busy); /* expect: RL101 error pot.lock in=pot_map_free attach=pour */
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
