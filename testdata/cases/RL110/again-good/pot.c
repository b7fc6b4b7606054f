// SPDX-License-Identifier: MIT
/* What releases a lock comes back to itself, and is not followed a second time. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	unsigned int flags;
};

int shelf_put(struct shelf *s, int n);

/* As hugepage_subpool_put_pages(): what releases the lock comes back to itself. */
static int shelf_return(struct shelf *s, int n);

static void shelf_unlock(struct shelf *s, int n)
{
	bool last = !s->flags;

	raw_spin_unlock(&s->lock);
	if (last)
		shelf_return(s, n - 1);
}

static int shelf_return(struct shelf *s, int n)
{
	if (!n)
		return 0;
	raw_spin_lock(&s->lock);
	s->flags -= n;
	shelf_unlock(s, n);
	return n;
}

int shelf_put(struct shelf *s, int n)
{
	raw_spin_lock(&s->lock);
	s->flags++;
	shelf_unlock(s, n);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
