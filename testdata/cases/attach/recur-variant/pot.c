// SPDX-License-Identifier: MIT
/*
 * Two variants of one helper, as task storage has: programs that can run in a
 * section get the one that tries the counter, iterators the one that does not.
 */
#include <mini/drain.c>

static void pot_map_free(struct bpf_map *map)
{
	drain(to_pot(map), &pot_busy);
}

static long fill(struct bpf_map *map)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	p->level++;
	raw_spin_unlock(&p->lock);
	return 0;
}

BPF_CALL_1(bpf_pot_get_recur, struct bpf_map *, map)
{
	long ret = -EBUSY;

	if (this_cpu_inc_return(pot_busy) == 1)
		ret = fill(map);
	this_cpu_dec(pot_busy);
	return ret;
}

BPF_CALL_1(bpf_pot_get, struct bpf_map *, map) /* expect: RL106 note pot.lock
						  reenter=bpf_pot_get expected=pot_busy */
{
	long ret;

	this_cpu_inc(pot_busy);
	ret = fill(map);
	this_cpu_dec(pot_busy);
	return ret;
}

static inline bool bpf_prog_check_recur(const struct bpf_prog *prog)
{
	switch (prog->type) {
	case BPF_PROG_TYPE_TRACING:
		return prog->expected_attach_type != BPF_TRACE_ITER;
	case BPF_PROG_TYPE_STRUCT_OPS:
	case BPF_PROG_TYPE_LSM:
		return false;
	default:
		return true;
	}
}

static const struct bpf_map_ops pot_map_ops = { .map_free = pot_map_free, POT_OPS };

HELPER(bpf_pot_get);
HELPER(bpf_pot_get_recur);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(
	case BPF_FUNC_cgrp_storage_get:
		if (bpf_prog_check_recur(prog))
			return &bpf_pot_get_recur_proto;
		return &bpf_pot_get_proto;
);
