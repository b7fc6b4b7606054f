// SPDX-License-Identifier: MIT
/*
 * Which function a member has is not known beyond the scope, and most of those it could have are another
 * object's. But what each of them waits for is waited for. What only some do is not told.
 */
#include "../../lib/clock.h"

BPF_CALL_2(bpf_clock_read, int, n, void *, value) /* expect: RL106 error tower.seq in=bpf_clock_read
	entry=tower_set ladder=bpf_clock_read,clock_read,tower_time attach=clock_strikes
	message="bpf_clock_read() waits for tower.seq" */
{
	return clock_read(clock_of_task());
}

BPF_CALL_2(bpf_clock_wound, int, n, void *, value)
{
	return clock_wound(clock_of_task());
}

HELPER(bpf_clock_read);
HELPER(bpf_clock_wound);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_clock_read_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_clock_wound_proto;);
