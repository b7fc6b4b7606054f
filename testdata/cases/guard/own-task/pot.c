// SPDX-License-Identifier: MIT
/*
 * Who interrupts a path is in the same task: a member of that is a guard as a per-CPU variable is. A
 * member of another task is none: the section of pot_drain() is not guarded.
 */
#include <mini/pot.h>


struct pot_task {
	int pot_busy;
};

struct pot_task *get_current(void);
#define current get_current()

void pot_drain(struct pot *p, struct pot_task *of);

static bool pot_trylock(void)
{
	if (current->pot_busy)
		return false;
	current->pot_busy = 1;
	return true;
}

static void pot_unlock(void)
{
	current->pot_busy = 0;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	current->pot_busy = 1;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	pot_unlock();
}

void pot_drain(struct pot *p, struct pot_task *of) /* expect: RL102 error pot.lock expected=pot_task.pot_busy */
{
	of->pot_busy = 1;
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	of->pot_busy = 0;
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (!pot_trylock())
		return -EBUSY;
	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	pot_unlock();
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
