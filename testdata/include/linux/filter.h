/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_FILTER_H
#define _LINUX_FILTER_H

#include <linux/bpf.h>

/*
 * BPF_CALL_2(name, type, arg, type, arg) { ... } makes name(), which takes five
 * registers, and ____name(), which has the body.
 */
#define __BPF_DECL_1(t, a, ...) t a
#define __BPF_DECL_2(t, a, ...) t a, __BPF_DECL_1(__VA_ARGS__)
#define __BPF_DECL_3(t, a, ...) t a, __BPF_DECL_2(__VA_ARGS__)
#define __BPF_DECL_4(t, a, ...) t a, __BPF_DECL_3(__VA_ARGS__)
#define __BPF_CAST(t, a) (__force t)(unsigned long)a
#define __BPF_USE_1(t, a, ...) __BPF_CAST(t, a)
#define __BPF_USE_2(t, a, ...) __BPF_CAST(t, a), __BPF_USE_1(__VA_ARGS__)
#define __BPF_USE_3(t, a, ...) __BPF_CAST(t, a), __BPF_USE_2(__VA_ARGS__)
#define __BPF_USE_4(t, a, ...) __BPF_CAST(t, a), __BPF_USE_3(__VA_ARGS__)
#define __BPF_REGS_1(t, a, ...) u64 a, u64 __r2, u64 __r3, u64 __r4, u64 __r5
#define __BPF_REGS_2(t, a, u, b, ...) u64 a, u64 b, u64 __r3, u64 __r4, u64 __r5
#define __BPF_REGS_3(t, a, u, b, v, c, ...) u64 a, u64 b, u64 c, u64 __r4, u64 __r5
#define __BPF_REGS_4(t, a, u, b, v, c, w, d, ...) u64 a, u64 b, u64 c, u64 d, u64 __r5

#define BPF_CALL_x(x, name, ...)					\
	static __always_inline u64 ____##name(__BPF_DECL_##x(__VA_ARGS__)); \
	typedef u64 (*btf_##name)(__BPF_DECL_##x(__VA_ARGS__));		\
	u64 name(__BPF_REGS_##x(__VA_ARGS__));				\
	u64 name(__BPF_REGS_##x(__VA_ARGS__))				\
	{								\
		return ((btf_##name)____##name)(__BPF_USE_##x(__VA_ARGS__)); \
	}								\
	static __always_inline u64 ____##name(__BPF_DECL_##x(__VA_ARGS__))

#define BPF_CALL_1(name, ...) BPF_CALL_x(1, name, __VA_ARGS__)
#define BPF_CALL_2(name, ...) BPF_CALL_x(2, name, __VA_ARGS__)
#define BPF_CALL_3(name, ...) BPF_CALL_x(3, name, __VA_ARGS__)
#define BPF_CALL_4(name, ...) BPF_CALL_x(4, name, __VA_ARGS__)

#endif
