// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL102 unguarded-section: the lock is held, and the guard that the helper tests is not raised. */

/*
 * Whether @h's section is left open for a program by a function whose exit can be attached to, or
 * ended by one whose entry can.
 */
static bool left_open(const struct analysis *an, const struct hazard *h)
{
	const enum attach_at at = h->held->callers ? AT_FUNCTION_ENTRY : AT_FUNCTION_EXIT;
	const struct run *run = &h->outer->run;
	bool left = h->held->callers;
	size_t i, w;
	uint8_t k;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];

		for (k = 0; k < pt->n_held && pt->at_exit && pt->callee == h->outer->func; k++)
			left |= pt->held[k] == h->held_index;
	}
	for (w = 0; left && w < an->p->rules->attach.n; w++) {
		const struct rule_attach *way = &an->p->rules->attach.v[w];

		if (way->at == at && attach_function(an->p, &an->t, an->o, way, h->outer->func, false)
						     .certainty != CERT_NO)
			return true;
	}
	return false;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	if (hazard_lacks_guard(an, h, ret))
		return true;
	/*
	 * Whoever runs a program with a lock held is to blame, whatever the program calls;
	 * unless many do so, and it is one place that should not take it.
	 */
	*ret = (struct cause){ .func = h->run_site ? hazard_run_frame(h)->func : hazard_entry(h)->func,
			       .expected = FACTS_NONE };
	return (h->run_site && !programs_run_with(an, h->held->class)) || left_open(an, h);
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	if (c->expected == FACTS_NONE && !h->run_site)
		return arena_printf(an->arena,
				    "%s() %s with %s held and can be traced, so a program can take "
				    "it again through %s()",
				    people_name(an->p, c->func),
				    h->held->callers ? "is called" : "returns",
				    program_str(an->p, h->held->class), reenter);
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
