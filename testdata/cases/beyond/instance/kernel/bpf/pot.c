// SPDX-License-Identifier: MIT
/*
 * A queue is a part of other things. The helper wakes those who wait for a cup.
 * queue_add() is only used for kettles, so its lock is not that of a cup's queue;
 * queue_del() is for both.
 */
#include <mini/kernel.h>

void cup_wake(void *cup);

BPF_CALL_2(bpf_cup_wake, int, n, void *, cup) /* expect: RL106 error queue.lock in=bpf_cup_wake entry=cup_wake attach=_raw_spin_unlock note="the same is true of queue_del()" */
{
	cup_wake(cup);
	return 0;
}

HELPER(bpf_cup_wake);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_cup_wake_proto;);
