// SPDX-License-Identifier: MIT
/* options: --rules ways.yaml */
/* What a switch gives to some programs of a table, others that get less do not take away. */
#include <mini/kernel.h>

struct pot_ops {
	void (*fill)(int n);
};

struct bpf_struct_ops {
	const struct bpf_verifier_ops *verifier_ops;
	const char *name;
};

static DEFINE_RAW_SPINLOCK(pot_lock);
static int level;

static void pot_stub(int n)
{
	level = n;
}

const struct pot_ops pot_default = { .fill = pot_stub };

void pot_fill(const struct pot_ops *o, int n);

void pot_fill(const struct pot_ops *o, int n) /* expect: RL102 error pot_lock
	how=pot_stub:struct_ops */
{
	raw_spin_lock(&pot_lock);
	o->fill(n);
	raw_spin_unlock(&pot_lock);
}

BPF_CALL_1(bpf_pot_get, int, n)
{
	raw_spin_lock(&pot_lock);
	raw_spin_unlock(&pot_lock);
	return 0;
}
HELPER(bpf_pot_get);

static const struct bpf_func_proto *
pot_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	if (prog->type != BPF_PROG_TYPE_STRUCT_OPS || prog->expected_attach_type == BPF_TRACE_ITER)
		return NULL;
	return func_id == BPF_FUNC_map_update_elem ? &bpf_pot_get_proto : NULL;
}

VERIFIER_OPS(pot, pot_func_proto);

const struct bpf_struct_ops bpf_pot_ops = { .verifier_ops = &pot_verifier_ops, .name = "pot_ops" };
