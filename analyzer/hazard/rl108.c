// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL108 nmi-reentry: a program in an NMI waits for a lock that the interrupted code holds. */

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	uint32_t func = hazard_reenter_func(an, h);
	uint32_t guard = class_has_guard(an, h->held->class) ? hazard_expected(an, h) : FACTS_NONE;

	/*
	 * Where a guard would have stopped it, that it is missing in the section is
	 * the cause, as for recursion; unless a guard that is up stops all but an NMI.
	 */
	if (h->context != CTX_NMI || h->wrong ||
	    (guard != FACTS_NONE && !hazard_only_in_nmi(an, h)))
		return false;
	*ret = (struct cause){ .func = func,
			       .loc = func_fact(an->p, &an->p->funcs.v[func])->loc,
			       .expected = guard,
			       .of_lock = true };
	return true;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	return arena_printf(an->arena,
			    "%s() waits for %s also in an NMI, which may have hit %s() while it holds it",
			    people_name(an->p, c->func), program_str(an->p, h->held->class),
			    people_name(an->p, h->outer->func));
}

const struct hazard_rule rule_rl108 = { "RL108", takes, message };
