// SPDX-License-Identifier: MIT
/*
 * A loop that raises the counter and never lowers it is to blame; who tries the counter is not, however
 * far up it is.
 */
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

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	bool nobusy = pot_trylock();

	if (!nobusy)
		return -EBUSY;
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	pot_unlock();
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	while (p->level--) {
		this_cpu_inc(pot_busy);
		raw_spin_lock(&p->lock);
		pour(p);
		raw_spin_unlock(&p->lock);
	}
} /* expect: RL104 warning pot.lock in=pot_map_free */

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
