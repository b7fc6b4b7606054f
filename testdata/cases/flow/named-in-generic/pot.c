// SPDX-License-Identifier: MIT
/* A static pointer is not NULL if a _Generic, of which nobody knows what it takes, may write it. */
#include <mini/pot.h>

static struct pot *spare;
static struct pot *cup;
static DEFINE_RAW_SPINLOCK(spare_lock);
static DEFINE_RAW_SPINLOCK(cup_lock);

void refill(struct pot **p);
void refill_long(struct pot **p);
void pour(struct pot *p);

void pot_fill(int n);
void pot_fill(int n)
{
	refill(_Generic(n, int: &spare, default: (struct pot **)NULL));
	_Generic(n, int: refill(&cup), default: refill_long(&cup));
}

BPF_CALL_1(bpf_any, int, v) /* expect: RL106 error spare_lock */ /* expect: RL106 error cup_lock */
{
	if (spare) {
		raw_spin_lock(&spare_lock);
		pour(spare);
		raw_spin_unlock(&spare_lock);
	}
	if (cup) {
		raw_spin_lock(&cup_lock);
		pour(cup);
		raw_spin_unlock(&cup_lock);
	}
	return 0;
}

HELPER(bpf_any);
MAP_TYPES();
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_any_proto;);
