// SPDX-License-Identifier: MIT
/* The copy of the CPU that this one's number says is this one's. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, cpu_number);
static DEFINE_PER_CPU(int, pot_busy);

#define smp_processor_id() this_cpu_read(cpu_number)

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);
	int *busy = per_cpu_ptr(&pot_busy, smp_processor_id());

	++*busy;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	--*busy;
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (per_cpu(pot_busy, smp_processor_id())++) {
		per_cpu(pot_busy, smp_processor_id())--;
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	per_cpu(pot_busy, smp_processor_id())--;
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
