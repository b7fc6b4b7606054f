// SPDX-License-Identifier: MIT
/*
 * Each CPU has a list for its own, and there is one that is part of the object: what the section
 * holds of the one kind is never what the helper waits for of the other.
 */
#include <mini/kernel.h>

struct list {
	raw_spinlock_t lock;
	int n;
};

struct lists {
	struct list __percpu *own;
	struct list extra;
};

static struct lists all;
static DEFINE_PER_CPU(int, lists_busy);

void pour(struct list *l);

BPF_CALL_1(bpf_extra_get, void *, value)
{
	if (this_cpu_inc_return(lists_busy) == 1) {
		raw_spin_lock(&all.extra.lock);
		all.extra.n++;
		raw_spin_unlock(&all.extra.lock);
	}
	this_cpu_dec(lists_busy);
	return 0;
}

void own_drain(struct lists *s)
{
	struct list *l = this_cpu_ptr(s->own);

	raw_spin_lock_irq(&l->lock);
	pour(l);
	raw_spin_unlock_irq(&l->lock);
}

void other_drain(struct lists *s, int cpu)
{
	struct list *l = per_cpu_ptr(s->own, cpu);

	raw_spin_lock_irq(&l->lock);
	pour(l);
	raw_spin_unlock_irq(&l->lock);
}

HELPER(bpf_extra_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_extra_get_proto;
);
