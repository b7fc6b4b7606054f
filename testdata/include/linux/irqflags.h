/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/types.h>

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushf ; pop %0 ; cli" : "=rm"(flags) : : "memory");
	return flags;
}

static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	__asm__ __volatile__("push %0 ; popf" : : "g"(flags) : "memory");
}

#define local_irq_save(flags)						\
	do {								\
		typecheck(unsigned long, flags);			\
		flags = arch_local_irq_save();				\
	} while (0)

#define local_irq_restore(flags)					\
	do {								\
		typecheck(unsigned long, flags);			\
		arch_local_irq_restore(flags);				\
	} while (0)

#endif
