// SPDX-License-Identifier: MIT
/* A kfunc takes the lock without asking, and tracing programs get it. */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

#include <mini/pot_helper.c>

__bpf_kfunc int bpf_pot_peek(struct bpf_map *map);
__bpf_kfunc int bpf_pot_peek(struct bpf_map *map) /* expect: RL106 error pot.lock
	reenter=bpf_pot_peek attach=pour expected=pot_busy raised=pot_busy */
{
	struct pot *p = to_pot(map);
	int level;

	raw_spin_lock(&p->lock);
	level = p->level;
	raw_spin_unlock(&p->lock);
	return level;
}

BTF_KFUNCS_START(pot_kfunc_ids)
BTF_ID_FLAGS(func, bpf_pot_peek)
BTF_KFUNCS_END(pot_kfunc_ids)

static const struct btf_kfunc_id_set pot_kfunc_set = {
	.set = &pot_kfunc_ids,
};

static int __init pot_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &pot_kfunc_set);
}

int (*const pot_initcall)(void) __used __section(".initcall6.init") = pot_kfunc_init;
