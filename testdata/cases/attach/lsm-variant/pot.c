// SPDX-License-Identifier: MIT
/* Tracing programs get the variant that tests, LSM programs another; no hook is in a section. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

BPF_CALL_1(bpf_pot_get_lsm, struct bpf_map *, map) /* expect: RL106 note pot.lock
						      reenter=bpf_pot_get_lsm expected=pot_busy */
{
	struct pot *p = to_pot(map);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		raw_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_get_lsm);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);

static const struct bpf_func_proto *tracing_proto(enum bpf_func_id id, const struct bpf_prog *prog)
{
	return id == BPF_FUNC_cgrp_storage_get ? &bpf_pot_get_proto : NULL;
}
VERIFIER_OPS(tracing, tracing_proto);
LSM_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_lsm_proto;);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_KPROBE] = &tracing_verifier_ops,
	[BPF_PROG_TYPE_TRACING] = &tracing_verifier_ops,
	[BPF_PROG_TYPE_LSM] = &lsm_verifier_ops,
};
