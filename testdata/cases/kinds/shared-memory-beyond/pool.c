// SPDX-License-Identifier: MIT
/* A unit that is not analysed stores another pool's cache. */
#include <mini/kernel.h>

struct cache {
	raw_spinlock_t lock;
	int n;
};

struct pool {
	struct cache *cache;
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

void shelf_drain(struct shelf *s) /* expect: RL102 error cache.lock expected=pool_busy attach=pour */
{
	struct cache *c = s->elems.cache;

	raw_spin_lock_irq(&c->lock);
	pour(c);
	raw_spin_unlock_irq(&c->lock);
}

HELPER(bpf_all_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_all_get_proto;
);
