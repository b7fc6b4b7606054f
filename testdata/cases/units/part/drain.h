/* SPDX-License-Identifier: MIT */
/* A part of drain.c, for all that its name says. */
void drain(struct pot *p, int __percpu *busy);

static void drain_locked(struct pot *p)
{
	pour(p);
}

void drain(struct pot *p, int __percpu *busy)
{
	unsigned long flags;

	if (busy)
		this_cpu_inc(*busy);
	raw_spin_lock_irqsave(&p->lock, flags);
	drain_locked(p);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	if (busy)
		this_cpu_dec(*busy);
}
