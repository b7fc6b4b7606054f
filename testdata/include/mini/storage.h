/* SPDX-License-Identifier: MIT */
#ifndef _MINI_STORAGE_H
#define _MINI_STORAGE_H

/*
 * Local storage in small: one implementation for all kinds of owners, which
 * finds the owner's slot through the map's own operations.
 */
#include <mini/kernel.h>

struct pot_bucket {
	raw_spinlock_t lock;
	struct hlist_head list;
};

struct pot_map {
	struct bpf_map map;
	struct pot_bucket *buckets;
	u32 n_buckets;
};

/* What an owner keeps; its map is known through the element on top. */
struct pot {
	raw_spinlock_t lock;
	int level;
	void *owner;
	struct pot_map __rcu *smap;
};

void pot_unlink(struct pot *pot);
void pot_map_drain(struct bpf_map *map, int __percpu *busy);
long pot_update(struct bpf_map *map, void *owner, void *value);
struct pot *pot_first(struct pot_map *smap);
void pour(struct pot *pot);

#endif
