// SPDX-License-Identifier: MIT
/* What the page of the rule shows. */
#include <mini/pot.h>

static long fill(struct bpf_map *map, void *value)
{
	struct pot *p = to_pot(map);

	raw_spin_lock(&p->lock);
	pour(p);
	raw_spin_unlock(&p->lock);
	return 0;
}

/* page: RL104 bad */ /* expect: RL104 warning in=pot_update expected=pot_busy message="still raised"
			 assume="lets no program in" */

static const struct bpf_map_ops pot_map_ops = { .map_update_elem = pot_update, POT_OPS };

#include <mini/pot_helper.c>
