// SPDX-License-Identifier: MIT
/*
 * With interrupts off the kettle is filled later. The lock is always taken with
 * them off; that the callers of kettle_boil() do so need not be seen. And what
 * would have to sleep first is not reached.
 */
#include <mini/kernel.h>

void kettle_fill(int litres);
void kettle_empty(void);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value)
{
	kettle_fill(1);
	kettle_empty();
	return 0;
}

HELPER(bpf_kettle_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;);
