// SPDX-License-Identifier: MIT
/*
 * "start" and "next" take the lock to look for something, and leave nothing
 * held. Neither does a "show" of a file of proc that runs no program say
 * anything, though it is called with the lock held.
 */
#include <mini/iter.h>
#include <mini/pot.h>

static DEFINE_RAW_SPINLOCK(shelf_lock);

struct pot *shelf_get(loff_t pos);

static void *shelf_find(loff_t pos)
{
	struct pot *pot;

	raw_spin_lock(&shelf_lock);
	pot = shelf_get(pos);
	raw_spin_unlock(&shelf_lock);
	return pot;
}

static void *shelf_seq_start(struct seq_file *m, loff_t *pos)
{
	return shelf_find(*pos);
}

static void *shelf_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	return shelf_find(++*pos);
}

static void shelf_seq_stop(struct seq_file *m, void *v)
{
}

static int shelf_seq_show(struct seq_file *m, void *v)
{
	return bpf_iter_run_prog(m->private, v);
}

const struct seq_operations shelf_seq_ops = {
	.start = shelf_seq_start,
	.next = shelf_seq_next,
	.stop = shelf_seq_stop,
	.show = shelf_seq_show,
};

static void *proc_seq_start(struct seq_file *m, loff_t *pos)
{
	raw_spin_lock(&shelf_lock);
	return shelf_get(*pos);
}

static void *proc_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	return shelf_get(++*pos);
}

static void proc_seq_stop(struct seq_file *m, void *v)
{
	raw_spin_unlock(&shelf_lock);
}

static int proc_seq_show(struct seq_file *m, void *v)
{
	pour(v);
	return 0;
}

const struct seq_operations proc_seq_ops = {
	.start = proc_seq_start,
	.next = proc_seq_next,
	.stop = proc_seq_stop,
	.show = proc_seq_show,
};

BPF_CALL_1(bpf_shelf_add, struct pot *, pot)
{
	raw_spin_lock(&shelf_lock);
	raw_spin_unlock(&shelf_lock);
	return 0;
}

HELPER(bpf_shelf_add);
MAP_TYPES();
/* Only iterators get it. */
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem:
		return prog->expected_attach_type == BPF_TRACE_ITER ? &bpf_shelf_add_proto : NULL;
);
