/* SPDX-License-Identifier: MIT */
#ifndef _MINI_KERNEL_H
#define _MINI_KERNEL_H

/*
 * What nearly every case includes: the mini kernel, and short forms of BPF's
 * own tables. A case that is about the tables writes them out.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

/* MAP_TYPES([BPF_MAP_TYPE_HASH] = &pot_map_ops) */
#define MAP_TYPES(...)							\
	const struct bpf_map_ops *const bpf_map_types[] = { __VA_ARGS__ }

/* HELPER(bpf_pot_get) makes bpf_pot_get_proto. */
#define HELPER(name) const struct bpf_func_proto name##_proto = { .func = name }

/*
 * TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;)
 * gives tracing programs these helpers; LSM programs, and programs on perf
 * events (which run in NMI), get none. NMI_HELPERS() gives them to the latter too.
 */
#define TRACING_HELPERS(...) TRACING_PROGRAMS(no_verifier_ops, __VA_ARGS__)
#define NMI_HELPERS(...) TRACING_PROGRAMS(tracing_verifier_ops, __VA_ARGS__)
#define TRACING_PROGRAMS(nmi_ops, ...)					\
	static const struct bpf_func_proto *				\
	tracing_prog_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog) \
	{								\
		switch (func_id) {					\
		__VA_ARGS__						\
		default:						\
			return NULL;					\
		}							\
	}								\
	VERIFIER_OPS(tracing, tracing_prog_func_proto);			\
	static const struct bpf_func_proto *				\
	no_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog) \
	{								\
		return NULL;						\
	}								\
	VERIFIER_OPS(no, no_func_proto);				\
	const struct bpf_verifier_ops *const bpf_verifier_ops[] = {	\
		[BPF_PROG_TYPE_KPROBE] = &tracing_verifier_ops,		\
		[BPF_PROG_TYPE_TRACEPOINT] = &tracing_verifier_ops,	\
		[BPF_PROG_TYPE_RAW_TRACEPOINT] = &tracing_verifier_ops,	\
		[BPF_PROG_TYPE_PERF_EVENT] = &nmi_ops,			\
		[BPF_PROG_TYPE_TRACING] = &tracing_verifier_ops,	\
	}

#define VERIFIER_OPS(name, func)					\
	static const struct bpf_verifier_ops name##_verifier_ops = { .get_func_proto = func }

/* LSM_HELPERS(...): only LSM programs get these. */
#define LSM_HELPERS(...)						\
	static const struct bpf_func_proto *				\
	bpf_lsm_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog) \
	{								\
		switch (func_id) {					\
		__VA_ARGS__						\
		default:						\
			return NULL;					\
		}							\
	}								\
	VERIFIER_OPS(lsm, bpf_lsm_func_proto)

#endif
