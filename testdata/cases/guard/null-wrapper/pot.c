// SPDX-License-Identifier: MIT
/* A wrapper passes the counter on; its caller passes NULL. */
#include <mini/drain.c>

static void drain_map(struct bpf_map *map, int __percpu *busy)
{
	if (map->value_size)
		drain(to_pot(map), busy);
}

static void pot_map_free(struct bpf_map *map)
{
	drain_map(map, NULL); /* expect: RL101 error pot.lock in=pot_map_free
			       * ladder=pot_map_free,drain_map,drain,pour,bpf_pot_get
			       */
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
