// SPDX-License-Identifier: MIT
/*
 * The helper leaves the lock alone where interrupts are off. One is always held so, of the other it
 * depends on who calls kettle_fill() or kettle_boil().
 */
#include <mini/kernel.h>

int arch_irqs_disabled(void);
void kettle_fill(int litres);
void kettle_pour(int litres);

BPF_CALL_2(bpf_kettle_fill, int, n, void *, value) /* expect: RL106 warning kettle_lock in=bpf_kettle_fill entry=kettle_fill
	assume="that kettle_fill() is also called with interrupts on" */
{
	if (arch_irqs_disabled())
		return -EBUSY;
	kettle_fill(1);
	return 0;
}

BPF_CALL_2(bpf_kettle_pour, int, n, void *, value)
{
	if (arch_irqs_disabled())
		return -EBUSY;
	kettle_pour(1);
	return 0;
}

HELPER(bpf_kettle_fill);
HELPER(bpf_kettle_pour);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_kettle_fill_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_kettle_pour_proto;
);
