// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL102 unguarded-section: the lock is held, and the guard that the helper tests is not raised. */

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	if (hazard_lacks_guard(an, h, ret))
		return true;
	/* Whoever runs a program with a lock held is to blame, whatever the program calls. */
	*ret = (struct cause){ .func = hazard_entry(h)->func, .expected = FACTS_NONE };
	return h->run_site;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	if (c->expected == FACTS_NONE)
		return arena_printf(an->arena,
				    "%s() runs a program while %s is held, and the program can take it "
				    "again through %s()",
				    people_name(an->p, c->func), program_str(an->p, h->held->class),
				    reenter);
	return arena_printf(an->arena,
			    "%s() takes %s without raising %s, so %s() can take it again",
			    people_name(an->p, c->func), program_str(an->p, h->held->class),
			    guard_name(an->p, c->expected), reenter);
}

const struct hazard_rule rule_rl102 = { "RL102", takes, message };
