// SPDX-License-Identifier: MIT
/*
 * The way to the pot's lock leads out of the scope and back: the guard that the
 * section has raised stops it there as well.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

int pot_stir(struct pot *p);
int kettle_stir(struct pot *p);

int pot_stir(struct pot *p)
{
	if (this_cpu_inc_return(pot_busy) != 1) {
		this_cpu_dec(pot_busy);
		return -EBUSY;
	}
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
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

BPF_CALL_2(bpf_pot_stir, struct bpf_map *, map, void *, value)
{
	return kettle_stir(to_pot(map));
}

HELPER(bpf_pot_stir);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_stir_proto;);
