// SPDX-License-Identifier: MIT
/*
 * A function that a program hands over is a place where the program runs: in bpf_pot_each(), which
 * calls it with the lock held, and in the timer's, which reads it from memory; also where it is called
 * right from the member that keeps it, or with a cast. Not where the lock is given back first, nor
 * where it is another pointer to a function.
 */
#include <mini/kernel.h>

typedef u64 (*bpf_callback_t)(u64 value, u64 ctx);
typedef u64 (*pot_compare_t)(u64 a, u64 b);

struct pot_timer {
	bpf_callback_t callback;
};

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(cup_lock);
static DEFINE_RAW_SPINLOCK(timer_lock);
static DEFINE_RAW_SPINLOCK(kept_lock);
static DEFINE_RAW_SPINLOCK(cast_lock);
static int level;

extern struct pot_timer egg_timer;
void pot_timer_cb(struct pot_timer *t);

BPF_CALL_2(bpf_pot_each, void *, callback_fn, u64, ctx) /* expect: RL106 error pot_lock
	how=bpf_pot_each:callback reenter=bpf_pot_each */
{
	bpf_callback_t callback = (bpf_callback_t)callback_fn;

	raw_spin_lock(&pot_lock);
	callback(level, ctx);
	raw_spin_unlock(&pot_lock);
	return 0;
}

void pot_timer_cb(struct pot_timer *t) /* expect: RL102 error timer_lock how=pot_timer_cb:callback */
{
	bpf_callback_t callback = READ_ONCE(t->callback);

	raw_spin_lock(&timer_lock);
	callback(level, 0);
	raw_spin_unlock(&timer_lock);
}

BPF_CALL_1(bpf_kept_each, u64, ctx) /* expect: RL106 error kept_lock
	how=bpf_kept_each:callback */
{
	raw_spin_lock(&kept_lock);
	egg_timer.callback(level, ctx);
	raw_spin_unlock(&kept_lock);
	return 0;
}

BPF_CALL_2(bpf_cast_each, void *, callback_fn, u64, ctx) /* expect: RL106 error cast_lock
	how=bpf_cast_each:callback */
{
	raw_spin_lock(&cast_lock);
	((bpf_callback_t)callback_fn)(level, ctx);
	raw_spin_unlock(&cast_lock);
	return 0;
}

BPF_CALL_2(bpf_cup_each, void *, callback_fn, pot_compare_t, compare) /* expect: RL106 error cup_lock
	not-attach=bpf_cup_each */
{
	bpf_callback_t callback = (bpf_callback_t)callback_fn;
	int n;

	raw_spin_lock(&cup_lock);
	n = level;
	compare(n, n);
	raw_spin_unlock(&cup_lock);
	callback(n, 0);
	return 0;
}

BPF_CALL_1(bpf_timer_stop, int, n) /* expect: RL106 error timer_lock not-attach=pot_timer_cb */
{
	raw_spin_lock(&timer_lock);
	level = n;
	raw_spin_unlock(&timer_lock);
	return 0;
}

HELPER(bpf_pot_each);
HELPER(bpf_kept_each);
HELPER(bpf_cast_each);
HELPER(bpf_cup_each);
HELPER(bpf_timer_stop);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_each_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_cup_each_proto;
	case BPF_FUNC_map_lookup_elem: return &bpf_timer_stop_proto;
	case BPF_FUNC_trace_printk: return &bpf_kept_each_proto;
	case BPF_FUNC_redirect_map: return &bpf_cast_each_proto;
);
