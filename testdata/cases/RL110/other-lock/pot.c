// SPDX-License-Identifier: MIT
/* A lock that no function for programs takes: it is released on every path but one. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

struct shelf {
	raw_spinlock_t lock;
	int items, max;
};

struct shelf *to_shelf(struct bpf_map *map);

static void shelf_lock(struct shelf *s)
{
	raw_spin_lock(&s->lock);
}

static void shelf_unlock(struct shelf *s)
{
	raw_spin_unlock(&s->lock);
}

static long shelf_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct shelf *s = to_shelf(map);

	shelf_lock(s);
	if (s->items >= s->max)
		return -EINVAL; /* expect: RL110 error shelf.lock in=shelf_update
				   acquired=shelf_lock */
	s->items++;
	shelf_unlock(s);
	return 0;
}

/* Another lock beside it, that programs want: this one's run does not look at shelf.lock. */
static long shelf_delete(struct bpf_map *map, void *key)
{
	struct shelf *s = to_shelf(map);
	struct pot *p = to_pot(map);

	shelf_lock(s);
	s->items--;
	shelf_unlock(s);
	this_cpu_inc(pot_busy);
	raw_spin_lock(&p->lock);
	p->level--;
	raw_spin_unlock(&p->lock);
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = {
	.map_update_elem = shelf_update,
	.map_delete_elem = shelf_delete,
	POT_OPS
};

#include <mini/pot_helper.c>
