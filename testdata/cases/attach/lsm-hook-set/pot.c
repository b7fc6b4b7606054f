// SPDX-License-Identifier: MIT
/*
 * Which of two variants LSM programs get is a matter of the hook, as in
 * bpf_lsm_func_proto(): on this one it is the variant that takes no lock.
 */
#include <mini/pot.h>

int security_pot_pour(struct pot *p);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	if (!security_pot_pour(p))
		p->level = 0;
	raw_spin_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_1(bpf_pot_get_locked, struct bpf_map *, map)
{
	return to_pot(map)->level;
}

BTF_SET_START(pot_locked_hooks)
BTF_ID(func, bpf_lsm_pot_pour)
BTF_SET_END(pot_locked_hooks)

bool btf_id_set_contains(const struct btf_id_set *set, u32 id);

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_get_locked);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
LSM_HELPERS(case BPF_FUNC_cgrp_storage_get:
	if (btf_id_set_contains(&pot_locked_hooks, prog->aux->attach_btf_id))
		return &bpf_pot_get_locked_proto;
	return &bpf_pot_get_proto;);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_LSM] = &lsm_verifier_ops,
};
