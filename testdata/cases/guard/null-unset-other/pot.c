// SPDX-License-Identifier: MIT
/*
 * A static pointer that somebody writes, by its address: it is not known to be NULL, nor to be the
 * counter that is tested.
 */
#include <mini/drain.c>

static int __percpu *free_busy;

void choose_busy(int __percpu **busy);
void pot_init(void);

void pot_init(void)
{
	choose_busy(&free_busy);
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock */
{
	struct pot *p = to_pot(map);

	drain(p, free_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
