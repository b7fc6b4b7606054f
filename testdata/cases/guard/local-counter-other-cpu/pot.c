// SPDX-License-Identifier: MIT
/* A counter of type local_t, of which the section raises that of another CPU. */
#include <asm/local.h>
#include <mini/pot.h>

static DEFINE_PER_CPU(local_t, pot_busy);

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);

	local_inc(per_cpu_ptr(&pot_busy, map->key_size));
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	local_dec(per_cpu_ptr(&pot_busy, map->key_size));
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (local_read(this_cpu_ptr(&pot_busy)))
		return -EBUSY;
	local_inc(this_cpu_ptr(&pot_busy));
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	local_dec(this_cpu_ptr(&pot_busy));
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
