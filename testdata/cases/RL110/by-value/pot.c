// SPDX-License-Identifier: MIT
/*
 * 0 says that the lock is held; the caller that forgets it is to blame, not the lock function. The
 * counter stays up with it: one cause.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static int pot_lock(struct pot *p)
{
	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	return 0;
}

static void pot_unlock(struct pot *p)
{
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);
	int err = pot_lock(p);

	if (err)
		return err;
	if (flags)
		return -EINVAL; /* expect: RL110 error pot.lock in=pot_update acquired=pot_lock */
	pot_unlock(p);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
