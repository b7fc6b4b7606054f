// SPDX-License-Identifier: MIT
/*
 * The word of one element guards what is in that element, and no lock that all elements have, nor
 * another element's. One of a constant index is a variable like any other.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct slot {
	atomic_t busy;
	raw_spinlock_t lock;
};

struct cell {
	atomic_t busy;
	raw_spinlock_t lock;
};

struct line {
	raw_spinlock_t lock;
};

struct table {
	struct slot slots[8];
	struct cell cells[8];
	struct line lines[8];
	raw_spinlock_t lock;
	atomic_t busy;
};

static struct slot slots[8];
static DEFINE_RAW_SPINLOCK(pool_lock);
static DEFINE_RAW_SPINLOCK(first_lock);

int hash(void);
void pour(void);

BPF_CALL_2(bpf_pool_get, void *, value, u32, i) /* expect: RL106 error pool_lock */
{
	if (atomic_cmpxchg_acquire(&slots[i & 7].busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&pool_lock);
	pour();
	raw_spin_unlock(&pool_lock);
	atomic_set(&slots[i & 7].busy, 0);
	return 0;
}

BPF_CALL_2(bpf_table_get, void *, value, u32, i) /* expect: RL106 error table.lock */
{
	struct table *t = value;
	struct slot *s = &t->slots[i & 7];

	if (atomic_cmpxchg_acquire(&s->busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&t->lock);
	pour();
	raw_spin_unlock(&t->lock);
	atomic_set(&s->busy, 0);
	return 0;
}

BPF_CALL_2(bpf_other_get, void *, value, u32, i) /* expect: RL106 error slot.lock */
{
	struct table *t = value;
	struct slot *s = &t->slots[hash() & 7];

	if (atomic_cmpxchg_acquire(&t->slots[i & 7].busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&s->lock);
	pour();
	raw_spin_unlock(&s->lock);
	atomic_set(&t->slots[i & 7].busy, 0);
	return 0;
}

BPF_CALL_2(bpf_cell_get, void *, value, u32, i)
{
	struct table *t = value;
	struct cell *c = &t->cells[i & 7];

	if (atomic_cmpxchg_acquire(&c->busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&c->lock);
	pour();
	raw_spin_unlock(&c->lock);
	atomic_set(&c->busy, 0);
	return 0;
}

BPF_CALL_2(bpf_line_get, void *, value, u32, i)
{
	struct table *t = value;

	if (atomic_cmpxchg_acquire(&t->busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&t->lines[i & 7].lock);
	pour();
	raw_spin_unlock(&t->lines[i & 7].lock);
	atomic_set(&t->busy, 0);
	return 0;
}

BPF_CALL_1(bpf_first_get, void *, value)
{
	if (atomic_cmpxchg_acquire(&slots[1].busy, 0, 1))
		return -EBUSY;
	raw_spin_lock(&first_lock);
	pour();
	raw_spin_unlock(&first_lock);
	atomic_set(&slots[1].busy, 0);
	return 0;
}

HELPER(bpf_pool_get);
HELPER(bpf_table_get);
HELPER(bpf_other_get);
HELPER(bpf_cell_get);
HELPER(bpf_line_get);
HELPER(bpf_first_get);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_pool_get_proto;
	case BPF_FUNC_map_update_elem: return &bpf_table_get_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_other_get_proto;
	case BPF_FUNC_cgrp_storage_get: return &bpf_cell_get_proto;
	case BPF_FUNC_cgrp_storage_delete: return &bpf_line_get_proto;
	case BPF_FUNC_task_storage_get: return &bpf_first_get_proto;
);
