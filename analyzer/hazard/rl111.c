// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * RL111 partial-notrace: a section is kept from tracing, by notrace or by
 * compiling its object without the ftrace flags, and programs still run in it.
 */

/* How long the folder part of @file is. */
static size_t folder_length(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? (size_t)(slash - file) : 0;
}

/*
 * Whether @unit is built without ftrace, and most of its folder is not: where
 * that is true of a whole folder it is not about a lock.
 */
static bool object_is_chosen(const struct analysis *an, uint32_t unit)
{
	const struct program *p = an->p;
	const char *file = program_str(p, p->units[unit].facts.unit.file);
	size_t len = folder_length(file), all = 0, without = 0, i;

	if (p->units[unit].ftrace)
		return false;
	for (i = 0; i < p->n_units; i++) {
		const char *other = program_str(p, p->units[i].facts.unit.file);

		if (folder_length(other) != len || strncmp(file, other, len) != 0)
			continue;
		all++;
		without += !p->units[i].ftrace;
	}
	return 2 * without < all;
}

/* The function whose body the section is: what the compiler puts into it is part of it. */
static const struct func *section_func(const struct analysis *an, const struct hazard *h)
{
	const struct frame *fr = h->held->frame;
	const struct func *fn = &an->p->funcs.v[fr->func];

	while (fr->up && (fn->flags & (FF_INLINE | FF_ALWAYS_INLINE))) {
		fr = fr->up;
		fn = &an->p->funcs.v[fr->func];
	}
	return fn;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	const struct func *fn = section_func(an, h);
	bool chosen;

	/* NMI does not ask for ftrace; where a guard is meant for the lock, that is what is missing. */
	if (h->context != CTX_RECURSION || h->run_site || h->outer->beyond ||
	    class_has_guard(an, h->held->class))
		return false;
	chosen = object_is_chosen(an, fn->unit);
	if (!chosen && !(fn->flags & FF_NOTRACE))
		return false;
	*ret = (struct cause){ .func = (uint32_t)(fn - an->p->funcs.v),
			       .loc = func_fact(an->p, fn)->loc,
			       .expected = FACTS_NONE,
			       .of_lock = true,
			       .object = chosen ? fn->unit : FACTS_NONE };
	return true;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	const char *func = people_name(an->p, c->func), *lock = program_str(an->p, h->held->class);

	if (c->object != FACTS_NONE)
		return arena_printf(an->arena,
				    "%s is built without ftrace, but programs still run while %s() "
				    "holds %s, so %s() can take it again",
				    program_str(an->p, an->p->units[c->object].facts.unit.object),
				    func, lock, reenter);
	return arena_printf(an->arena,
			    "%s() is notrace, but programs still run while it holds %s, so %s() can "
			    "take it again",
			    func, lock, reenter);
}

const struct hazard_rule rule_rl111 = { "RL111", takes, message };
