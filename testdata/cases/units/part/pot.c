// SPDX-License-Identifier: MIT
/* What takes the lock is in a header of another unit, where nothing else calls it. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void drain(struct pot *p, int __percpu *busy);

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), NULL); /* expect: RL101 error pot.lock entry=pot_map_free acquired=drain
				   * attach=pour ladder=pot_map_free,drain,pour,bpf_pot_get
				   */
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
