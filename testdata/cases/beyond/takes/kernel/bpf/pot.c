// SPDX-License-Identifier: MIT
/*
 * The helper fills a kettle, which is in a file of its own outside the scope. A
 * program that runs where that file holds the kettle's lock fills it as well.
 */
#include <mini/kernel.h>

void kettle_fill(int litres);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle_lock in=bpf_kettle_fill entry=kettle_fill via="called from elsewhere in the kernel" attach=_raw_spin_unlock expected=none ladder=kettle_fill,__kettle_fill,bpf_kettle_fill,kettle_fill,__kettle_fill acquired-in=__kettle_fill note="the same is true of kettle_boil()" */
{
	kettle_fill(1);
	return 0;
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
