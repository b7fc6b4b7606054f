// SPDX-License-Identifier: MIT
/*
 * A member is tested, the lock is taken, and the member is tested once more: meanwhile it may
 * have changed, as what has the lock changes it.
 */
#include <mini/pot.h>

struct jar {
	int full;
	struct jar *next;
};

struct shelf {
	raw_spinlock_t lock;
	struct jar *first;
};

int shelf_take(struct shelf *s, struct jar *j);
int shelf_drop(struct shelf *s);
int shelf_turn(struct shelf *s);

int shelf_take(struct shelf *s, struct jar *j)
{
	if (!j->full)
		return 0;
	raw_spin_lock(&s->lock);
	if (!j->full)
		return 0; /* expect: RL110 error shelf.lock in=shelf_take acquired=shelf_take */
	j->full = 0;
	raw_spin_unlock(&s->lock);
	return 0;
}

static void shelf_pop(struct shelf *s)
{
	s->first = s->first->next;
}

static inline int shelf_empty(const struct shelf *s)
{
	return !s->first;
}

/* What it calls writes the member. */
int shelf_drop(struct shelf *s)
{
	if (shelf_empty(s))
		return 0;
	raw_spin_lock(&s->lock);
	if (shelf_empty(s))
		return 0; /* expect: RL110 error shelf.lock in=shelf_drop acquired=shelf_drop */
	shelf_pop(s);
	raw_spin_unlock(&s->lock);
	return 0;
}

static int jar_check(const struct jar *j)
{
	return j->full ? 0 : -1;
}

/* What it looks at, and writes, is of a local. */
int shelf_turn(struct shelf *s)
{
	struct jar *j = READ_ONCE(s->first);
	int err = 0;

	if (jar_check(j))
		goto out;
	raw_spin_lock(&s->lock);
	err = jar_check(j);
	if (err)
		goto out;
	j->full = 0;
	raw_spin_unlock(&s->lock);
out:
	return err; /* expect: RL110 error shelf.lock in=shelf_turn acquired=shelf_turn */
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	return 0;
}

static const struct bpf_map_ops shelf_map_ops = { .map_update_elem = shelf_update };

MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
