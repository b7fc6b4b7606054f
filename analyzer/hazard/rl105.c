// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/* RL105 guard-mismatch: a guard of such a lock is raised, but the helper tests another. */

/* Whether @guard belongs to a dispatcher of programs, not to a lock. */
static bool is_dispatchers(struct analysis *an, uint32_t guard)
{
	const struct rules *rules = an->p->rules;
	size_t i;

	for (i = 0; i < rules->attach.n; i++)
		if (rules->attach.v[i].recursion &&
		    !strcmp(rules->attach.v[i].recursion, guard_name(an->p, guard)))
			return true;
	return false;
}

/*
 * A counter that is raised in the section, or FACTS_NONE. One that protects
 * locks of this class elsewhere is the likeliest mistake.
 */
static uint32_t other_guard(struct analysis *an, const struct hazard *h)
{
	uint32_t other = FACTS_NONE;
	uint8_t i;

	for (i = 0; i < h->guards.n; i++) {
		uint32_t g = h->guards.v[i].guard;

		if (h->guards.v[i].count <= 0 || g == GUARD_IRQS_OFF || is_dispatchers(an, g))
			continue;
		if (class_guards_any(an, h->held->class, g))
			return g;
		if (!(g & GUARD_FIELD))
			other = g;
	}
	return other;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	return other_guard(an, h) != FACTS_NONE && hazard_lacks_guard(an, h, ret);
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	return arena_printf(an->arena,
			    "%s() raises %s, but %s() tests %s, so it can take %s again",
			    people_name(an->p, c->func),
			    guard_name(an->p, other_guard(an, h)), reenter,
			    guard_name(an->p, c->expected), program_str(an->p, h->held->class));
}

const struct hazard_rule rule_rl105 = { "RL105", takes, message };
