/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

/* Spelt as the kernel does: what is read is how the kernel writes its code. */
#define notrace __attribute__((__no_instrument_function__))
#define noinline __attribute__((__noinline__))
#undef inline
#define inline inline __attribute__((__gnu_inline__)) __attribute__((__unused__)) notrace
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define __section(section) __attribute__((__section__(section)))
#define __used __attribute__((__used__))
#define __maybe_unused __attribute__((__unused__))
#define __must_check __attribute__((__warn_unused_result__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define noinstr noinline notrace __section(".noinstr.text")
#define __init __section(".init.text")

#define __percpu
#define __rcu
#define __user
#define __force
#define __acquires(x)
#define __cond_acquires(...)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) (void)0
#define __release(x) (void)0

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val) do { *(volatile typeof(x) *)&(x) = (val); } while (0)
#define barrier() __asm__ __volatile__("" : : : "memory")

#define __PASTE2(a, b) a##b
#define __PASTE(a, b) __PASTE2(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#endif
