/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(i) { (i) }

static inline int atomic_xchg(atomic_t *v, int new)
{
	__asm__ __volatile__("" : "+r"(new), "+m"(v->counter) : : "memory");
	return new;
}

static inline int atomic_cmpxchg_acquire(atomic_t *v, int old, int new)
{
	__asm__ __volatile__("" : "+r"(old), "+m"(v->counter) : "r"(new) : "memory");
	return old;
}

static inline bool atomic_try_cmpxchg(atomic_t *v, int *old, int new)
{
	int r, o = *old;

	r = atomic_cmpxchg_acquire(v, o, new);
	if (r != o)
		*old = r;
	return r == o;
}

static inline int atomic_inc_return(atomic_t *v)
{
	int new;

	__asm__ __volatile__("" : "=r"(new), "+m"(v->counter) : : "memory");
	return new;
}

static inline int atomic_fetch_inc(atomic_t *v)
{
	int old;

	__asm__ __volatile__("" : "=r"(old), "+m"(v->counter) : : "memory");
	return old;
}

static inline void atomic_dec(atomic_t *v)
{
	__asm__ __volatile__("" : "+m"(v->counter) : : "memory");
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	bool zero;

	__asm__ __volatile__("" : "=r"(zero), "+m"(v->counter) : : "memory");
	return zero;
}

static inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	bool added;

	__asm__ __volatile__("" : "=r"(added), "+m"(v->counter) : "r"(a), "r"(u) : "memory");
	return added;
}

static inline int atomic_fetch_or(int i, atomic_t *v)
{
	__asm__ __volatile__("" : "+r"(i), "+m"(v->counter) : : "memory");
	return i;
}

static inline void atomic_andnot(int i, atomic_t *v)
{
	__asm__ __volatile__("" : "+m"(v->counter) : "r"(i) : "memory");
}

#define xchg(ptr, new) \
({ \
	__typeof__(*(ptr)) __ret = (new); \
	__asm__ __volatile__("" : "+r"(__ret), "+m"(*(ptr)) : : "memory"); \
	__ret; \
})

#define try_cmpxchg(ptr, old, new) \
({ \
	bool __ok; \
	__asm__ __volatile__("" : "=r"(__ok), "+m"(*(ptr)), "+m"(*(old)) : "r"(new) : "memory"); \
	__ok; \
})

static inline int atomic_read(const atomic_t *v)
{
	return *(const volatile int *)&v->counter;
}

static inline void atomic_set(atomic_t *v, int i)
{
	*(volatile int *)&v->counter = i;
}

static inline void atomic_set_release(atomic_t *v, int i)
{
	atomic_set(v, i);
}

static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	bool c;

	__asm__ __volatile__("" : "=r"(c), "+m"(*addr) : "r"(nr) : "memory");
	return c;
}

static inline void set_bit(long nr, volatile unsigned long *addr)
{
	__asm__ __volatile__("" : "+m"(*addr) : "r"(nr) : "memory");
}

static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__asm__ __volatile__("" : "+m"(*addr) : "r"(nr) : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ __volatile__("" : : : "memory");
}

#endif
