// SPDX-License-Identifier: MIT
/* A record that is a count of references, by a cast; nothing guards the lock. */
#include <linux/atomic.h>
#include <mini/pot.h>

struct item {
	int users;
};

struct shelf {
	raw_spinlock_t shelf_lock;
	struct item item;
};

struct shelf *shelf_of(void);
void pour_out(struct shelf *s);

static inline bool item_first(struct item *i)
{
	return atomic_inc_return((atomic_t *)i) == 1;
}

static inline void item_put(struct item *i)
{
	atomic_dec((atomic_t *)i);
}

BPF_CALL_1(bpf_shelf_get, void *, value) /* expect: RL106 error shelf.shelf_lock */
{
	struct shelf *s = shelf_of();

	if (item_first(&s->item)) {
		raw_spin_lock(&s->shelf_lock);
		pour_out(s);
		raw_spin_unlock(&s->shelf_lock);
	}
	return 0;
}

BPF_CALL_1(bpf_shelf_put, void *, value)
{
	item_put(&shelf_of()->item);
	return 0;
}

HELPER(bpf_shelf_get);
HELPER(bpf_shelf_put);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_shelf_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_shelf_put_proto;
);
