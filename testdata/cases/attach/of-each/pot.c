// SPDX-License-Identifier: MIT
/*
 * A lock that two functions come back to: kprobe programs get one of them only. The places of the section
 * are those of both, and each has its own programs.
 */
#include <mini/kernel.h>

struct lid {
	raw_spinlock_t lock;
};

static struct lid the_lid;

/* In another file, so it can be traced. */
void turn(struct lid *l);

__bpf_kfunc int bpf_lid_turn(int by);
__bpf_kfunc int bpf_lid_turn(int by) /*
	expect: RL106 error lid.lock how=turn:fentry,fexit,kprobe,kretprobe program=bpf_lid_turn:tracing
		program=bpf_lid_lift:tracing,kprobe,tracepoint,raw_tracepoint */
{
	raw_spin_lock(&the_lid.lock);
	turn(&the_lid);
	raw_spin_unlock(&the_lid.lock);
	return 0;
}

BPF_CALL_2(bpf_lid_lift, int, n, void *, value)
{
	raw_spin_lock(&the_lid.lock);
	turn(&the_lid);
	raw_spin_unlock(&the_lid.lock);
	return 0;
}

HELPER(bpf_lid_lift);

BTF_KFUNCS_START(lid_btf_ids)
BTF_ID_FLAGS(func, bpf_lid_turn)
BTF_KFUNCS_END(lid_btf_ids)

static int lid_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (!btf_id_set8_contains(&lid_btf_ids, kfunc_id) || prog->type == BPF_PROG_TYPE_LSM)
		return 0;
	return 0;
}

static const struct btf_kfunc_id_set lid_kfunc_set = {
	.set = &lid_btf_ids,
	.filter = lid_filter,
};

static int __init lid_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &lid_kfunc_set);
}

int (*const lid_initcall)(void) __used __section(".initcall6.init") = lid_init;

enum btf_kfunc_hook { BTF_KFUNC_HOOK_COMMON, BTF_KFUNC_HOOK_TRACING, BTF_KFUNC_HOOK_MAX };

static int bpf_prog_type_to_kfunc_hook(enum bpf_prog_type prog_type)
{
	switch (prog_type) {
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
		return BTF_KFUNC_HOOK_TRACING;
	default:
		return BTF_KFUNC_HOOK_MAX;
	}
}

int hook_of(const struct bpf_prog *prog);
int hook_of(const struct bpf_prog *prog)
{
	return bpf_prog_type_to_kfunc_hook(prog->type);
}

MAP_TYPES();
TRACING_HELPERS(case BPF_FUNC_map_update_elem: return &bpf_lid_lift_proto;);
