// SPDX-License-Identifier: MIT
/* NULL, but only LSM programs have the helper, and no hook is called in the section: a note. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), NULL); /* expect: RL101 note pot.lock raised=none note="" */
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
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
LSM_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
static const struct bpf_func_proto *tracing_proto(enum bpf_func_id id, const struct bpf_prog *prog)
{
	return NULL;
}
VERIFIER_OPS(tracing, tracing_proto);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_KPROBE] = &tracing_verifier_ops,
	[BPF_PROG_TYPE_TRACING] = &tracing_verifier_ops,
	[BPF_PROG_TYPE_LSM] = &lsm_verifier_ops,
};
