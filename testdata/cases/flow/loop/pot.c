// SPDX-License-Identifier: MIT
/* Lock and counter go up and down in every round, with continue and break. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct pot *next_pot(struct bpf_map *map, struct pot *p);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p;
	int i;

	for (p = to_pot(map), i = 0; p; p = next_pot(map, p), i++) {
		this_cpu_inc(pot_busy);
		raw_spin_lock(&p->lock);
		if (!p->level) {
			raw_spin_unlock(&p->lock);
			this_cpu_dec(pot_busy);
			continue;
		}
		pour(p);
		raw_spin_unlock(&p->lock);
		this_cpu_dec(pot_busy);
		if (i == 1000)
			break;
	}
	do {
		p = next_pot(map, NULL);
	} while (p && p->level);
	for (;;) {
		if (!next_pot(map, NULL))
			return;
	}
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
