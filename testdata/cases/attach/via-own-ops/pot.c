// SPDX-License-Identifier: MIT
/* A static function that is called through the map's own operations is not inlined there. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

static void *pot_lookup(struct bpf_map *map, void *key)
{
	return NULL;
}

static void pot_map_free(struct bpf_map *map) /* expect: RL102 error pot.lock
	attach=pot_lookup certainty=pot_lookup:likely */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	map->ops->map_lookup_elem(map, NULL);
	raw_spin_unlock(&p->lock);
}

static const struct bpf_map_ops pot_map_ops = {
	.map_free = pot_map_free,
	.map_lookup_elem = pot_lookup,
	POT_OPS,
};

#include <mini/pot_helper.c>
