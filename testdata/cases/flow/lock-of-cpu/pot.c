// SPDX-License-Identifier: MIT
/* A lock for each CPU: the one of this CPU, and that of any CPU, by a variable and without. */
#include <mini/kernel.h>

static DEFINE_PER_CPU(raw_spinlock_t, stove_lock);
static DEFINE_PER_CPU(raw_spinlock_t, oven_lock);
static int level;

void stir(void);

static void stove(int cpu)
{
	raw_spinlock_t *lock = per_cpu_ptr(&stove_lock, cpu);

	raw_spin_lock(lock);
	stir();
	level++;
	raw_spin_unlock(lock);
}

BPF_CALL_1(bpf_stove, int, cpu) /* expect: RL106 error stove_lock in=bpf_stove attach=stir */
{
	stove(cpu);
	return 0;
}

BPF_CALL_1(bpf_oven, int, n) /* expect: RL106 error oven_lock in=bpf_oven attach=stir */
{
	raw_spin_lock(this_cpu_ptr(&oven_lock));
	stir();
	level++;
	raw_spin_unlock(this_cpu_ptr(&oven_lock));
	return 0;
}

HELPER(bpf_stove);
HELPER(bpf_oven);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_stove_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_oven_proto;);
