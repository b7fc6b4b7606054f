// SPDX-License-Identifier: MIT
/* Raised after the lock was taken. Between the two a program can run. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL103 error pot.lock not-attach=pour
						 how=_raw_spin_lock:fexit,kretprobe */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	this_cpu_inc(pot_busy);
	pour(p);
	this_cpu_dec(pot_busy);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
