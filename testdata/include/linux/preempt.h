/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/types.h>

extern int __preempt_count;

#define preempt_count() (*(volatile int *)&__preempt_count)
#define NMI_MASK 0x00f00000
#define HARDIRQ_MASK 0x000f0000
#define in_nmi() (preempt_count() & NMI_MASK)
#define SOFTIRQ_OFFSET 0x00000100
#define in_task() (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_hardirq() (preempt_count() & HARDIRQ_MASK)

#define preempt_disable() do { __preempt_count++; barrier(); } while (0)
#define preempt_enable() do { barrier(); __preempt_count--; } while (0)

void migrate_disable(void);
void migrate_enable(void);

#endif
