// SPDX-License-Identifier: MIT
/* A helper that only XDP programs get: one of them may have handed the timer its function. */
#include <mini/kernel.h>

typedef u64 (*bpf_callback_t)(u64 value, u64 ctx);

struct pot_timer {
	bpf_callback_t callback;
};

static DEFINE_RAW_SPINLOCK(timer_lock);
static int level;

void pot_timer_cb(struct pot_timer *t);

void pot_timer_cb(struct pot_timer *t) /* expect: RL102 error timer_lock how=pot_timer_cb:callback
	program=bpf_timer_stop:xdp */
{
	bpf_callback_t callback = READ_ONCE(t->callback);

	raw_spin_lock(&timer_lock);
	callback(level, 0);
	raw_spin_unlock(&timer_lock);
}

BPF_CALL_1(bpf_timer_stop, int, n)
{
	raw_spin_lock(&timer_lock);
	level = n;
	raw_spin_unlock(&timer_lock);
	return 0;
}

HELPER(bpf_timer_stop);

static const struct bpf_func_proto *
xdp_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	return func_id == BPF_FUNC_map_update_elem ? &bpf_timer_stop_proto : NULL;
}

VERIFIER_OPS(xdp, xdp_func_proto);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_XDP] = &xdp_verifier_ops,
};
