/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BTF_H
#define _LINUX_BTF_H

#include <linux/bpf.h>
#include <linux/btf_ids.h>

#define KF_ACQUIRE (1 << 0)
#define KF_RELEASE (1 << 1)
#define KF_RET_NULL (1 << 2)
#define KF_TRUSTED_ARGS (1 << 4)
#define KF_SLEEPABLE (1 << 5)

#define __bpf_kfunc __used noinline

struct btf_kfunc_id_set {
	struct btf_id_set8 *set;
	int (*filter)(const struct bpf_prog *prog, u32 kfunc_id);
};

u32 *btf_id_set8_contains(const struct btf_id_set8 *set, u32 id);
int register_btf_kfunc_id_set(enum bpf_prog_type prog_type, const struct btf_kfunc_id_set *s);

#endif
