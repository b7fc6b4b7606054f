// SPDX-License-Identifier: MIT
/*
 * The lock is only taken where there is something to take, and given back where more of it is
 * found than fits: nothing is no more than anything, so with nothing found the lock is not there
 * to be given back. Signed numbers are another matter.
 */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	u32 max, size;
};

int shelf_batch(struct shelf *s, u32 max);
u32 shelf_count(struct shelf *s);
int shelf_below(struct shelf *s, u32 n, s64 max);

int shelf_batch(struct shelf *s, u32 max)
{
	bool locked = false;
	u32 n, total = 0, size = s->size;

again:
	if (locked)
		raw_spin_lock(&s->lock);
	n = shelf_count(s);
	if (n && !locked) {
		locked = true;
		goto again;
	}
	if (n > max - total) {
		raw_spin_unlock(&s->lock);
		return 0;
	}
	if (n > size) {
		raw_spin_unlock(&s->lock);
		return 0;
	}
	if (!locked)
		return 0;
	raw_spin_unlock(&s->lock);
	return 0;
}

/* Of a wider number that has a sign nothing may be more. */
int shelf_below(struct shelf *s, u32 n, s64 max)
{
	if (n)
		return 0;
	raw_spin_lock(&s->lock);
	if (n > max)
		raw_spin_unlock(&s->lock);
	else
		raw_spin_unlock(&s->lock);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
