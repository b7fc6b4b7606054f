// SPDX-License-Identifier: MIT
/*
 * .allowed looks at the name of the function that the program is attached to,
 * as bpf_sk_storage_tracing_allowed() does.
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

BPF_CALL_1(bpf_pot_get_tracing, struct bpf_map *, map) /* expect: RL106 error pot.lock
	attach=pour not-attach=bpf_pot_stir attach=_raw_spin_unlock how=pour:fentry,fexit
	reenter=bpf_pot_get_tracing program=bpf_pot_get_tracing:tracing */
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

static bool pot_tracing_allowed(const struct bpf_prog *prog)
{
	const struct btf *btf;
	const struct btf_type *t;
	const char *tname;
	u32 btf_id;

	if (prog->aux->dst_prog)
		return false;
	switch (prog->expected_attach_type) {
	case BPF_TRACE_RAW_TP:
		return true;
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
		btf = bpf_get_btf_vmlinux();
		if (IS_ERR_OR_NULL(btf))
			return false;
		btf_id = prog->aux->attach_btf_id;
		t = btf_type_by_id(btf, btf_id);
		tname = btf_name_by_offset(btf, t->name_off);
		return !!strncmp(tname, "bpf_pot", strlen("bpf_pot"));
	default:
		return false;
	}
	return false;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

static const struct bpf_func_proto bpf_pot_get_tracing_proto = {
	.func = bpf_pot_get_tracing,
	.allowed = pot_tracing_allowed,
};

MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_tracing_proto;);
