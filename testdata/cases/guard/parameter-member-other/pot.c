// SPDX-License-Identifier: MIT
/*
 * What callers hand over is shared by all CPUs: relock does not take what is counted in it for a
 * guard of this one.
 */
#include <asm/local.h>
#include <mini/pot.h>

struct pot_cpu {
	raw_spinlock_t lock;
	local_t active;
	int level;
};

struct pot_pool {
	struct pot_cpu *cpus;
};

static struct pot_pool pot_pool;

static int pot_take(struct pot_cpu *c)
{
	int level = -1;

	if (local_inc_return(&c->active) == 1) {
		raw_spin_lock(&c->lock);
		pour((struct pot *)c);
		level = --c->level;
		raw_spin_unlock(&c->lock);
	}
	local_dec(&c->active);
	return level;
}

static void pot_map_free(struct bpf_map *map)
{
	pot_take(pot_pool.cpus);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map) /* expect: RL106 error pot_cpu.lock */
{
	return pot_take(pot_pool.cpus);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
