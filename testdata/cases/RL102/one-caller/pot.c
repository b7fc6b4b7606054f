// SPDX-License-Identifier: MIT
/*
 * The counter is found through the map, so anybody could raise it. A wrapper that takes the lock
 * without it is a part of its caller where it has only one; where it has more it is one mistake.
 */
#include <mini/kernel.h>

struct shelf {
	struct bpf_map map;
	int __percpu *busy;
	raw_spinlock_t lock;
	int level;
};

#define to_shelf(m) container_of(m, struct shelf, map)

void stir(void);

static int shelf_lock(struct shelf *s)
{
	if (this_cpu_inc_return(*s->busy) != 1) {
		this_cpu_dec(*s->busy);
		return -EBUSY;
	}
	raw_spin_lock(&s->lock); /* expect: RL109 error shelf.lock message="take another" */
	return 0;
}

static void shelf_unlock(struct shelf *s)
{
	raw_spin_unlock(&s->lock);
	this_cpu_dec(*s->busy);
}

static void shelf_lock_once(struct shelf *s)
{
	raw_spin_lock(&s->lock);
}

static void shelf_lock_plain(struct shelf *s) /* expect: RL102 error shelf.lock */
{
	raw_spin_lock(&s->lock);
}

void shelf_clear(struct bpf_map *map);
void shelf_sort(struct bpf_map *map);
void shelf_turn(struct bpf_map *map);

void shelf_clear(struct bpf_map *map) /* expect: RL102 error shelf.lock */
{
	struct shelf *s = to_shelf(map);

	shelf_lock_once(s);
	stir();
	raw_spin_unlock(&s->lock);
}

void shelf_sort(struct bpf_map *map)
{
	struct shelf *s = to_shelf(map);

	shelf_lock_plain(s);
	stir();
	raw_spin_unlock(&s->lock);
}

void shelf_turn(struct bpf_map *map)
{
	struct shelf *s = to_shelf(map);

	shelf_lock_plain(s);
	stir();
	raw_spin_unlock(&s->lock);
}

BPF_CALL_1(bpf_shelf_get, struct bpf_map *, map)
{
	struct shelf *s = to_shelf(map);

	if (shelf_lock(s))
		return -EBUSY;
	stir();
	shelf_unlock(s);
	return 0;
}

static const struct bpf_map_ops shelf_map_ops;

HELPER(bpf_shelf_get);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &shelf_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_shelf_get_proto;);
