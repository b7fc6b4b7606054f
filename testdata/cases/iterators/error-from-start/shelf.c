// SPDX-License-Identifier: MIT
/*
 * After an error only "stop" is called: where "start" leaves the lock with one, no program runs.
 * A token for the header is no error.
 */
#include <mini/iter.h>
#include <mini/pot.h>

#define HEADER ((void *)1)

static DEFINE_RAW_SPINLOCK(shelf_lock);

int shelf_room(void);
struct pot *shelf_get(loff_t pos);

static void *shelf_seq_start(struct seq_file *m, loff_t *pos)
{
	struct pot *pot;

	raw_spin_lock(&shelf_lock);
	if (!shelf_room())
		return ERR_PTR(-ENOMEM);
	pot = shelf_get(*pos);
	raw_spin_unlock(&shelf_lock);
	return pot;
}

static void *shelf_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	return shelf_get(++*pos);
}

static void shelf_seq_stop(struct seq_file *m, void *v)
{
	if (IS_ERR(v))
		raw_spin_unlock(&shelf_lock);
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

static void *rack_seq_start(struct seq_file *m, loff_t *pos) /*
	expect: RL102 error shelf_lock entry=rack_seq_start reenter=bpf_shelf_add
		how=bpf_iter_run_prog:iter */
{
	raw_spin_lock(&shelf_lock);
	if (!*pos)
		return HEADER;
	raw_spin_unlock(&shelf_lock);
	return shelf_get(*pos);
}

static void rack_seq_stop(struct seq_file *m, void *v)
{
	if (v == HEADER)
		raw_spin_unlock(&shelf_lock);
}

const struct seq_operations rack_seq_ops = {
	.start = rack_seq_start,
	.next = shelf_seq_next,
	.stop = rack_seq_stop,
	.show = shelf_seq_show,
};

BPF_CALL_1(bpf_shelf_add, void *, value)
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
