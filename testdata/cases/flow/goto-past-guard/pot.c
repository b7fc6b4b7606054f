// SPDX-License-Identifier: MIT
/* One goto leads past the counter into the section. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

int season(struct pot *p);
void serve(struct pot *p);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags) /*
	expect: RL102 error pot.lock attach=pour not-attach=serve not-attach=season
	raised=none expected=pot_busy entry=pot_update via=bpf_map_ops.map_update_elem */
{
	struct pot *p = to_pot(map);

	if (flags & 1)
		goto section;
	this_cpu_inc(pot_busy);
	season(p);
section:
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	if (!(flags & 1))
		this_cpu_dec(pot_busy);
	serve(p);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
