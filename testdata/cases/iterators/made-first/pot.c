// SPDX-License-Identifier: MIT
/*
 * A program calls next() and destroy() with what new() left in the same context:
 * nothing, where that refuses to start with interrupts off, as they are wherever
 * the lock is held. The other iterator starts anywhere.
 */
#include <mini/kernel.h>

struct bpf_iter_pot {
	u64 opaque[2];
};

struct pot_iter {
	struct pot *pot;
	int at;
};

static DEFINE_RAW_SPINLOCK(pots_lock);
extern struct pot *the_pot;

bool arch_irqs_disabled(void);
/* In another file, so it can be traced. */
void turn(struct pot *p);
void pots_turn(void);

static void take(struct pot_iter *it)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&pots_lock, flags);
	it->at++;
	raw_spin_unlock_irqrestore(&pots_lock, flags);
}

void pots_turn(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&pots_lock, flags);
	turn(the_pot);
	raw_spin_unlock_irqrestore(&pots_lock, flags);
}

__bpf_kfunc int bpf_iter_pot_new(struct bpf_iter_pot *it);
__bpf_kfunc struct pot *bpf_iter_pot_next(struct bpf_iter_pot *it);
__bpf_kfunc void bpf_iter_pot_destroy(struct bpf_iter_pot *it);
__bpf_kfunc int bpf_iter_lid_new(struct bpf_iter_pot *it);
__bpf_kfunc struct pot *bpf_iter_lid_next(struct bpf_iter_pot *it);

__bpf_kfunc int bpf_iter_pot_new(struct bpf_iter_pot *it)
{
	struct pot_iter *kit = (void *)it;

	kit->pot = NULL;
	if (arch_irqs_disabled())
		return -EBUSY;
	kit->pot = the_pot;
	return 0;
}

__bpf_kfunc struct pot *bpf_iter_pot_next(struct bpf_iter_pot *it)
{
	struct pot_iter *kit = (void *)it;

	if (!kit->pot)
		return NULL;
	take(kit);
	return kit->pot;
}

__bpf_kfunc void bpf_iter_pot_destroy(struct bpf_iter_pot *it)
{
	struct pot_iter *kit = (void *)it;

	if (kit->pot)
		take(kit);
}

__bpf_kfunc int bpf_iter_lid_new(struct bpf_iter_pot *it)
{
	struct pot_iter *kit = (void *)it;

	kit->pot = the_pot;
	return 0;
}

__bpf_kfunc struct pot *bpf_iter_lid_next(struct bpf_iter_pot *it) /*
	expect: RL106 error pots_lock reenter=bpf_iter_lid_next not-reenter=bpf_iter_pot_next
	not-reenter=bpf_iter_pot_destroy attach=turn */
{
	struct pot_iter *kit = (void *)it;

	if (!kit->pot)
		return NULL;
	take(kit);
	return kit->pot;
}

BTF_KFUNCS_START(pot_btf_ids)
BTF_ID_FLAGS(func, bpf_iter_pot_new)
BTF_ID_FLAGS(func, bpf_iter_pot_next)
BTF_ID_FLAGS(func, bpf_iter_pot_destroy)
BTF_ID_FLAGS(func, bpf_iter_lid_new)
BTF_ID_FLAGS(func, bpf_iter_lid_next)
BTF_KFUNCS_END(pot_btf_ids)

static const struct btf_kfunc_id_set pot_kfunc_set = { .set = &pot_btf_ids };

static int __init pot_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &pot_kfunc_set);
}

int (*const pot_initcall)(void) __used __section(".initcall6.init") = pot_init;

enum btf_kfunc_hook { BTF_KFUNC_HOOK_COMMON, BTF_KFUNC_HOOK_TRACING, BTF_KFUNC_HOOK_MAX };

static int bpf_prog_type_to_kfunc_hook(enum bpf_prog_type prog_type)
{
	switch (prog_type) {
	case BPF_PROG_TYPE_TRACING:
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
TRACING_HELPERS();
