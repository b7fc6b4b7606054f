/* SPDX-License-Identifier: MIT */
/* For the head of a case: the section whose guard is a parameter. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void drain(struct pot *p, int __percpu *busy)
{
	unsigned long flags;

	if (busy)
		this_cpu_inc(*busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	pour(p);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	if (busy)
		this_cpu_dec(*busy);
}
