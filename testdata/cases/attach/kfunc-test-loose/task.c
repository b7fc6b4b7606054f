// SPDX-License-Identifier: MIT
/*
 * The verifier gives this kfunc to every tracing program, also where the lock is held.
 */
#include <mini/kernel.h>

static DEFINE_RAW_SPINLOCK(css_set_lock);

/* In another file, so it can be traced. */
void css_move(void);

__bpf_kfunc int bpf_iter_css_task_new(int flags);
__bpf_kfunc int bpf_iter_css_task_new(int flags) /*
	expect: RL106 error css_set_lock reenter=bpf_iter_css_task_new attach=css_move */
{
	raw_spin_lock(&css_set_lock);
	css_move();
	raw_spin_unlock(&css_set_lock);
	return 0;
}

BTF_KFUNCS_START(task_btf_ids)
BTF_ID_FLAGS(func, bpf_iter_css_task_new)
BTF_KFUNCS_END(task_btf_ids)

static const struct btf_kfunc_id_set task_kfunc_set = { .set = &task_btf_ids };

static int __init task_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &task_kfunc_set);
}

int (*const task_initcall)(void) __used __section(".initcall6.init") = task_init;

struct bpf_verifier_state {
	bool in_sleepable;
};

struct bpf_verifier_env {
	struct bpf_prog *prog;
	struct bpf_verifier_state *cur_state;
};

static bool check_css_task_iter_allowlist(struct bpf_verifier_env *env)
{
	switch (env->prog->type) {
	case BPF_PROG_TYPE_TRACING:
		return true;
	default:
		return env->cur_state && env->cur_state->in_sleepable;
	}
}

bool check_kfunc(struct bpf_verifier_env *env);
bool check_kfunc(struct bpf_verifier_env *env)
{
	return check_css_task_iter_allowlist(env);
}

MAP_TYPES();
TRACING_HELPERS();
