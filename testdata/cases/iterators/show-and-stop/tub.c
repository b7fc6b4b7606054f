// SPDX-License-Identifier: MIT
/* "show" and "stop" run the program by one function, which has the lock meanwhile: one finding. */
#include <mini/iter.h>

struct tub {
	spinlock_t slock;
	int n;
};

void *tub_first(struct seq_file *m, loff_t *pos);
void *tub_after(struct seq_file *m, void *v, loff_t *pos);

static int tub_run(struct seq_file *m, void *v) /* expect: RL102 error tub.slock
			reenter=bpf_tub_add how=bpf_iter_run_prog:iter
			note="the same is true of tub_seq_stop()" ladder=tub_seq_show,tub_run */
{
	struct tub *t = m->private;
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&t->slock, flags);
	ret = bpf_iter_run_prog(m->private, v);
	spin_unlock_irqrestore(&t->slock, flags);
	return ret;
}

static int tub_seq_show(struct seq_file *m, void *v)
{
	return tub_run(m, v);
}

static void tub_seq_stop(struct seq_file *m, void *v)
{
	if (!v)
		tub_run(m, NULL);
}

const struct seq_operations tub_seq_ops = {
	.start = tub_first,
	.next = tub_after,
	.show = tub_seq_show,
	.stop = tub_seq_stop,
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
