// SPDX-License-Identifier: MIT
/* An entry point that is handed over as a pointer: a work function, an RCU callback. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct pot_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct pot *p;
};

void schedule_work(struct work_struct *work);

static void pot_free_rcu(struct rcu_head *rcu) /* expect: RL102 error pot.lock attach=pour
						  entry=pot_free_rcu */
{
	struct pot_work *w = container_of(rcu, struct pot_work, rcu);

	raw_spin_lock(&w->p->lock);
	pour(w->p);
	raw_spin_unlock(&w->p->lock);
}

static void pot_work_fn(struct work_struct *work)
{
	struct pot_work *w = container_of(work, struct pot_work, work);

	this_cpu_inc(pot_busy);
	raw_spin_lock(&w->p->lock);
	pour(w->p);
	raw_spin_unlock(&w->p->lock);
	this_cpu_dec(pot_busy);
	call_rcu(&w->rcu, pot_free_rcu);
}

void pot_start(struct pot_work *w);
void pot_start(struct pot_work *w)
{
	w->work.func = pot_work_fn;
	schedule_work(&w->work);
}

static void pot_map_free(struct bpf_map *map)
{
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
