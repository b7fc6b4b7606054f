// SPDX-License-Identifier: MIT
/*
 * .allowed asks whether what the program is attached to is in a set, as
 * bpf_d_path_allowed() does. A tracepoint is never in it under its own name.
 */
#include <mini/pot.h>

void bpf_pot_stir(struct pot *p);

static void pot_map_free(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	bpf_pot_stir(p);
	raw_spin_unlock(&p->lock);
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map) /* expect: RL106 error pot.lock attach=pour
	not-attach=bpf_pot_stir not-attach=contention_end not-attach=_raw_spin_unlock
	reenter=bpf_pot_get */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

BTF_SET_START(pot_allowlist)
BTF_ID(func, pour)
BTF_ID(func, contention_end)
BTF_SET_END(pot_allowlist)

bool btf_id_set_contains(const struct btf_id_set *set, u32 id);

static bool pot_allowed(const struct bpf_prog *prog)
{
	return btf_id_set_contains(&pot_allowlist, prog->aux->attach_btf_id);
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

static const struct bpf_func_proto bpf_pot_get_proto = {
	.func = bpf_pot_get,
	.allowed = pot_allowed,
};

MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
