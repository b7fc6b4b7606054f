// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL101 null-busy-counter: a caller passes NULL where a guard is expected. */

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	uint32_t param, expected = hazard_expected(an, h);
	const struct frame *fr = hazard_null_frame(an, h, &param);

	if (!fr || !class_has_guard(an, h->held->class) || (expected != FACTS_NONE && guards_get(&h->guards, expected)))
		return false;
	*ret = (struct cause){ .func = fr->up->func, .loc = fr->call, .expected = expected };
	return true;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	return arena_printf(an->arena, "%s() passes no busy counter, so %s() can take %s again",
			    people_name(an->p, c->func), reenter,
			    program_str(an->p, h->held->class));
}

const struct hazard_rule rule_rl101 = { "RL101", takes, message };
