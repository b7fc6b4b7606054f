/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BPF_H
#define _LINUX_BPF_H

#include <linux/err.h>
#include <linux/types.h>
#include <uapi/linux/bpf.h>

struct pot;
struct bpf_prog;
struct bpf_verifier_env;
struct btf;

struct task_struct {
	int pid;
	struct pot __rcu *pot;
};

struct cgroup {
	int level;
	struct pot __rcu *pot;
};

struct inode {
	int mode;
	struct pot __rcu *pot;
};

struct sock {
	int state;
	struct pot __rcu *pot;
};

struct bpf_map;

struct bpf_map_ops {
	struct bpf_map *(*map_alloc)(void *attr);
	void (*map_free)(struct bpf_map *map);
	void *(*map_lookup_elem)(struct bpf_map *map, void *key);
	long (*map_update_elem)(struct bpf_map *map, void *key, void *value, u64 flags);
	long (*map_delete_elem)(struct bpf_map *map, void *key);
	void *(*map_owner_storage_ptr)(void *owner);
};

struct bpf_map {
	const struct bpf_map_ops *ops;
	enum bpf_map_type map_type;
	u32 key_size;
	u32 value_size;
	struct work_struct work;
};

enum bpf_return_type { RET_INTEGER, RET_VOID, RET_PTR_TO_BTF_ID };
enum bpf_arg_type { ARG_DONTCARE, ARG_CONST_MAP_PTR, ARG_PTR_TO_BTF_ID, ARG_ANYTHING };

struct bpf_func_proto {
	u64 (*func)(u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
	bool (*allowed)(const struct bpf_prog *prog);
	enum bpf_return_type ret_type;
	int *ret_btf_id;
};

struct bpf_verifier_ops {
	const struct bpf_func_proto *(*get_func_proto)(enum bpf_func_id func_id,
						       const struct bpf_prog *prog);
};

struct bpf_prog_aux {
	u32 attach_btf_id;
	struct bpf_prog *dst_prog;
	const char *attach_func_name;
};

struct bpf_prog {
	enum bpf_prog_type type;
	enum bpf_attach_type expected_attach_type;
	struct bpf_prog_aux *aux;
};

struct btf_type {
	u32 name_off;
};

extern struct btf *btf_vmlinux;

struct btf *bpf_get_btf_vmlinux(void);
const struct btf_type *btf_type_by_id(const struct btf *btf, u32 type_id);
const char *btf_name_by_offset(const struct btf *btf, u32 offset);

#endif
