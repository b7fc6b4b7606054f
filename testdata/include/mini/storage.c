// SPDX-License-Identifier: MIT
/* For a case's own file storage.c: what the kinds share. */
#include <mini/storage.h>

void pot_unlink(struct pot *pot)
{
	struct pot_map *smap = rcu_dereference(pot->smap);
	struct pot __rcu **slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&pot->lock, flags);
	slot = smap->map.ops->map_owner_storage_ptr(pot->owner);
	pour(pot);
	*slot = NULL;
	raw_spin_unlock_irqrestore(&pot->lock, flags);
}

void pot_map_drain(struct bpf_map *map, int __percpu *busy)
{
	struct pot_map *smap = (struct pot_map *)map;
	struct pot *pot;
	u32 i;

	for (i = 0; i < smap->n_buckets; i++) {
		rcu_read_lock();
		while ((pot = pot_first(smap))) {
			if (busy)
				this_cpu_inc(*busy);
			pot_unlink(pot);
			if (busy)
				this_cpu_dec(*busy);
		}
		rcu_read_unlock();
	}
}

long pot_update(struct bpf_map *map, void *owner, void *value)
{
	struct pot_map *smap = (struct pot_map *)map;
	struct pot __rcu **slot = map->ops->map_owner_storage_ptr(owner);
	struct pot *pot = rcu_dereference(*slot);
	struct pot_bucket *b = &smap->buckets[0];
	unsigned long flags, b_flags;

	if (!pot)
		return -ENOENT;
	raw_spin_lock_irqsave(&pot->lock, flags);
	raw_spin_lock_irqsave(&b->lock, b_flags);
	pot->level++;
	raw_spin_unlock_irqrestore(&b->lock, b_flags);
	raw_spin_unlock_irqrestore(&pot->lock, flags);
	return 0;
}
