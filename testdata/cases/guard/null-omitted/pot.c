// SPDX-License-Identifier: MIT
/* An initialiser that leaves the counter out makes it NULL, in a struct within another, too. */
#include <mini/drain.c>

struct drain_opts {
	int limit;
	int __percpu *busy;
};

struct map_opts {
	struct bpf_map *map;
	struct drain_opts drain;
};

static void drain_map(const struct map_opts *opts)
{
	if (opts->drain.limit)
		drain(to_pot(opts->map), opts->drain.busy); /* expect: RL101 error pot.lock in=drain_map
							     * ladder=pot_map_free,drain_map,drain,pour
							     */
}

static void pot_map_free(struct bpf_map *map)
{
	struct map_opts opts = { map, { .limit = 8 } };

	drain_map(&opts);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
