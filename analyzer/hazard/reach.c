// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <stdlib.h>
#include <string.h>

static void come_to(struct reach *r, uint32_t func)
{
	const struct func *fn = &r->p->funcs.v[func];

	if (r->seen[func] || (func_only_locks(fn) && !func_wakes(fn)) || fn->percpu || fn->value)
		return;
	r->seen[func] = true;
	r->v[r->n++] = func;
}

static void follow_pointer(struct reach *r, const struct call *c)
{
	size_t n_targets, n = 0, i;
	const struct member_target *t = program_targets(r->p, c->record, c->field, &n_targets);

	for (i = 0; i < n_targets; i++)
		n += !t[i].holds;
	for (i = 0; i < n_targets && n <= INTERP_MAX_TARGETS; i++)
		if (!t[i].holds)
			come_to(r, t[i].func);
}

void find_reach(const struct programs *pr, struct arena *arena, reach_from_fn *from,
		struct reach *ret)
{
	const struct program *p = pr->in->p;
	uint32_t i, c;

	*ret = (struct reach){ .p = p, .seen = ARENA_ARRAY(arena, bool, p->funcs.n),
			       .v = ARENA_ARRAY(arena, uint32_t, p->funcs.n) };
	for (i = 0; i < pr->t->callables.n; i++)
		if (!pr->t->callables.v[i].sleeps && from(pr, i))
			come_to(ret, pr->t->callables.v[i].func);
	for (i = 0; i < ret->n; i++) {
		const struct func *fn = &p->funcs.v[ret->v[i]];

		if (func_only_holds(p, ret->v[i]))
			continue;
		for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
			const struct call *call = &p->calls.v[c];

			if (call->callee != FACTS_NONE)
				come_to(ret, call->callee);
			else
				follow_pointer(ret, call);
		}
	}
}

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void sort_once(struct strlist *l)
{
	size_t i, n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_text);
	for (i = 0; i < l->n; i++)
		if (!n || strcmp(l->v[n - 1], l->v[i]) != 0)
			l->v[n++] = l->v[i];
	l->n = n;
}

void find_beyond(struct analysis *an, struct strlist *ret)
{
	const struct analyse_options *o = an->o;
	struct outside_def def;
	struct reach r;
	size_t i;

	if (!o->find_outside)
		return;
	find_reach(&an->pr, an->arena, programs_anywhere, &r);
	ret->v = ARENA_ARRAY(an->arena, const char *, r.n);
	for (i = 0; i < r.n; i++)
		if ((!an->p->funcs.v[r.v[i]].defined || func_only_holds(an->p, r.v[i])) &&
		    o->find_outside(o->find_data, func_name(an->p, r.v[i]), &def))
			ret->v[ret->n++] = def.file;
	sort_once(ret);
}

void by_name_begin(struct by_name *b, struct program *p)
{
	interp_init(&b->in, p);
	bpf_tables_read(&b->t, p);
	programs_init(&b->pr, &b->in, &b->t);
}

void by_name_end(struct by_name *b)
{
	programs_release(&b->pr);
	bpf_tables_release(&b->t);
	interp_release(&b->in);
}

void analyse_open_ends(struct program *p, struct arena *arena, struct strlist *ret)
{
	struct by_name b;
	struct reach r;
	size_t i;

	by_name_begin(&b, p);
	find_reach(&b.pr, arena, programs_anywhere, &r);
	ret->v = ARENA_ARRAY(arena, const char *, r.n);
	ret->n = 0;
	for (i = 0; i < r.n; i++)
		if (!p->funcs.v[r.v[i]].defined)
			ret->v[ret->n++] = func_name(p, r.v[i]);
	sort_once(ret);
	by_name_end(&b);
}
