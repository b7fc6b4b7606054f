/* SPDX-License-Identifier: MIT */
#pragma once
/* What the architecture makes of them: text that tells nothing. */
#define this_cpu_inc(pcp) asm volatile("incl %0" : "+m"(pcp))
#define this_cpu_ptr(ptr) ({ unsigned long p; asm("" : "=r"(p) : "0"(ptr)); (typeof(ptr))p; })
#define preempt_count() 0
#define in_nmi() (preempt_count() & 1)
#define DEFINE_PER_CPU(type, name) \
	__attribute__((section(".data..percpu" ""))) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) \
	extern __attribute__((section(".data..percpu" ""))) __typeof__(type) name
