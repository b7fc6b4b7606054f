// SPDX-License-Identifier: MIT
/*
 * A function that a program hands over is a place where the program runs: in bpf_pot_each(), which
 * calls it with the lock held, and in the timer's, which reads it from memory. Not where the lock is
 * given back first, nor where it is another pointer to a function.
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
static int level;

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
HELPER(bpf_cup_each);
HELPER(bpf_timer_stop);
TRACING_HELPERS(
	case BPF_FUNC_map_update_elem: return &bpf_pot_each_proto;
	case BPF_FUNC_map_delete_elem: return &bpf_cup_each_proto;
	case BPF_FUNC_map_lookup_elem: return &bpf_timer_stop_proto;
);
