// SPDX-License-Identifier: MIT
/* The address of the lock is what a function returns, and is kept in a variable. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static raw_spinlock_t *pot_lockp(struct pot *p)
{
	if (!p)
		return NULL;
	return &p->lock;
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock attach=pour */
{
	struct pot *p = to_pot(map);
	raw_spinlock_t *lock = pot_lockp(p);

	raw_spin_lock(lock);
	pour(p);
	raw_spin_unlock(lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
