// SPDX-License-Identifier: MIT
/* A lock that is a variable is nobody else's, also where a pointer to it is kept in another one. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void pot_map_free(struct bpf_map *map)
{
	raw_spinlock_t own = { { 0 } }, *lock = &own;
	struct pot *p = to_pot(map);

	raw_spin_lock(lock);
	pour(p);
	raw_spin_unlock(lock);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>
