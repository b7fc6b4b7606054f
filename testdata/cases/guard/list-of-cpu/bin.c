// SPDX-License-Identifier: MIT
/*
 * The first element of a CPU's list is looked at, set and cleared, and guards
 * nothing: what follows it takes its place. So there may well be one.
 */
#include <mini/kernel.h>

struct grain {
	struct grain *next;
};

struct bin {
	raw_spinlock_t lock;
	struct grain *first;
};

static DEFINE_PER_CPU(struct bin, bins);

static void bin_add(struct bin *bin, struct grain *grain)
{
	raw_spin_lock(&bin->lock);
	grain->next = bin->first;
	bin->first = grain;
	raw_spin_unlock(&bin->lock);
}

static struct grain *bin_take(void)
{
	struct bin *bin = this_cpu_ptr(&bins);
	struct grain *grain = bin->first;

	if (grain)
		bin->first = grain->next;
	return grain;
}

void bin_empty(void);

void bin_empty(void)
{
	struct bin *bin = this_cpu_ptr(&bins);

	bin->first = NULL;
}

BPF_CALL_2(bpf_bin_turn, int, n, void *, value) /* expect: RL106 error bin.lock raised=none attach=_raw_spin_lock
								     attach=_raw_spin_unlock */
{
	struct grain *grain = bin_take();

	if (!grain)
		return -ENOMEM;
	bin_add(this_cpu_ptr(&bins), grain);
	return 0;
}

HELPER(bpf_bin_turn);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_bin_turn_proto;);
