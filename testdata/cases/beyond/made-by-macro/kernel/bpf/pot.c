// SPDX-License-Identifier: MIT
/* The helper calls a function whose name a macro pastes together: no text has it as a word. */
#include <mini/kernel.h>

int kettle_fill_u32(int litres);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle_lock in=bpf_kettle_fill */
{
	return kettle_fill_u32(1);
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
