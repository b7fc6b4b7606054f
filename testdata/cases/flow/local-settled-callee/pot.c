// SPDX-License-Identifier: MIT
/*
 * What a local has of a test stays when that is stored to which was tested: the lock is released by
 * whoever took it, and nothing is held where the pot is poured. So where a function that is called stores it.
 */
#include <mini/kernel.h>

struct shelf {
	raw_spinlock_t lock;
	int n;
};

struct pot {
	struct shelf *shelf;
	struct shelf own;
};

void pour(void);

static void forget(struct pot *p)
{
	p->shelf = NULL;
}

static void pot_leave(struct pot *p)
{
	struct shelf *s = p->shelf;
	bool own = s == &p->own;

	if (!s)
		return;
	if (!own)
		raw_spin_lock(&s->lock);
	s->n--;
	forget(p);
	if (!own)
		raw_spin_unlock(&s->lock);
}

BPF_CALL_1(bpf_pot_empty, struct pot *, p) /* expect: RL106 warning shelf.lock not-attach=pour */
{
	pot_leave(p);
	pour();
	return 0;
}

HELPER(bpf_pot_empty);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_empty_proto;);
