// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

static DEFINE_PER_CPU(int, pot_busy);

/* page: RL103 good */

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
