// SPDX-License-Identifier: MIT
/*
 * Flags say whether interrupts were off when they were saved: who comes back from a section that
 * has them off gives up. Where the section leaves them on the test does not help.
 */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(cup_lock);
static int level;

bool arch_irqs_disabled_flags(unsigned long flags);
void pour(void);
void pot_pour(void);
void cup_pour(void);

void pot_pour(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&pot_lock, flags);
	pour();
	raw_spin_unlock_irqrestore(&pot_lock, flags);
}

BPF_CALL_1(bpf_pot_fill, int, n)
{
	unsigned long flags;

	local_irq_save(flags);
	if (arch_irqs_disabled_flags(flags)) {
		local_irq_restore(flags);
		return -EBUSY;
	}
	raw_spin_lock(&pot_lock);
	level += n;
	raw_spin_unlock(&pot_lock);
	local_irq_restore(flags);
	return 0;
}

void cup_pour(void)
{
	raw_spin_lock(&cup_lock);
	pour();
	raw_spin_unlock(&cup_lock);
}

BPF_CALL_1(bpf_cup_fill, int, n) /* expect: RL106 error cup_lock */
{
	unsigned long flags;

	local_irq_save(flags);
	if (arch_irqs_disabled_flags(flags)) {
		local_irq_restore(flags);
		return -EBUSY;
	}
	raw_spin_lock(&cup_lock);
	level += n;
	raw_spin_unlock(&cup_lock);
	local_irq_restore(flags);
	return 0;
}

HELPER(bpf_pot_fill);
HELPER(bpf_cup_fill);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_fill_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_cup_fill_proto;
);
