// SPDX-License-Identifier: MIT
/* The counter is lowered while the lock is still held. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void serve(struct pot *p);

static void pot_map_free(struct bpf_map *map) /* expect: RL103 error pot.lock attach=serve
						 not-attach=pour */
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	this_cpu_dec(pot_busy);
	serve(p);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
