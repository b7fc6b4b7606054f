// SPDX-License-Identifier: MIT
/*
 * The functions that take the lock are handed it: what it is called, only their
 * callers know.
 */
#include <mini/kernel.h>

void kettle_fill(int litres);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle_lock in=bpf_kettle_fill entry=kettle_boil attach=kettle_whistle ladder=kettle_boil,kettle_whistle,bpf_kettle_fill,kettle_fill,with_lock,with_spinlock */
{
	kettle_fill(1);
	return 0;
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
