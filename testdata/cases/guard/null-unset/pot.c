// SPDX-License-Identifier: MIT
/* NULL is what nobody writes to a static pointer. */
#include <mini/drain.c>

static int __percpu *free_busy;

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	drain(p, free_busy); /* expect: RL101 error pot.lock in=pot_map_free attach=pour */
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
