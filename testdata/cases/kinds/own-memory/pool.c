// SPDX-License-Identifier: MIT
/*
 * A pool's cache is its own: what the pool of all has is not what a map's pool has, so the helper
 * does not wait for what the sections hold, which have no guard.
 */
#include <mini/kernel.h>

struct cache {
	raw_spinlock_t lock;
	int n;
};

struct caches {
	struct cache v[4];
};

struct pool {
	struct cache *cache;
	struct caches *caches;
};

struct shelf {
	struct bpf_map map;
	struct pool elems;
};

static struct pool all_pool;
static DEFINE_PER_CPU(int, pool_busy);

void *kzalloc(size_t size, gfp_t flags);
void pour(struct cache *c);

int pool_init(struct pool *pool)
{
	struct cache *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	pool->cache = c;
	return 0;
}

int pool_init_sizes(struct pool *pool)
{
	pool->caches = kzalloc(sizeof(*pool->caches), GFP_KERNEL);
	return pool->caches ? 0 : -ENOMEM;
}

BPF_CALL_1(bpf_all_get, void *, value)
{
	struct cache *c = all_pool.cache;

	if (this_cpu_inc_return(pool_busy) == 1) {
		raw_spin_lock(&c->lock);
		c->n++;
		raw_spin_unlock(&c->lock);
	}
	this_cpu_dec(pool_busy);
	return 0;
}

void shelf_drain(struct shelf *s)
{
	struct cache *c = s->elems.cache;

	raw_spin_lock_irq(&c->lock);
	pour(c);
	raw_spin_unlock_irq(&c->lock);
}

/* One of many caches, or one that is a variable, is not the only one of a pool. */
void caches_drain(struct pool *pool, u32 i)
{
	struct cache *c = &pool->caches->v[i];

	raw_spin_lock_irq(&c->lock);
	pour(c);
	raw_spin_unlock_irq(&c->lock);
}

static struct cache some_cache;

void some_drain(void)
{
	raw_spin_lock_irq(&some_cache.lock);
	pour(&some_cache);
	raw_spin_unlock_irq(&some_cache.lock);
}

HELPER(bpf_all_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_all_get_proto;
);
