/* SPDX-License-Identifier: MIT */
#ifndef _UAPI_LINUX_BPF_H
#define _UAPI_LINUX_BPF_H

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC,
	BPF_MAP_TYPE_HASH,
	BPF_MAP_TYPE_ARRAY,
	BPF_MAP_TYPE_LPM_TRIE,
	BPF_MAP_TYPE_QUEUE,
	BPF_MAP_TYPE_CPUMAP,
	BPF_MAP_TYPE_SK_STORAGE,
	BPF_MAP_TYPE_INODE_STORAGE,
	BPF_MAP_TYPE_TASK_STORAGE,
	BPF_MAP_TYPE_CGRP_STORAGE,
};

enum bpf_prog_type {
	BPF_PROG_TYPE_UNSPEC,
	BPF_PROG_TYPE_SOCKET_FILTER,
	BPF_PROG_TYPE_KPROBE,
	BPF_PROG_TYPE_SCHED_CLS,
	BPF_PROG_TYPE_TRACEPOINT,
	BPF_PROG_TYPE_XDP,
	BPF_PROG_TYPE_PERF_EVENT,
	BPF_PROG_TYPE_RAW_TRACEPOINT,
	BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
	BPF_PROG_TYPE_TRACING,
	BPF_PROG_TYPE_STRUCT_OPS,
	BPF_PROG_TYPE_LSM,
	BPF_PROG_TYPE_SYSCALL,
};

enum bpf_attach_type {
	BPF_CGROUP_INET_INGRESS, /* 0, which is also none */
	BPF_TRACE_RAW_TP,
	BPF_TRACE_FENTRY,
	BPF_TRACE_FEXIT,
	BPF_MODIFY_RETURN,
	BPF_LSM_MAC,
	BPF_LSM_CGROUP,
	BPF_TRACE_ITER,
	BPF_XDP,
};

/* The kernel makes this enum from a list, with BPF_FUNC_ before each name. */
#define __BPF_FUNC_MAPPER(FN)						\
	FN(unspec) FN(map_lookup_elem) FN(map_update_elem) FN(map_delete_elem) \
	FN(sk_storage_get) FN(sk_storage_delete)			\
	FN(inode_storage_get) FN(inode_storage_delete)			\
	FN(task_storage_get) FN(task_storage_delete)			\
	FN(cgrp_storage_get) FN(cgrp_storage_delete)			\
	FN(get_current_task_btf) FN(trace_printk) FN(redirect_map)
#define __BPF_ENUM_FN(x) BPF_FUNC_##x,
enum bpf_func_id {
	__BPF_FUNC_MAPPER(__BPF_ENUM_FN)
	__BPF_FUNC_MAX_ID,
};

#endif
