// SPDX-License-Identifier: MIT
/* The error path lowers the counter, and so does the label that it goes to. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);
	long ret = -EINVAL;

	this_cpu_inc(pot_busy);
	if (flags) {
		this_cpu_dec(pot_busy);
		goto out;
	}
	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	ret = 0;
out:
	this_cpu_dec(pot_busy);
	return ret; /* expect: RL104 warning pot.lock in=pot_update message="once more"
		       assume="comes later on the same CPU" */
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
