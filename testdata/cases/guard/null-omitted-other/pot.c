// SPDX-License-Identifier: MIT
/* What an initialiser leaves out is set later, or is not the counter. */
#include <mini/drain.c>

struct drain_opts {
	struct bpf_map *map;
	int __percpu *busy;
	struct pot *first;
};

static void drain_map(const struct drain_opts *opts)
{
	drain(opts->first ? opts->first : to_pot(opts->map), opts->busy);
}

static void pot_map_free(struct bpf_map *map)
{
	struct drain_opts opts = { .map = map, .busy = &pot_busy };
	struct drain_opts later = { .first = to_pot(map) };

	later.busy = &pot_busy;
	drain_map(&opts);
	drain_map(&later);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
