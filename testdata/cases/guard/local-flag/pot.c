// SPDX-License-Identifier: MIT
/* A flag that is taken by atomic_long_cmpxchg() on this CPU's memory. */
#include <asm/local.h>
#include <mini/pot.h>

static DEFINE_PER_CPU(atomic_long_t, pot_busy);

long atomic_long_cmpxchg(atomic_long_t *v, long old, long new);
void atomic_long_set(atomic_long_t *v, long i);

static int pot_work(struct pot *p)
{
	if (atomic_long_cmpxchg(this_cpu_ptr(&pot_busy), 0, 1))
		return -EBUSY;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	atomic_long_set(this_cpu_ptr(&pot_busy), 0);
	return 0;
}

static void pot_map_free(struct bpf_map *map)
{
	pot_work(to_pot(map));
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	return pot_work(to_pot(map));
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
