/* SPDX-License-Identifier: MIT */
#ifndef _MINI_POT_H
#define _MINI_POT_H

#include <mini/kernel.h>

/*
 * A pot belongs to some owner and not to the map, so a program can get at its
 * lock also while the map is freed.
 */
struct pot {
	raw_spinlock_t lock;
	int level;
};

struct pot *to_pot(struct bpf_map *map);

/* In another file, so it can be traced. */
void pour(struct pot *p);

#endif
