// SPDX-License-Identifier: MIT
/* As generic_access_phys(): the lock that is released has no name here, and may be the one held. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	int items;
};

bool more(struct shelf *s);
void find_lock(struct shelf *s, void **lock);
void shelf_use(struct shelf *s);

void shelf_use(struct shelf *s)
{
	void *lock = &s->lock;

	raw_spin_lock(&s->lock);
	if (more(s)) {
		find_lock(s, &lock);
		raw_spin_unlock((raw_spinlock_t *)lock);
		return;
	}
	raw_spin_unlock(&s->lock);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
