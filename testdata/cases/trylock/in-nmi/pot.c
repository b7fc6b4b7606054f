// SPDX-License-Identifier: MIT
/* in_nmi() and a trylock keep NMI out, not a program on fentry. */
#include <mini/pot.h>

static long season(struct pot *p)
{
	unsigned long flags;

	if (in_nmi()) {
		if (!raw_spin_trylock_irqsave(&p->lock, flags))
			return -EBUSY;
	} else {
		raw_spin_lock_irqsave(&p->lock, flags);
	}
	p->level++;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

BPF_CALL_1(bpf_pot_season, struct bpf_map *, map) /*
	expect: RL106 error pot.lock context=recursion reenter=bpf_pot_season expected=none
	raised=none attach=_raw_spin_unlock_irqrestore */
{
	return season(to_pot(map));
}

static const struct bpf_map_ops pot_map_ops = { POT_OPS };

HELPER(bpf_pot_season);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
NMI_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_season_proto;);
