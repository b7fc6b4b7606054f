/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/types.h>

#define DECLARE_PER_CPU(type, name) extern __section(".data..percpu") typeof(type) name
#define DEFINE_PER_CPU(type, name) __section(".data..percpu") typeof(type) name

/* As in the kernel, what these expand to tells a reader of the AST nothing. */
extern unsigned long __pcp_op(void *pcp, int op, size_t size);

#define __pcp_void(pcp, val, op)					\
	do {								\
		typeof(pcp) __pcp_val = (typeof(pcp))(val);		\
		__asm__ __volatile__("" : "+m"(pcp) : "r"(__pcp_val) : "memory"); \
	} while (0)
#define __pcp_ret(pcp, op)						\
({									\
	typeof(pcp) __pcp_ret;						\
	switch (sizeof(pcp)) {						\
	case 4:								\
		__asm__ __volatile__("" : "=r"(__pcp_ret), "+m"(pcp));	\
		break;							\
	default:							\
		__pcp_ret = (typeof(pcp))__pcp_op(&(pcp), op, sizeof(pcp)); \
	}								\
	__pcp_ret;							\
})

#define this_cpu_read(pcp) __pcp_ret(pcp, 0)
#define this_cpu_write(pcp, val) __pcp_void(pcp, val, 0)
#define this_cpu_add(pcp, val) __pcp_void(pcp, val, 1)
#define this_cpu_inc(pcp) this_cpu_add(pcp, 1)
#define this_cpu_sub(pcp, val) this_cpu_add(pcp, -(typeof(pcp))(val))
#define this_cpu_dec(pcp) this_cpu_sub(pcp, 1)
#define this_cpu_add_return(pcp, val) __pcp_ret(pcp, 2)
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, 1)
#define this_cpu_dec_return(pcp) this_cpu_add_return(pcp, -1)
#define this_cpu_cmpxchg(pcp, o, n) __pcp_ret(pcp, 3)
#define this_cpu_xchg(pcp, n) __pcp_ret(pcp, 4)

#define __this_cpu_read(pcp) this_cpu_read(pcp)
#define __this_cpu_write(pcp, val) this_cpu_write(pcp, val)
#define __this_cpu_inc(pcp) this_cpu_inc(pcp)
#define __this_cpu_dec(pcp) this_cpu_dec(pcp)
#define __this_cpu_inc_return(pcp) this_cpu_inc_return(pcp)
#define __this_cpu_dec_return(pcp) this_cpu_dec_return(pcp)

#define this_cpu_ptr(ptr)						\
({									\
	unsigned long __off;						\
	__asm__ ("" : "=r"(__off));					\
	(typeof(*(ptr)) *)((unsigned long)(ptr) + __off);		\
})
#define per_cpu_ptr(ptr, cpu) ((typeof(*(ptr)) *)((unsigned long)(ptr) + (cpu) * 4096ul))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))

#endif
