// SPDX-License-Identifier: MIT
/* What the page of the rule shows: that leaves the program on fentry. */
#include <mini/pot.h>

/* page: RL108 good */ /* expect: RL106 error pot.lock in=bpf_pot_get context=recursion */

static const struct bpf_map_ops pot_map_ops = { POT_OPS };

HELPER(bpf_pot_get);
MAP_TYPES([BPF_MAP_TYPE_CGRP_STORAGE] = &pot_map_ops);
NMI_HELPERS(case BPF_FUNC_cgrp_storage_get: return &bpf_pot_get_proto;);
