// SPDX-License-Identifier: MIT
/*
 * Three iterators run their programs with the tub's lock: that is the way here, and
 * the function that takes it once more is to blame, not each of the three.
 */
#include <mini/iter.h>

struct tub {
	spinlock_t slock;
	int level;
};

static int tub_first_show(struct seq_file *m, void *v)
{
	struct tub *t = v;
	int ret;

	_raw_spin_lock(&t->slock.rlock);
	ret = bpf_iter_run_prog(m->private, v);
	_raw_spin_unlock(&t->slock.rlock);
	return ret;
}

static int tub_second_show(struct seq_file *m, void *v)
{
	struct tub *t = v;
	int ret;

	_raw_spin_lock(&t->slock.rlock);
	ret = bpf_iter_run_prog(m->private, v);
	_raw_spin_unlock(&t->slock.rlock);
	return ret + 1;
}

static int tub_third_show(struct seq_file *m, void *v)
{
	struct tub *t = v;
	int ret;

	_raw_spin_lock(&t->slock.rlock);
	ret = bpf_iter_run_prog(m->private, v);
	_raw_spin_unlock(&t->slock.rlock);
	return ret + 2;
}

void *tub_first(struct seq_file *m, loff_t *pos);
void *tub_after(struct seq_file *m, void *v, loff_t *pos);

const struct seq_operations tub_first_seq_ops = {
	.start = tub_first, .next = tub_after, .show = tub_first_show,
};

const struct seq_operations tub_second_seq_ops = {
	.start = tub_first, .next = tub_after, .show = tub_second_show,
};

const struct seq_operations tub_third_seq_ops = {
	.start = tub_first, .next = tub_after, .show = tub_third_show,
};

/* Which tub is in a value of the program's own. */
BPF_CALL_1(bpf_tub_add, void *, value) /* expect: RL106 error tub.slock reenter=bpf_tub_add
					      how=bpf_iter_run_prog:iter */
{
	struct tub *t = value;

	_raw_spin_lock(&t->slock.rlock);
	t->level++;
	_raw_spin_unlock(&t->slock.rlock);
	return 0;
}

HELPER(bpf_tub_add);
MAP_TYPES();
/* Only iterators get it. */
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem:
		return prog->expected_attach_type == BPF_TRACE_ITER ? &bpf_tub_add_proto : NULL;
);
