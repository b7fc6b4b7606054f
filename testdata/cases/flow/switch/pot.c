// SPDX-License-Identifier: MIT
/* One case of the switch comes to the section without the counter. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags) /*
	expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);
	bool raised = false;

	switch (flags) {
	case 0:
	case 1:
		this_cpu_inc(pot_busy);
		raised = true;
		break;
	case 2:
		break;
	default:
		return -EINVAL;
	}
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	if (raised)
		this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
