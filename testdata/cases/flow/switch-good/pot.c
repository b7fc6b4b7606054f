// SPDX-License-Identifier: MIT
/* Every case that comes to the section raised the counter, one by falling through. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	switch (flags) {
	case 2:
		p = to_pot(map);
		/* fall through */
	case 0:
	case 1:
		this_cpu_inc(pot_busy);
		break;
	case 3 ... 7:
		return -EBUSY;
	default:
		return -EINVAL;
	}
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
