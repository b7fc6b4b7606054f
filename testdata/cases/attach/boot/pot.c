// SPDX-License-Identifier: MIT
/*
 * Three locks that a kfunc takes as a reader. Of two the only writer is done before
 * there is user space, and so before there are programs: by itself, or as what calls
 * it calls it then. Of the other it is not.
 */
#include <mini/kernel.h>

typedef struct rwlock {
	int val;
} rwlock_t;

void _raw_read_lock(rwlock_t *lock);
void _raw_read_unlock(rwlock_t *lock);
void _raw_write_lock(rwlock_t *lock);
void _raw_write_unlock(rwlock_t *lock);

struct cold {
	rwlock_t lock;
	int n;
};
struct cool {
	rwlock_t lock;
	int n;
};
struct warm {
	rwlock_t lock;
	int n;
};

static struct cold cold;
static struct cool cool;
static struct warm warm;

/* In another file, so it can be traced. */
void sweep(int *n);

static int __init sweep_cold(void)
{
	_raw_write_lock(&cold.lock);
	sweep(&cold.n);
	_raw_write_unlock(&cold.lock);
	return 0;
}

static void sweep_cool(void)
{
	_raw_write_lock(&cool.lock);
	sweep(&cool.n);
	_raw_write_unlock(&cool.lock);
}

static void __init begin_freeable(void)
{
	sweep_cool();
}

/* As kernel_init(), which goes on with user space. */
int begin(void);
int begin(void)
{
	begin_freeable();
	return 0;
}

int sweep_warm(void);
int sweep_warm(void)
{
	_raw_write_lock(&warm.lock);
	sweep(&warm.n);
	_raw_write_unlock(&warm.lock);
	return 0;
}

__bpf_kfunc int bpf_take(int by);
__bpf_kfunc int bpf_take(int by) /* expect: RL106 error warm.lock attach=sweep */
{
	_raw_read_lock(&cold.lock);
	cold.n -= by;
	_raw_read_unlock(&cold.lock);
	_raw_read_lock(&cool.lock);
	cool.n -= by;
	_raw_read_unlock(&cool.lock);
	_raw_read_lock(&warm.lock);
	warm.n -= by;
	_raw_read_unlock(&warm.lock);
	return 0;
}

BTF_KFUNCS_START(take_btf_ids)
BTF_ID_FLAGS(func, bpf_take)
BTF_KFUNCS_END(take_btf_ids)

static const struct btf_kfunc_id_set take_kfunc_set = {
	.set = &take_btf_ids,
};

static int __init take_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &take_kfunc_set);
}

int (*const cold_initcall)(void) __used __section(".initcall4.init") = sweep_cold;
int (*const take_initcall)(void) __used __section(".initcall6.init") = take_init;

enum btf_kfunc_hook { BTF_KFUNC_HOOK_COMMON, BTF_KFUNC_HOOK_TRACING, BTF_KFUNC_HOOK_MAX };

static int bpf_prog_type_to_kfunc_hook(enum bpf_prog_type prog_type)
{
	switch (prog_type) {
	case BPF_PROG_TYPE_TRACING:
		return BTF_KFUNC_HOOK_TRACING;
	default:
		return BTF_KFUNC_HOOK_MAX;
	}
}

int hook_of(const struct bpf_prog *prog);
int hook_of(const struct bpf_prog *prog)
{
	return bpf_prog_type_to_kfunc_hook(prog->type);
}

MAP_TYPES();
