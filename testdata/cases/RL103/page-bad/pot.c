// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

/* page: RL103 bad */ /* expect: RL103 error pot.lock in=pot_update expected=pot_busy not-attach=pour
			 reenter=bpf_pot_get remedy="raise pot_busy in pot_update() before the lock is taken" */

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
