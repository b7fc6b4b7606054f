// SPDX-License-Identifier: MIT
/*
 * Programs can be members of a pot's table (struct_ops): who calls a member runs them. Each kind of
 * table has a switch of its own, so a cup's programs cannot come back; nor is a call of one of the
 * kernel's own functions by its name a place for them.
 */
#include <mini/kernel.h>

struct pot {
	int level;
};

struct pot_ops {
	void (*fill)(struct pot *p);
};

struct cup_ops {
	void (*fill)(struct pot *p);
};

struct bpf_struct_ops {
	const struct bpf_verifier_ops *verifier_ops;
	const char *name;
};

static DEFINE_RAW_SPINLOCK(pot_lock);
static DEFINE_RAW_SPINLOCK(cup_lock);
static DEFINE_RAW_SPINLOCK(jug_lock);

static void pot_stub(struct pot *p)
{
	p->level++;
}

static void cup_stub(struct pot *p)
{
	p->level--;
}

const struct pot_ops pot_default = { .fill = pot_stub };
const struct cup_ops cup_default = { .fill = cup_stub };

void pot_fill(const struct pot_ops *ops, struct pot *p);
void cup_fill(const struct cup_ops *ops, struct pot *p);
void jug_fill(struct pot *p);

void pot_fill(const struct pot_ops *ops, struct pot *p) /* expect: RL102 error pot_lock how=pot_stub:struct_ops
	program=bpf_pot_get:struct_ops reenter=bpf_pot_get message="pot_fill() runs a program while pot_lock is held" */
{
	raw_spin_lock(&pot_lock);
	ops->fill(p);
	raw_spin_unlock(&pot_lock);
}

void cup_fill(const struct cup_ops *ops, struct pot *p)
{
	raw_spin_lock(&cup_lock);
	ops->fill(p);
	raw_spin_unlock(&cup_lock);
}

void jug_fill(struct pot *p)
{
	raw_spin_lock(&jug_lock);
	pot_stub(p);
	raw_spin_unlock(&jug_lock);
}

BPF_CALL_1(bpf_pot_get, void *, value)
{
	raw_spin_lock(&pot_lock);
	raw_spin_unlock(&pot_lock);
	raw_spin_lock(&cup_lock);
	raw_spin_unlock(&cup_lock);
	raw_spin_lock(&jug_lock);
	raw_spin_unlock(&jug_lock);
	return 0;
}
HELPER(bpf_pot_get);

static const struct bpf_func_proto *
pot_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	if (prog->type != BPF_PROG_TYPE_STRUCT_OPS)
		return NULL;
	return func_id == BPF_FUNC_map_update_elem ? &bpf_pot_get_proto : NULL;
}

static const struct bpf_func_proto *
cup_func_proto(enum bpf_func_id func_id, const struct bpf_prog *prog)
{
	return NULL;
}

VERIFIER_OPS(pot, pot_func_proto);
VERIFIER_OPS(cup, cup_func_proto);

const struct bpf_struct_ops bpf_pot_ops = { .verifier_ops = &pot_verifier_ops, .name = "pot_ops" };
const struct bpf_struct_ops bpf_cup_ops = { .verifier_ops = &cup_verifier_ops, .name = "cup_ops" };
