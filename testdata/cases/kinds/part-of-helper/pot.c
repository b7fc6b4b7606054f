// SPDX-License-Identifier: MIT
/*
 * What a helper hands on to is the map's operation. Another member of the table, which no program
 * calls, does its part in what the helper does.
 */
#include <mini/kernel.h>

struct pot {
	struct bpf_map map;
	int level;
};

static DEFINE_RAW_SPINLOCK(charge_lock);
static DEFINE_RAW_SPINLOCK(update_lock);

void stir(void);

static void *pot_charge(void *owner)
{
	raw_spin_lock(&charge_lock);
	stir();
	raw_spin_unlock(&charge_lock);
	return owner;
}

static long pot_update(struct bpf_map *map, void *key, void *value, u64 flags) /*
	expect: RL106 error update_lock in=pot_update */
{
	raw_spin_lock(&update_lock);
	stir();
	raw_spin_unlock(&update_lock);
	return 0;
}

static long pot_fill(struct bpf_map *map, void *owner)
{
	return map->ops->map_owner_storage_ptr(owner) ? 0 : -ENOMEM;
}

BPF_CALL_2(bpf_pot_get, struct bpf_map *, map, void *, owner) /* expect: RL106 error charge_lock in=bpf_pot_get */
{
	return pot_fill(map, owner);
}

BPF_CALL_2(bpf_pot_put, struct bpf_map *, map, void *, value)
{
	return map->ops->map_update_elem(map, NULL, value, 0);
}

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update,
						.map_owner_storage_ptr = pot_charge };

HELPER(bpf_pot_get);
HELPER(bpf_pot_put);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_pot_get_proto;
		case BPF_FUNC_map_delete_elem: return &bpf_pot_put_proto;);
