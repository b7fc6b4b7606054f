// SPDX-License-Identifier: MIT
/*
 * A hook is called under a lock, in a file that nothing here comes to; a helper
 * that only programs on hooks get takes that lock.
 */
#include "../../lib/kettle.h"

int bpf_lsm_kettle_lift(struct kettle *k);

int bpf_lsm_kettle_lift(struct kettle *k)
{
	return 0;
}

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle.steam_lock in=bpf_kettle_fill entry=stove_lift attach=security_kettle_lift expected=none ladder=stove_lift,may_lift,security_kettle_lift,bpf_kettle_fill,kettle_fill */
{
	kettle_fill(kettle_of_task(), 1);
	return 0;
}

HELPER(bpf_kettle_fill);
LSM_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_kettle_fill_proto;);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_LSM] = &lsm_verifier_ops,
};
