// SPDX-License-Identifier: MIT
/* Both look at a flag that is only set for the time of a callback: no guard of the lock. */
#include <mini/pot.h>

static DEFINE_PER_CPU(void *, pot_running);

void pot_callback(void *what);

void pot_run(void *what)
{
	this_cpu_write(pot_running, what);
	pot_callback(what);
	this_cpu_write(pot_running, NULL);
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map) /* expect: RL106 error pot.lock expected=none */
{
	struct pot *p = to_pot(map);
	int busy = this_cpu_read(pot_running) ? 1 : 0;

	raw_spin_lock(&p->lock);
	p->level += busy;
	raw_spin_unlock(&p->lock);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
