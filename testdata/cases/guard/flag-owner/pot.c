// SPDX-License-Identifier: MIT
/* Who has the lock on this CPU is kept, and that is nobody. */
#include <mini/pot.h>

static DEFINE_PER_CPU(struct task_struct *, pot_busy);

struct task_struct *get_current(void);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	this_cpu_write(pot_busy, get_current());
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	this_cpu_write(pot_busy, NULL);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_read(pot_busy))
		return -EBUSY;
	this_cpu_write(pot_busy, get_current());
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_write(pot_busy, NULL);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
