// SPDX-License-Identifier: MIT
/* As in each-cpus, but the helper takes what this CPU has for its own. */
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

BPF_CALL_1(bpf_own_get, void *, value)
{
	struct list *l = this_cpu_ptr(all.own);

	if (this_cpu_inc_return(lists_busy) == 1) {
		raw_spin_lock(&l->lock);
		l->n++;
		raw_spin_unlock(&l->lock);
	}
	this_cpu_dec(lists_busy);
	return 0;
}

void own_drain(struct lists *s) /* expect: RL102 error list.lock expected=lists_busy attach=pour */
{
	struct list *l = this_cpu_ptr(s->own);

	raw_spin_lock_irq(&l->lock);
	pour(l);
	raw_spin_unlock_irq(&l->lock);
}

void other_drain(struct lists *s, int cpu) /* expect: RL102 error list.lock expected=lists_busy attach=pour */
{
	struct list *l = per_cpu_ptr(s->own, cpu);

	raw_spin_lock_irq(&l->lock);
	pour(l);
	raw_spin_unlock_irq(&l->lock);
}

HELPER(bpf_own_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_own_get_proto;
);
