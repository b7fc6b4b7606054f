// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/* What the rules share: which guard, whose frame. */

uint32_t hazard_expected(struct analysis *an, const struct hazard *h)
{
	const struct nested *base = h->reenter->runs.v[0]; /* nothing raised */
	size_t i;

	(void)an;
	for (i = 0; i < base->run.acquires.n; i++) {
		const struct acquire *a = &base->run.acquires.v[i];

		if (a->class == h->wanted->class && a->blocking && a->func == h->wanted->func &&
		    a->tests.n)
			return a->tests.v[0].guard;
	}
	return FACTS_NONE;
}

/* The frames of @last's stack, outermost first; returns how many (at most @max, the innermost). */
static size_t stack_of(const struct frame *last, const struct frame **ret, size_t max)
{
	const struct frame *fr;
	size_t n = 0, i;

	for (fr = last; fr && n < max; fr = fr->up)
		ret[n++] = fr;
	for (i = 0; i < n / 2; i++) {
		const struct frame *t = ret[i];

		ret[i] = ret[n - 1 - i];
		ret[n - 1 - i] = t;
	}
	return n;
}

const struct frame *hazard_null_frame(struct analysis *an, const struct hazard *h,
				      uint32_t *ret_param)
{
	const struct frame *stack[64];
	size_t n = stack_of(h->held->frame, stack, 64), i;
	uint32_t k;
	int64_t v;

	for (i = 1; i < n; i++)
		for (k = 0; k < stack[i]->n_args; k++)
			if (sym_is_int(&h->outer->run.syms, stack[i]->args[k], &v) && !v &&
			    interp_param_is_guard(&an->in, stack[i]->func, k)) {
				*ret_param = k;
				return stack[i];
			}
	return NULL;
}

const struct frame *hazard_guard_frame(struct analysis *an, const struct hazard *h, uint32_t guard)
{
	const struct frame *stack[64];
	size_t n = stack_of(h->held->frame, stack, 64), i;

	/* Only code of the file that defines a static counter can raise it. */
	if (guard != FACTS_NONE && !(guard & GUARD_FIELD))
		for (i = 0; i < n; i++)
			if (an->p->funcs.v[stack[i]->func].unit == an->p->gvars.v[guard].unit)
				return stack[i];
	return stack[0];
}

bool hazard_lacks_guard(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	uint32_t expected = hazard_expected(an, h);

	if (expected == FACTS_NONE || guards_get(&h->guards, expected))
		return false;
	*ret = (struct cause){ .func = hazard_guard_frame(an, h, expected)->func,
			       .expected = expected };
	return true;
}

const char *people_name(const struct program *p, uint32_t func)
{
	const char *name = func_name(p, func), *prefix = p->rules->tree.helper_body_prefix;
	size_t len = strlen(prefix);

	return len && !strncmp(name, prefix, len) ? name + len : name;
}

const char *kind_people_name(const struct analysis *an, uint32_t kind)
{
	size_t i;

	for (i = 0; i < an->t.map_types.n; i++)
		if (an->t.map_types.v[i].ops == kind)
			return an->t.map_types.v[i].name;
	return NULL;
}

void add_cut(struct analysis *an, uint32_t func, const char *why)
{
	size_t i;

	for (i = 0; i < an->n_cuts; i++)
		if (!strcmp(an->cuts[i].function, func_name(an->p, func)))
			return;
	if (an->n_cuts == an->cap_cuts) {
		an->cap_cuts = an->cap_cuts ? an->cap_cuts * 2 : 16;
		an->cuts = xrealloc(an->cuts, an->cap_cuts * sizeof(*an->cuts));
	}
	an->cuts[an->n_cuts++] = (struct cut){ func_name(an->p, func), why };
}
