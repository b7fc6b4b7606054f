/* SPDX-License-Identifier: MIT */
#pragma once
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define container_of(ptr, type, member) ({ \
	void *__mptr = (void *)(ptr); \
	_Static_assert(1, ""); \
	((type *)(__mptr - offsetof(type, member))); })
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define notrace __attribute__((__no_instrument_function__))
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __noreturn __attribute__((__noreturn__))
#define __section(s) __attribute__((__section__(s)))
#define __cleanup(f) __attribute__((__cleanup__(f)))
#define __weak __attribute__((__weak__))
