// SPDX-License-Identifier: MIT
/* What is raised is another member than the one that the helper looks at: it is counted, no more. */
#include <mini/pot.h>

struct pot_cpu {
	int level, seen;
};

static DEFINE_PER_CPU(struct pot_cpu, pot_cpu);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour
						 expected=pot_cpu.level raised=none */
{
	struct pot_cpu *cpu = this_cpu_ptr(&pot_cpu);
	struct pot *p = to_pot(map);

	cpu->seen++;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot_cpu *cpu = this_cpu_ptr(&pot_cpu);
	struct pot *p = to_pot(map);

	if (cpu->level++) {
		cpu->level--;
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	cpu->level--;
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
