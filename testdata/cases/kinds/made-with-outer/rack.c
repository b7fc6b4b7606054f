// SPDX-License-Identifier: MIT
/* A record around it is assigned elsewhere. */
#include <mini/kernel.h>

struct rack_state {
	bool pooled;
	bool other;
};

struct rack {
	struct bpf_map map;
	raw_spinlock_t rack_lock;
	bool pooled;
	int level;
};

struct rack *rack_memory(void);
void pour(struct rack *r);
void drain(struct rack *r);

static struct bpf_map *hash_alloc(void *attr)
{
	struct rack *r = rack_memory();

	if (!r)
		return NULL;
	r->pooled = true;
	return &r->map;
}

struct cabinet { struct rack rack; int n; };
void rack_renew(struct cabinet *r, const struct cabinet *from);
void rack_renew(struct cabinet *r, const struct cabinet *from)
{
	*r = *from;
}

static long hash_update(struct bpf_map *map, void *key, void *value, u64 flags)
{
	struct rack *r = container_of(map, struct rack, map);

	raw_spin_lock(&r->rack_lock);
	if (r->pooled)
		pour(r);
	else
		drain(r);
	raw_spin_unlock(&r->rack_lock);
	return 0;
}

BPF_CALL_2(bpf_rack_fill, struct bpf_map *, map, void *, value) /* expect: RL106 error rack.rack_lock
			attach=pour attach=drain */
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

HELPER(bpf_rack_fill);
MAP_TYPES([BPF_MAP_TYPE_HASH] = &hash_map_ops);
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_rack_fill_proto;);
