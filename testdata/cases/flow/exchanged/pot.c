// SPDX-License-Identifier: MIT
/*
 * What xchg() stores is known, and what it takes out where the path stored that: the pot. What
 * others may have stored is not: the pan.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct pot {
	int on;
};

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(pan_lock);

void pour(void);
struct pot *pot_of_task(void);

BPF_CALL_1(bpf_pot_fill, void *, value)
{
	struct pot *p = pot_of_task();

	p->on = 1;
	if (!xchg(&p->on, 0) || p->on) {
		raw_spin_lock(&pot_lock);
		pour();
		raw_spin_unlock(&pot_lock);
	}
	return 0;
}

BPF_CALL_1(bpf_pan_fill, void *, value) /* expect: RL106 error pan_lock */
{
	struct pot *p = pot_of_task();

	if (!p->on)
		return 0;
	if (!xchg(&p->on, 0)) {
		raw_spin_lock(&pan_lock);
		pour();
		raw_spin_unlock(&pan_lock);
	}
	return 0;
}

HELPER(bpf_pot_fill);
HELPER(bpf_pan_fill);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_pan_fill_proto;
);
