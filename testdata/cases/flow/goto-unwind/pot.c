// SPDX-License-Identifier: MIT
/* Unwinding by goto: every path lowers the counter after the lock. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

int season(struct pot *p);

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);
	int err = -EINVAL;

	if (flags > 2)
		goto out;
	this_cpu_inc(pot_busy);
	err = season(p);
	if (err)
		goto lower;
	raw_spin_lock(&p->lock);
	if (p->level < 0) {
		err = -ENOENT;
		goto unlock;
	}
	pour(p);
	err = 0;
unlock:
	raw_spin_unlock(&p->lock);
lower:
	this_cpu_dec(pot_busy);
out:
	return err;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
