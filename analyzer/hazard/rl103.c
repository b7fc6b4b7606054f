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

/* The function that releases what @h->held took with @guard down, or FACTS_NONE. */
static uint32_t releasing_func(const struct analysis *an, const struct hazard *h, uint32_t guard)
{
	const struct run *run = &h->outer->run;
	size_t i;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];
		const struct frame *fr = pt->frame;

		if (!pt->at_entry || !pt->n_held || pt->held[pt->n_held - 1] != h->held_index ||
		    guards_get(&pt->guards, guard) > 0)
			continue;
		while (fr->up && (an->p->funcs.v[fr->func].flags & FF_HEADER))
			fr = fr->up;
		return fr->func;
	}
	return FACTS_NONE;
}

/*
 * A guard that both the section and the function for programs raise only once
 * they have the lock: so that the latter waits for it before it looks.
 */
static uint32_t late_on_both_sides(const struct analysis *an, const struct hazard *h)
{
	const struct run *base = &h->reenter->runs.v[0]->run; /* nothing raised */
	uint32_t guard = late_guard(an, &h->outer->run, h->held_index);
	size_t i;

	if (guard == FACTS_NONE) {
		guard = inner_guard(an, &h->outer->run, h->held_index);
		return guard != FACTS_NONE &&
				       guards_get(&h->wanted->guards, guard) <=
					       guards_get(&h->guards, guard) &&
				       map64_get(&base->raised, guard) != MAP64_EMPTY
			       ? guard
			       : FACTS_NONE;
	}
	for (i = 0; guard != FACTS_NONE && i < base->acquires.n; i++)
		if (base->acquires.v[i].class == h->wanted->class &&
		    base->acquires.v[i].func == h->wanted->func && late_guard(an, base, i) == guard)
			return guard;
	return FACTS_NONE;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	struct fact_loc loc;
	uint32_t func;

	if (!hazard_lacks_guard(an, h, ret)) {
		*ret = (struct cause){ .func = taken_at(an, h->held, &loc),
				       .expected = late_on_both_sides(an, h) };
		return ret->expected != FACTS_NONE;
	}
	if (!raised_elsewhere(h, ret->expected))
		return false;
	/* No file has a counter that is found through an object: so where lock and guard meet. */
	if (ret->expected & GUARD_FIELD) {
		func = guards_get(&h->held->guards, ret->expected) > 0
			       ? releasing_func(an, h, ret->expected)
			       : taken_at(an, h->held, &loc);
		if (func != FACTS_NONE)
			ret->func = func;
	}
	return true;
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
