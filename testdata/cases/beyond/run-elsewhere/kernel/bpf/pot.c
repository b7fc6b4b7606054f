// SPDX-License-Identifier: MIT
/*
 * A program is run in another file than the one that holds the lock: lib/kettle.c holds, lib/lid.c
 * runs it. The lock that bpf_kettle_fill() takes is beyond the scope as well as its holder: of both
 * ends of that too little is known.
 */
/* options: --rules pots.yaml */
#include <mini/kernel.h>

#include "../../lib/kettle.h"

DEFINE_RAW_SPINLOCK(pot_lock);

BPF_CALL_1(bpf_pot_stir, struct pot *, p)
{
	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	return 0;
}
HELPER(bpf_pot_stir);

BPF_CALL_1(bpf_pot_get, void *, value)
{
	raw_spin_lock(&pot_lock);
	raw_spin_unlock(&pot_lock);
	return 0;
}
HELPER(bpf_pot_get);

/* Programs anywhere come to both files, and to no lock. */
BPF_CALL_2(bpf_pot_look, int, n, void *, value)
{
	kettle_look();
	lid_lift(0);
	return 0;
}
HELPER(bpf_pot_look);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value)
{
	kettle_fill(1);
	return 0;
}
HELPER(bpf_kettle_fill);

static const struct bpf_func_proto *
cls_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	switch (func_id) {
	case BPF_FUNC_map_update_elem:
		return &bpf_pot_get_proto;
	case BPF_FUNC_sk_storage_get:
		return &bpf_pot_stir_proto;
	case BPF_FUNC_map_delete_elem:
		return &bpf_kettle_fill_proto;
	default:
		return NULL;
	}
}
VERIFIER_OPS(cls, cls_func_proto);

static const struct bpf_func_proto *
tracing_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	return func_id == BPF_FUNC_map_lookup_elem ? &bpf_pot_look_proto : NULL;
}
VERIFIER_OPS(tracing, tracing_func_proto);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_SCHED_CLS] = &cls_verifier_ops,
	[BPF_PROG_TYPE_TRACING] = &tracing_verifier_ops,
};
