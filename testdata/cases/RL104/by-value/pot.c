// SPDX-License-Identifier: MIT
/* A trylock says by its value whether the counter is up, and everybody asks. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static bool pot_trylock(void)
{
	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return false;
	}
	return true;
}

static void pot_unlock(void)
{
	this_cpu_dec(pot_busy);
}

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct pot *p = to_pot(map);

	if (!pot_trylock())
		return -EBUSY;
	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	pot_unlock();
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
