// SPDX-License-Identifier: MIT
/* The lock of own-lock, and nobody says that it is one. */
#include <mini/kernel.h>

struct frob {
	int word;
};

struct pot {
	struct frob lock;
};

void frob_lock(struct frob *f);
void frob_unlock(struct frob *f);
struct pot *to_pot(struct bpf_map *map);
void pour(struct pot *p);

static DEFINE_PER_CPU(int, pot_busy);

static void *pot_slot(void *owner)
{
	return &((struct cgroup *)owner)->pot;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	frob_lock(&p->lock);
	pour(p);
	frob_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	if (this_cpu_inc_return(pot_busy) == 1) {
		frob_lock(&to_pot(map)->lock);
		frob_unlock(&to_pot(map)->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_free = pot_map_free,
	.map_owner_storage_ptr = pot_slot,
};

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
