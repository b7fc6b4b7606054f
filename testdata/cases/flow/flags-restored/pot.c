// SPDX-License-Identifier: MIT
/*
 * Flags that were saved with interrupts off turn nothing on when they are restored:
 * what a program calls finds them off as before, and leaves its work for later.
 */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(pot_lock);
static int level, later;

bool arch_irqs_disabled(void);
unsigned long pot_flags(void);
/* In another file, so it can be traced. */
void pour(void);
void pot_pour(void);

void pot_pour(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&pot_lock, flags);
	pour();
	raw_spin_unlock_irqrestore(&pot_lock, flags);
}

BPF_CALL_1(bpf_pot_fill, int, n)
{
	unsigned long flags = pot_flags();

	local_irq_restore(flags);
	if (arch_irqs_disabled()) {
		later += n;
		return 0;
	}
	raw_spin_lock_irqsave(&pot_lock, flags);
	level += n;
	raw_spin_unlock_irqrestore(&pot_lock, flags);
	return 0;
}

HELPER(bpf_pot_fill);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;);
