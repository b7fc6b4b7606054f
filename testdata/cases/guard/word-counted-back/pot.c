// SPDX-License-Identifier: MIT
/*
 * Who finds a counted word taken counts down what it counted up: the word stays with whoever has
 * it, the caller or the same path, at another pot. A second time gives it back.
 */
#include <linux/atomic.h>
#include <mini/kernel.h>

struct pot {
	raw_spinlock_t lock;
	atomic_t busy;
	int level;
};

struct pan {
	raw_spinlock_t pan_lock;
	atomic_t pan_busy;
};

static DEFINE_RAW_SPINLOCK(shelf_lock);
static atomic_t shelf_busy = ATOMIC_INIT(0);
static int spare;

void pour(void);
struct pot *pot_a(void);
struct pot *pot_b(void);
struct pan *pan_a(void);
struct pan *pan_b(void);

static long fill(void)
{
	if (atomic_inc_return(&shelf_busy) != 1) {
		atomic_dec(&shelf_busy);
		return -EBUSY;
	}
	spare++;
	atomic_dec(&shelf_busy);
	return 0;
}

BPF_CALL_2(bpf_shelf_fill, void *, value, u32, i)
{
	if (atomic_inc_return(&shelf_busy) != 1) {
		atomic_dec(&shelf_busy);
		return -EBUSY;
	}
	fill();
	raw_spin_lock(&shelf_lock);
	pour();
	raw_spin_unlock(&shelf_lock);
	atomic_dec(&shelf_busy);
	return 0;
}

BPF_CALL_1(bpf_pot_move, void *, value)
{
	struct pot *a = pot_a(), *b = pot_b();

	if (atomic_inc_return(&a->busy) != 1) {
		atomic_dec(&a->busy);
		return -EBUSY;
	}
	if (atomic_fetch_inc(&b->busy))
		a->level++;
	atomic_dec(&b->busy);
	raw_spin_lock(&a->lock);
	pour();
	raw_spin_unlock(&a->lock);
	atomic_dec(&a->busy);
	return 0;
}

BPF_CALL_1(bpf_pan_move, void *, value) /* expect: RL106 error pan.pan_lock */
{
	struct pan *a = pan_a(), *b = pan_b();

	if (atomic_inc_return(&a->pan_busy) != 1) {
		atomic_dec(&a->pan_busy);
		return -EBUSY;
	}
	if (atomic_inc_return(&b->pan_busy) != 1) {
		atomic_dec(&b->pan_busy);
		atomic_dec(&a->pan_busy);
	}
	raw_spin_lock(&a->pan_lock);
	pour();
	raw_spin_unlock(&a->pan_lock);
	return 0;
}

HELPER(bpf_shelf_fill);
HELPER(bpf_pot_move);
HELPER(bpf_pan_move);
MAP_TYPES();
TRACING_HELPERS(
	case BPF_FUNC_map_lookup_elem: return &bpf_shelf_fill_proto;
	case BPF_FUNC_map_update_elem: return &bpf_pot_move_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_pan_move_proto;
);
