// SPDX-License-Identifier: MIT
/*
 * The lock is a variable that any file may name: lib/stove.c holds it, and nothing that programs
 * call leads there. Of the inline function that waits for it only its callers know which lock it is, as
 * its type has no tag.
 */
#include "../../lib/kettle.h"

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 error kettle_lock.seqcount in=bpf_kettle_fill entry=stove_light attach=stove_spark ladder=stove_light,stove_spark,bpf_kettle_fill,kettle_fill */
{
	kettle_fill(1);
	return 0;
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
