// SPDX-License-Identifier: MIT
/* As flag-decided, of a local that somebody fills by its address before. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

void ask(int *give_up);

BPF_CALL_2(bpf_pot_fill, struct bpf_map *, map, void *, value)
{
	struct pot *p = to_pot(map);
	int give_up;

	ask(&give_up);
	if (__this_cpu_read(pot_busy))
		give_up = 1;
	if (give_up)
		return -EBUSY;
	__this_cpu_write(pot_busy, 1);
	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	__this_cpu_write(pot_busy, 0);
	return 0;
}

static const struct bpf_map_ops pot_map_ops = { POT_OPS };
HELPER(bpf_pot_fill);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
TRACING_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_fill_proto;);
