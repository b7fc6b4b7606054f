// SPDX-License-Identifier: MIT
/*
 * "show" takes the lock itself, in the fast case; in the slow one it is only
 * marked as taken, and the program may wait for it.
 */
#include <mini/iter.h>

struct tub {
	spinlock_t slock;
	int owned;
};

void tub_wait(struct tub *t);
int tub_dead(struct tub *t);

static bool lock_tub_fast(struct tub *t)
{
	_raw_spin_lock_bh(&t->slock.rlock);
	if (!t->owned)
		return false;
	tub_wait(t);
	t->owned = 1;
	_raw_spin_unlock_bh(&t->slock.rlock);
	return true;
}

static void unlock_tub_fast(struct tub *t, bool slow)
{
	if (slow)
		t->owned = 0;
	else
		_raw_spin_unlock_bh(&t->slock.rlock);
}

static int tub_run(struct seq_file *m, void *v)
{
	return bpf_iter_run_prog(m->private, v);
}

static int tub_seq_show(struct seq_file *m, void *v) /*
	expect: RL102 error tub.slock entry=tub_seq_show via=seq_operations.show
		reenter=bpf_tub_add how=bpf_iter_run_prog:iter */
{
	struct tub *t = v;
	bool slow;
	int ret = 0;

	slow = lock_tub_fast(t);
	if (!tub_dead(t))
		ret = tub_run(m, v);
	unlock_tub_fast(t, slow);
	return ret;
}

/* The slow way only: nothing is held while the program runs. */
static int tub_slow_show(struct seq_file *m, void *v)
{
	struct tub *t = v;
	int ret;

	_raw_spin_lock_bh(&t->slock.rlock);
	t->owned = 1;
	_raw_spin_unlock_bh(&t->slock.rlock);
	ret = tub_run(m, v);
	t->owned = 0;
	return ret;
}

void *tub_first(struct seq_file *m, loff_t *pos);
void *tub_after(struct seq_file *m, void *v, loff_t *pos);

const struct seq_operations tub_seq_ops = {
	.start = tub_first,
	.next = tub_after,
	.show = tub_seq_show,
};

const struct seq_operations tub_slow_seq_ops = {
	.start = tub_first,
	.next = tub_after,
	.show = tub_slow_show,
};

/* Which tub is in a value of the program's own. */
BPF_CALL_1(bpf_tub_add, void *, value)
{
	struct tub *t = value;

	_raw_spin_lock(&t->slock.rlock);
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
