// SPDX-License-Identifier: MIT
/* Of two callers one passes the counter. */
#include <mini/drain.c>

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	drain(to_pot(map), &pot_busy);
	return 0;
}

static long pot_delete(struct bpf_map *map, void *key)
{
	drain(to_pot(map), NULL); /* expect: RL101 error pot.lock entry=pot_delete
				   * via=bpf_map_ops.map_delete_elem
				   */
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = pot_update,
	.map_delete_elem = pot_delete,
	POT_OPS,
};

#include <mini/pot_helper.c>
