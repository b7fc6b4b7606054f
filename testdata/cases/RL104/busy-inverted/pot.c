// SPDX-License-Identifier: MIT
/*
 * The test is the wrong way round: where the counter was free it stays raised, and where somebody
 * else has it up it is lowered. The latter is worse: it opens the section that the program
 * interrupted.
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

	if (nobusy) {
		raw_spin_lock(&p->lock);
		p->level++;
		raw_spin_unlock(&p->lock);
	}
	if (!nobusy)
		pot_unlock();
	return 0; /* expect: RL104 error pot.lock in=bpf_pot_get expected=pot_busy
		     message="also where it was raised already" remedy="only where it was free" */
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
