// SPDX-License-Identifier: MIT
/*
 * What is called through one member of a table tells what the other one has, also in the summary of
 * a function beyond the scope.
 */
#include "../../lib/pot.h"

BPF_CALL_2(bpf_pot_smash, int, n, void *, value) /* expect: RL106 error clay_lock in=bpf_pot_smash
	ladder=bpf_pot_smash,clay_smash,sweep,clay_empty */
{
	struct pot *p = pot_of_task();

	return p->class->ops->smash(p);
}

BPF_CALL_2(bpf_pot_size, int, n, void *, value)
{
	return pot_size(pot_of_task());
}

HELPER(bpf_pot_smash);
HELPER(bpf_pot_size);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_smash_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_pot_size_proto;);
