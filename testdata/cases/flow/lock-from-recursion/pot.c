// SPDX-License-Identifier: MIT
/*
 * The function that returns the lock's address calls itself. Which lock that is is not
 * known, so nothing is said; and the search for it ends.
 */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static raw_spinlock_t *pot_lockp(struct pot *p, int n)
{
	raw_spinlock_t *lock;

	if (n)
		lock = pot_lockp(p, n - 1);
	else
		lock = &p->lock;
	return lock;
}

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);
	raw_spinlock_t *first = pot_lockp(p, 1);
	raw_spinlock_t *lock = first;

	raw_spin_lock(lock);
	pour(p);
	raw_spin_unlock(lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
