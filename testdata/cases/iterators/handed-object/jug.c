// SPDX-License-Identifier: MIT
/*
 * The program has no way to a jug but the one that its iterator hands it. It may go to a kfunc that
 * wants it trusted where the iterator says so, also as what the record begins with.
 */
#include <mini/iter.h>

struct jug {
	spinlock_t lock;
};

struct big_jug {
	struct jug jug;
	int handles;
};

struct bpf_iter__jug {
	__bpf_md_ptr(struct big_jug *, jug);
	int number;
};

struct bpf_iter__old_jug {
	__bpf_md_ptr(struct big_jug *, jug);
};

static int jug_prog_show(struct bpf_prog *prog, struct big_jug *jug, int number)
{
	struct bpf_iter__jug ctx = {};

	ctx.jug = jug;
	ctx.number = number;
	return bpf_iter_run_prog(prog, &ctx);
}

static int jug_seq_show(struct seq_file *m, void *v) /*
	expect: RL102 error jug.lock entry=jug_seq_show via=seq_operations.show
		reenter=bpf_jug_tip how=bpf_iter_run_prog:iter
		object="jug of the context that jug_prog_show() hands over" */
{
	struct big_jug *big = v;
	int ret;

	_raw_spin_lock_bh(&big->jug.lock.rlock);
	ret = jug_prog_show(m->private, big, 1);
	_raw_spin_unlock_bh(&big->jug.lock.rlock);
	return ret;
}

static int old_jug_prog_show(struct bpf_prog *prog, struct big_jug *jug)
{
	struct bpf_iter__old_jug ctx = {};

	ctx.jug = jug;
	return bpf_iter_run_prog(prog, &ctx);
}

static int old_jug_seq_show(struct seq_file *m, void *v) /*
	expect: RL102 warning jug.lock entry=old_jug_seq_show reenter=bpf_jug_tip
		assume="that a program can get hold of the object that bpf_jug_tip() wants" */
{
	struct big_jug *big = v;
	int ret;

	_raw_spin_lock_bh(&big->jug.lock.rlock);
	ret = old_jug_prog_show(m->private, big);
	_raw_spin_unlock_bh(&big->jug.lock.rlock);
	return ret;
}

void *jug_first(struct seq_file *m, loff_t *pos);
void *jug_after(struct seq_file *m, void *v, loff_t *pos);

static const struct seq_operations jug_seq_ops = {
	.start = jug_first,
	.next = jug_after,
	.show = jug_seq_show,
};

static const struct seq_operations old_jug_seq_ops = {
	.start = jug_first,
	.next = jug_after,
	.show = old_jug_seq_show,
};

static const struct bpf_iter_seq_info jug_seq_info = { .seq_ops = &jug_seq_ops };
static const struct bpf_iter_seq_info old_jug_seq_info = { .seq_ops = &old_jug_seq_ops };

static struct bpf_iter_reg jug_reg_info = {
	.target = "jug",
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__jug, jug), PTR_TO_BTF_ID_OR_NULL | PTR_TRUSTED },
	},
	.seq_info = &jug_seq_info,
};

static struct bpf_iter_reg old_jug_reg_info = {
	.target = "old_jug",
	.ctx_arg_info_size = 1,
	.ctx_arg_info = {
		{ offsetof(struct bpf_iter__old_jug, jug), PTR_TO_BTF_ID_OR_NULL },
	},
	.seq_info = &old_jug_seq_info,
};

__bpf_kfunc int bpf_jug_tip(struct jug *jug);
__bpf_kfunc int bpf_jug_tip(struct jug *jug)
{
	_raw_spin_lock(&jug->lock.rlock);
	_raw_spin_unlock(&jug->lock.rlock);
	return 0;
}

BTF_KFUNCS_START(jug_btf_ids)
BTF_ID_FLAGS(func, bpf_jug_tip, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(jug_btf_ids)

/* Only iterators get it. */
static int jug_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (btf_id_set8_contains(&jug_btf_ids, kfunc_id) &&
	    prog->expected_attach_type != BPF_TRACE_ITER)
		return -EINVAL;
	return 0;
}

static const struct btf_kfunc_id_set jug_kfunc_set = {
	.set = &jug_btf_ids,
	.filter = jug_filter,
};

static int __init jug_init(void)
{
	register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &jug_kfunc_set);
	return bpf_iter_reg_target(&jug_reg_info) + bpf_iter_reg_target(&old_jug_reg_info);
}

int (*const jug_initcall)(void) __used __section(".initcall6.init") = jug_init;

MAP_TYPES();
TRACING_HELPERS();
