// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL106 unguarded-reentry: what the program calls takes the lock whether or not a guard is up. */

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	uint32_t expected = hazard_expected(an, h);
	uint32_t func = hazard_reenter_func(an, h);
	uint8_t i;

	if (h->waits)
		expected = h->waits->guard;
	if (!h->waits && expected != FACTS_NONE && !guards_get(&h->guards, expected))
		return false; /* it would have stopped, had the guard been raised */
	for (i = 0; i < h->guards.n && expected == FACTS_NONE; i++)
		if (h->guards.v[i].count > 0 &&
		    guard_is_designated(an, h->held->class, hazard_storage_kind(an, h),
					h->guards.v[i].guard))
			expected = h->guards.v[i].guard;
	*ret = (struct cause){ .func = func,
			       .loc = func_fact(an->p, &an->p->funcs.v[func])->loc,
			       .expected = expected,
			       .of_lock = !h->waits && !class_has_guard(an, h->held->class),
			       .on_hooks = programs_only_on_hooks(&an->pr, h->reenter->callable) };
	return true;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	const char *holder = people_name(an->p, h->outer->func), *func = people_name(an->p, c->func);

	if (h->waits)
		return arena_printf(an->arena,
				    "%s() waits until %s is lowered, and a program can call it while "
				    "%s() has it raised and holds %s",
				    func, guard_name(an->p, c->expected), holder,
				    program_str(an->p, h->held->class));
	if (c->expected != FACTS_NONE)
		return arena_printf(an->arena,
				    "%s() takes %s whether or not %s is raised, and a program can "
				    "call it while %s() holds it",
				    func, program_str(an->p, h->held->class),
				    guard_name(an->p, c->expected), holder);
	return arena_printf(an->arena,
			    "%s() %s %s, which no guard protects, and a program can call it "
			    "while %s() holds it",
			    func, h->wanted->rule->does == LOCK_LOOK ? "waits for" : "takes",
			    program_str(an->p, h->held->class), holder);
}

const struct hazard_rule rule_rl106 = { "RL106", takes, message };
