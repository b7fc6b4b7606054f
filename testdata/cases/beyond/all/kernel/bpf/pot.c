// SPDX-License-Identifier: MIT
/*
 * With --all every unit is looked at for locks that programs want, also one that
 * nothing leads to. What programs call does not lead into it.
 */
/* options: --all */
#include "../../lib/kettle.h"

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle.steam_lock in=bpf_kettle_fill entry=kettle_fill expected=none note="the same is true of kettle_lock(), stove_lift()" */
{
	kettle_fill(kettle_of_task(), 1);
	return 0;
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
