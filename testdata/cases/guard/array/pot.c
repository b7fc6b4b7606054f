// SPDX-License-Identifier: MIT
/* An array of counters for an array of locks: no CPU comes back to its lock, but two meet. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int [4], pot_busy);
static raw_spinlock_t pot_locks[4];

u32 pot_hash(struct pot *p);

static int pot_account(struct pot *p)
{
	u32 lock = pot_hash(p) & 3, busy = lock;

	if (__this_cpu_inc_return(pot_busy[busy]) != 1) {
		__this_cpu_dec(pot_busy[busy]);
		return -EBUSY;
	}
	raw_spin_lock(&pot_locks[lock]); /* expect: RL109 error pot_locks context=order
					   in=pot_account message="another pot_locks" */
	pour(p);
	raw_spin_unlock(&pot_locks[lock]);
	__this_cpu_dec(pot_busy[busy]);
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	pot_account(to_pot(map));
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	return pot_account(to_pot(map));
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
