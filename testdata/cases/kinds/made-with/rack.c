// SPDX-License-Identifier: MIT
/*
 * All maps of a kind are made pooled, or none: an update of a pooled one never comes to drain().
 * Whether one is cold may change after it was made.
 */
#include <mini/kernel.h>

struct rack {
	struct bpf_map map;
	raw_spinlock_t rack_lock;
	bool pooled, cold;
	int level;
};

struct rack *rack_memory(void);
/* In another file, so they can be traced. */
void pour(struct rack *r);
void drain(struct rack *r);
void chill(struct rack *r);

static struct bpf_map *rack_make(bool pooled)
{
	struct rack *r = rack_memory();

	if (!r)
		return NULL;
	r->pooled = pooled;
	r->cold = false;
	return &r->map;
}

void rack_set_cold(struct rack *r);
void rack_set_cold(struct rack *r)
{
	r->cold = true;
}

static struct bpf_map *hash_alloc(void *attr)
{
	return rack_make(true);
}

static struct bpf_map *array_alloc(void *attr)
{
	return rack_make(false);
}

static long hash_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct rack *r = container_of(map, struct rack, map);

	raw_spin_lock(&r->rack_lock);
	if (r->pooled)
		pour(r);
	else
		drain(r);
	if (r->cold)
		chill(r);
	raw_spin_unlock(&r->rack_lock);
	return 0;
}

BPF_CALL_2(bpf_rack_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error rack.rack_lock
			attach=pour attach=chill not-attach=drain */
{
	struct rack *r = container_of(map, struct rack, map);

	raw_spin_lock(&r->rack_lock);
	r->level++;
	raw_spin_unlock(&r->rack_lock);
	return 0;
}

static const struct bpf_map_ops hash_map_ops = {
	.map_alloc = hash_alloc,
	.map_update_elem = hash_update,
};
static const struct bpf_map_ops array_map_ops = { .map_alloc = array_alloc };

HELPER(bpf_rack_fill);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &hash_map_ops, [BPF_MAP_TYPE_ARRAY] = &array_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_rack_fill_proto;);
