/* SPDX-License-Identifier: MIT */
#ifndef _MINI_POT_H
#define _MINI_POT_H

#include <mini/kernel.h>

/*
 * A pot is what a cgroup keeps for a map, as a local storage is: it belongs to
 * its owner and not to the map, so a program can get at its lock also while the
 * map is freed.
 */
struct pot {
	raw_spinlock_t lock;
	int level;
};

static inline void *pot_slot(void *owner)
{
	struct cgroup *cgroup = owner;

	return &cgroup->pot;
}

#define POT_OPS .map_owner_storage_ptr = pot_slot

/* Some pot that hangs on the map; in another file. */
struct pot *to_pot(struct bpf_map *map);

/* In another file, so it can be traced. */
void pour(struct pot *p);

#endif
