/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/types.h>
struct hidden { int a; };
struct ops { int (*run)(int); };
static inline int deepest(int x) { return x + 1; }
static inline int reached(int x) { return deepest(x); }
static inline int by_address(int x) { return x - 1; }
static inline int never(struct hidden *h) { return h->a; }
static const struct ops header_ops = { .run = by_address };
#define BPF_CALL_1(name, t, n) \
	static __always_inline u64 ____##name(t n); \
	typedef u64 (*btf_##name)(t n); \
	u64 name(u64 r1, u64 r2); \
	u64 name(u64 r1, u64 r2) { return ((btf_##name)____##name)((t)(unsigned long)r1); } \
	static __always_inline u64 ____##name(t n)
#define DEFINE_GETTER(f) static inline int get_##f(struct map *m) { return m->f; }
