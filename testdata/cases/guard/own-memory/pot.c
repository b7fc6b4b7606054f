// SPDX-License-Identifier: MIT
/* The counter is counted as the memory that it is: this CPU's. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_lock(void)
{
	(*this_cpu_ptr(&pot_busy))++;
}

static void pot_unlock(void)
{
	int *busy = this_cpu_ptr(&pot_busy);

	*busy -= 1;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	pot_lock();
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	pot_unlock();
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (unlikely(++*this_cpu_ptr(&pot_busy) != 1)) {
		--*this_cpu_ptr(&pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	pot_unlock();
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
