// SPDX-License-Identifier: MIT
/*
 * A bit of this CPU's own is a word as well: whoever comes back on this CPU finds it set. One of
 * another CPU's is not.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(pool_lock);
static DEFINE_RAW_SPINLOCK(jug_lock);
static DEFINE_PER_CPU(unsigned long, pool_busy);
static DEFINE_PER_CPU(unsigned long, jug_busy);

void pour(void);

BPF_CALL_1(bpf_pool_get, void *, value)
{
	unsigned long *busy = this_cpu_ptr(&pool_busy);

	if (test_and_set_bit(0, busy))
		return -EBUSY;
	raw_spin_lock(&pool_lock);
	pour();
	raw_spin_unlock(&pool_lock);
	clear_bit(0, this_cpu_ptr(&pool_busy));
	return 0;
}

BPF_CALL_1(bpf_jug_get, void *, value) /* expect: RL106 error jug_lock attach=pour */
{
	if (test_and_set_bit(0, per_cpu_ptr(&jug_busy, 1)))
		return -EBUSY;
	raw_spin_lock(&jug_lock);
	pour();
	raw_spin_unlock(&jug_lock);
	clear_bit(0, per_cpu_ptr(&jug_busy, 1));
	return 0;
}

HELPER(bpf_pool_get);
HELPER(bpf_jug_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pool_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_jug_get_proto;
);
