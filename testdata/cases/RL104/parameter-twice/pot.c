// SPDX-License-Identifier: MIT
/* The counter is a parameter; on one path it is lowered twice, and the loop's next section is open. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

bool need_resched(void);

static void drain(struct pot *p, int __percpu *busy)
{
	int i;

	for (i = 0; i < p->level; i++) {
		if (busy)
			this_cpu_inc(*busy);
		raw_spin_lock(&p->lock);
		pour(p);
		raw_spin_unlock(&p->lock);
		if (busy)
			this_cpu_dec(*busy);
		if (busy && need_resched())
			this_cpu_dec(*busy);
	}
} /* expect: RL104 error pot.lock in=drain expected=pot_busy entry=pot_map_free
     message="once more" */

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
