// SPDX-License-Identifier: MIT
#include "hazard/attach.h"
#include "hazard/model.h"

#include <string.h>

/* How good what the source says of attach points is, where a binary tells. */

struct comparer {
	struct analysis *an;
	VEC(struct guess_count) under_lock, all;
	VEC(struct guessed) functions;
	struct map64 seen; /* name and place of what was counted */
};

static int cmp_count(const void *pa, const void *pb)
{
	const struct guess_count *a = pa, *b = pb;

	if (a->certainty != b->certainty)
		return a->certainty < b->certainty ? 1 : -1;
	return strcmp(a->basis, b->basis);
}

static int cmp_guessed(const void *pa, const void *pb)
{
	const struct guessed *a = pa, *b = pb;
	int d = strcmp(a->name, b->name);

	if (!d)
		d = strcmp(a->location.file ? a->location.file : "",
			   b->location.file ? b->location.file : "");
	return d ? d : (a->location.line > b->location.line) - (a->location.line < b->location.line);
}

static struct guess_count *count_of(struct guess_count *v, size_t n, const struct guessed *g)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].certainty == g->certainty && !strcmp(v[i].basis, g->basis))
			return &v[i];
	}
	return NULL;
}

#define COUNT(vec, g)                                                                              \
	do {                                                                                       \
		if (!count_of((vec)->v, (vec)->n, (g)))                                            \
			vec_push((vec), ((struct guess_count){ .certainty = (g)->certainty,        \
							       .basis = (g)->basis }));            \
		count_of((vec)->v, (vec)->n, (g))->n[(g)->binary]++;                               \
	} while (0)

/* A header's function is one in each unit; it counts once. */
static bool is_new(struct comparer *c, uint32_t func, const struct fact_loc *loc)
{
	uint64_t key = map64_mix(map64_mix(c->an->p->funcs.v[func].name, loc->file), loc->line);

	if (map64_get(&c->seen, key) != MAP64_EMPTY)
		return false;
	map64_put(&c->seen, key, 1);
	return true;
}

static void compare_function(struct comparer *c, uint32_t func)
{
	struct analysis *an = c->an;
	const struct func *fn = &an->p->funcs.v[func];
	bool inside = an->reached[func] & REACHED_UNDER_LOCK;
	bool own = fn->defined && !(fn->flags & FF_HEADER);
	struct fact_loc loc = { 0 };
	struct attach_guess guess;
	struct guessed g = { 0 };

	/* Operations that were made into calls are no functions. */
	if ((!inside && !own) || fn->percpu || fn->value)
		return;
	if (fn->defined)
		loc = func_fact(an->p, fn)->loc;
	if (!is_new(c, func, &loc))
		return;
	guess = attach_guess(an->p, an->o, func, an->reached[func] & REACHED_BY_POINTER);
	g.name = func_name(an->p, func);
	if (fn->defined)
		g.location = program_location(an->p, &loc, func);
	g.certainty = guess.certainty;
	g.basis = guess.basis;
	g.binary = attach_in_binary(an->p, an->o, func, &g.clone);
	if (own)
		COUNT(&c->all, &g);
	if (!inside)
		return;
	COUNT(&c->under_lock, &g);
	vec_push(&c->functions, g);
}

static struct guess_count *sorted(struct analysis *an, struct guess_count *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof(*v), cmp_count);
	return arena_memdup(an->arena, v, n * sizeof(*v));
}

void make_comparison(struct analysis *an, struct report *ret)
{
	struct comparer c = { .an = an };
	struct comparison *to = ARENA_NEW(an->arena, struct comparison);

	for (uint32_t f = 0; f < an->p->funcs.n; f++)
		compare_function(&c, f);
	if (c.functions.n)
		qsort(c.functions.v, c.functions.n, sizeof(*c.functions.v), cmp_guessed);
	to->under_lock = sorted(an, c.under_lock.v, c.under_lock.n);
	to->n_under_lock = c.under_lock.n;
	to->all = sorted(an, c.all.v, c.all.n);
	to->n_all = c.all.n;
	to->functions = arena_memdup(an->arena, c.functions.v,
				     c.functions.n * sizeof(*c.functions.v));
	to->n_functions = c.functions.n;
	ret->comparison = to;
	vec_release(&c.under_lock);
	vec_release(&c.all);
	vec_release(&c.functions);
	map64_release(&c.seen);
}
