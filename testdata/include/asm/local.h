/* SPDX-License-Identifier: MIT */
#ifndef _ASM_LOCAL_H
#define _ASM_LOCAL_H

typedef struct {
	long counter;
} atomic_long_t;

/* As on x86, where one instruction on this CPU's memory needs no lock prefix. */
typedef struct {
	atomic_long_t a;
} local_t;

static inline long atomic_long_read(const atomic_long_t *v)
{
	return *(const volatile long *)&v->counter;
}

static inline void local_inc(local_t *l)
{
	__asm__ __volatile__("" : "+m"(l->a.counter));
}

static inline void local_dec(local_t *l)
{
	__asm__ __volatile__("" : "+m"(l->a.counter));
}

static inline long local_add_return(long i, local_t *l)
{
	__asm__ __volatile__("" : "+r"(i), "+m"(l->a.counter) : : "memory");
	return i;
}

#define local_read(l) atomic_long_read(&(l)->a)
#define local_inc_return(l) (local_add_return(1, l))

#endif
