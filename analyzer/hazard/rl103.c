// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/*
 * RL103 guard-order: the section has its guard, but not from its start to its
 * end: it is raised after the lock is taken, or lowered before it is released.
 */

/* Whether @guard is up at some other place of the section that @h->held opens. */
static bool raised_elsewhere(const struct hazard *h, uint32_t guard)
{
	const struct run *run = &h->outer->run;
	size_t i;
	uint8_t k;

	if (guards_get(&h->held->guards, guard) > 0)
		return true;
	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];

		for (k = 0; k < pt->n_held; k++)
			if (pt->held[k] == h->held_index && guards_get(&pt->guards, guard) > 0)
				return true;
	}
	return false;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	return hazard_lacks_guard(an, h, ret) && raised_elsewhere(h, ret->expected);
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	bool late = guards_get(&h->held->guards, c->expected) <= 0;

	return arena_printf(an->arena, "%s() %s %s, so %s() can take it again in between",
			    people_name(an->p, c->func),
			    arena_printf(an->arena,
					 late ? "raises %s only after it has taken"
					      : "lowers %s before it has released",
					 guard_name(an->p, c->expected)),
			    program_str(an->p, h->held->class), reenter);
}

const struct hazard_rule rule_rl103 = { "RL103", takes, message };
