// SPDX-License-Identifier: MIT
/* What is tested before the lock is taken and again with it, and is the same then. */
#include <mini/pot.h>

struct shelf {
	raw_spinlock_t lock;
	int kind;
	int full;
	int count;
	struct shelf *next;
};

int shelf_by_kind(struct shelf *s);
int shelf_by_local(struct shelf *s);
int shelf_if_full(struct shelf *s);
int shelf_put(struct shelf *s);
int shelf_use(struct shelf *s);

/* Nobody changes the kind here. */
int shelf_by_kind(struct shelf *s)
{
	if (s->kind != 1)
		return 0;
	raw_spin_lock(&s->lock);
	s->count++;
	if (s->kind == 1)
		raw_spin_unlock(&s->lock);
	return 0;
}

/* A local keeps what was read before. */
int shelf_by_local(struct shelf *s)
{
	int full = s->full;

	if (!full)
		return 0;
	raw_spin_lock(&s->lock);
	s->next->full = 0;
	if (full)
		raw_spin_unlock(&s->lock);
	return 0;
}

/* What is tested decides whether the lock is taken, also where it is given back. */
int shelf_if_full(struct shelf *s)
{
	if (s->full)
		raw_spin_lock(&s->lock);
	s->count++;
	if (s->full)
		raw_spin_unlock(&s->lock);
	s->full = 0;
	return 0;
}

/* It is looked at again, and all paths give the lock back. */
int shelf_put(struct shelf *s)
{
	if (s->full)
		return 0;
	raw_spin_lock(&s->lock);
	if (s->full) {
		raw_spin_unlock(&s->lock);
		return 0;
	}
	s->full = 1;
	raw_spin_unlock(&s->lock);
	return 0;
}

static void shelf_claim(struct shelf *s, int full)
{
	if (!s->full) {
		s->full = full;
		return;
	}
	raw_spin_lock(&s->lock);
}

/* Who is handed the lock goes by what was tested for it. */
int shelf_use(struct shelf *s)
{
	shelf_claim(s, 0);
	s->count++;
	if (s->full)
		raw_spin_unlock(&s->lock);
	return 0;
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
