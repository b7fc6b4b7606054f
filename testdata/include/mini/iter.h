/* SPDX-License-Identifier: MIT */
#ifndef _MINI_ITER_H
#define _MINI_ITER_H

/* Files that are read item by item, and iterators, whose programs "show" runs. */
#include <mini/kernel.h>

struct seq_file {
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

struct bpf_iter_seq_info {
	const struct seq_operations *seq_ops;
};

enum bpf_type_flag {
	PTR_MAYBE_NULL = 1 << 8,
	PTR_TRUSTED = 1 << 20,
};

enum bpf_reg_type {
	PTR_TO_BTF_ID = 13,
	PTR_TO_BTF_ID_OR_NULL = PTR_MAYBE_NULL | PTR_TO_BTF_ID,
	__BPF_REG_TYPE_LIMIT = 1 << 25,
};

struct bpf_ctx_arg_aux {
	u32 offset;
	enum bpf_reg_type reg_type;
};

#define __bpf_md_ptr(type, name) union { type name; u64 name##_size; }

struct bpf_iter_reg {
	const char *target;
	u32 ctx_arg_info_size;
	struct bpf_ctx_arg_aux ctx_arg_info[2];
	int (*attach_target)(struct bpf_prog *prog, u32 map_fd);
	const struct bpf_iter_seq_info *seq_info;
};

int bpf_iter_reg_target(const struct bpf_iter_reg *reg_info);
int bpf_iter_run_prog(struct bpf_prog *prog, void *ctx);
struct bpf_map *bpf_map_get(u32 fd);

#endif
