// SPDX-License-Identifier: MIT
/*
 * "start" leaves the bucket's lock held until "stop", and "show" runs the
 * program in between. Which maps the iterator is about is tested where a program
 * is attached to it, so the lock is known to be a task storage's.
 */
#include <mini/iter.h>
#include <mini/storage.h>

struct pot *pot_next(struct pot_map *smap, struct pot *pot);

static void *pot_seq_start(struct seq_file *m, loff_t *pos) /*
	expect: RL102 error pot_bucket.lock kind="task storage" entry=pot_seq_start
		via=seq_operations.start reenter=bpf_task_drop not-reenter=bpf_cgroup_drop
		ladder=pot_seq_start,pot_seq_show,bpf_task_drop
		message="pot_seq_start() runs a program while pot_bucket.lock is held" */
{
	struct pot_map *smap = m->private;
	struct pot *pot;

	raw_spin_lock_bh(&smap->buckets[*pos].lock);
	pot = pot_first(smap);
	if (!pot)
		raw_spin_unlock_bh(&smap->buckets[*pos].lock);
	return pot;
}

static void *pot_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct pot_map *smap = m->private;
	struct pot *pot = pot_next(smap, v);

	if (!pot)
		raw_spin_unlock_bh(&smap->buckets[*pos].lock);
	return pot;
}

static void pot_seq_stop(struct seq_file *m, void *v)
{
	struct pot_map *smap = m->private;

	if (v)
		raw_spin_unlock_bh(&smap->buckets[0].lock);
}

static int pot_seq_show(struct seq_file *m, void *v)
{
	return bpf_iter_run_prog(m->private, v);
}

static const struct seq_operations pot_seq_ops = {
	.start = pot_seq_start,
	.next = pot_seq_next,
	.stop = pot_seq_stop,
	.show = pot_seq_show,
};

static const struct bpf_iter_seq_info pot_seq_info = { .seq_ops = &pot_seq_ops };

static int pot_attach(struct bpf_prog *prog, u32 map_fd)
{
	struct bpf_map *map = bpf_map_get(map_fd);
	int err = -EINVAL;

	if (IS_ERR(map))
		return PTR_ERR(map);
	if (map->map_type != BPF_MAP_TYPE_TASK_STORAGE)
		return err;
	return 0;
}

static const struct bpf_iter_reg pot_reg = {
	.target = "pot",
	.attach_target = pot_attach,
	.seq_info = &pot_seq_info,
};

int register_pot(void);
int register_pot(void)
{
	return bpf_iter_reg_target(&pot_reg);
}
