// SPDX-License-Identifier: MIT
#include "flow/aside.h"

#include <string.h>

struct reach {
	const struct syms *syms;
	uint32_t depth; /* of the call */
	uint64_t roots; /* of terms that it comes to; others may share a bit with these */
	uint32_t cells[STATE_MAX_CELLS]; /* addresses of cells that it does not come to */
	uint32_t n_cells;
};

static bool comes_to(const struct reach *r, const struct sym *v)
{
	return v->depth >= r->depth || v->roots & r->roots;
}

/* What the call begins with, and what is found from there in cells. */
static void find_reach(const struct frame *fr, const struct state *s, struct reach *r)
{
	uint64_t before;
	uint32_t i;

	r->roots = SYM_GLOBAL;
	for (i = 0; i < fr->n_args; i++)
		r->roots |= sym_get(r->syms, fr->args[i])->roots;
	for (i = 0; i < s->n_held; i++)
		r->roots |= sym_get(r->syms, s->held[i].addr)->roots;
	do {
		before = r->roots;
		r->n_cells = 0;
		for (i = 0; i < s->n_cells; i++) {
			const struct sym *addr = sym_get(r->syms, s->cells[i].addr);

			if (comes_to(r, addr))
				r->roots |= sym_get(r->syms, s->cells[i].val)->roots;
			else
				r->cells[r->n_cells++] = s->cells[i].addr;
		}
	} while (r->roots != before);
}

/*
 * Whether @sym says something of what is at the address of a cell: a store through another
 * pointer may end a cell that the call knows nothing of.
 */
static bool is_of_cell(const struct reach *r, uint32_t sym)
{
	uint32_t i;

	for (i = 0; i < r->n_cells; i++)
		if (sym_contains(r->syms, sym, r->cells[i]))
			return true;
	return false;
}

struct aside aside_take(const struct flow *fl, const struct frame *fr, struct state *s,
			struct arena *a)
{
	struct reach r;
	struct aside as = { 0 };
	uint32_t i, n = 0;

	/* Where loops forget what callers knew, too, they have to have it. */
	if (!s->n_known || fl->forgets)
		return as;
	r.syms = &fl->run->syms;
	r.depth = fr->depth;
	find_reach(fr, s, &r);
	as.v = ARENA_ARRAY(a, struct known, s->n_known);
	for (i = 0; i < s->n_known; i++) {
		const struct known *k = &s->known[i];
		const struct sym *v = sym_get(r.syms, k->sym);

		if (!v->roots || comes_to(&r, v) || is_of_cell(&r, k->sym) || prim_known_fields(fl, k))
			s->known[n++] = *k;
		else
			as.v[as.n++] = *k;
	}
	s->n_known = n;
	return as;
}

void aside_give(const struct aside *as, struct state *s, struct arena *a)
{
	uint32_t n = as->n, all = as->n + s->n_known, skip;
	struct known *v;

	if (!n)
		return;
	/* The oldest go if it is too much. */
	skip = all > STATE_MAX_KNOWN ? all - STATE_MAX_KNOWN : 0;
	if (skip > n)
		skip = n;
	v = ARENA_ARRAY(a, struct known, all - skip);
	memcpy(v, as->v + skip, (n - skip) * sizeof(*v));
	if (s->n_known)
		memcpy(v + n - skip, s->known, s->n_known * sizeof(*v));
	s->known = v;
	s->n_known = s->cap_known = all - skip;
}
