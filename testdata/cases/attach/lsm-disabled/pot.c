// SPDX-License-Identifier: MIT
/* The section calls two hooks. LSM programs may not have one of them: a set says so. */
#include <linux/btf_ids.h>
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

int security_pot_pour(struct pot *p);
int security_pot_smell(struct pot *p);

BTF_SET_START(bpf_lsm_disabled_hooks)
BTF_ID(func, bpf_lsm_pot_smell)
BTF_SET_END(bpf_lsm_disabled_hooks)

static void drain(struct pot *p, int __percpu *busy)
{
	if (busy)
		this_cpu_inc(*busy);
	raw_spin_lock(&p->lock);
	if (!security_pot_smell(p) && !security_pot_pour(p))
		p->level = 0;
	raw_spin_unlock(&p->lock);
	if (busy)
		this_cpu_dec(*busy);
}

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), NULL); /* expect: RL101 error pot.lock how=security_pot_pour:lsm
				     not-attach=security_pot_smell
				     program=bpf_pot_get:lsm,lsm_cgroup */
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map)
{
	struct pot *p = to_pot(map);

	if (this_cpu_inc_return(pot_busy) == 1) {
		raw_spin_lock(&p->lock);
		raw_spin_unlock(&p->lock);
	}
	this_cpu_dec(pot_busy);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
LSM_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);

const struct bpf_verifier_ops *const bpf_verifier_ops[] = {
	[BPF_PROG_TYPE_LSM] = &lsm_verifier_ops,
};
