// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <stdlib.h>
#include <string.h>

static void come_to(const struct program *p, uint32_t func, bool *seen, uint32_t *queue, size_t *n)
{
	const struct func *fn = &p->funcs.v[func];

	if (seen[func] || fn->lock || fn->percpu || fn->value)
		return;
	seen[func] = true;
	queue[(*n)++] = func;
}

static void follow_pointer(const struct program *p, const struct call *c, bool *seen,
			   uint32_t *queue, size_t *n)
{
	size_t n_targets, i;
	const struct member_target *t = program_targets(p, c->record, c->field, &n_targets);

	for (i = 0; i < n_targets && n_targets <= INTERP_MAX_TARGETS; i++)
		come_to(p, t[i].func, seen, queue, n);
}

/*
 * Whether programs that can be put nearly anywhere may call @c. Those that only
 * the kernel's own run sites run meet the locks of these sites, which are in
 * the scope if the sites are.
 */
static bool called_from_anywhere(const struct analysis *an, uint32_t c)
{
	const struct rules *rules = an->p->rules;
	size_t w;

	for (w = 0; w < rules->attach.n; w++)
		if (rules->attach.v[w].at != AT_RUN_SITE && an->pr.given[w * an->t.callables.n + c])
			return true;
	return false;
}

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts @l, and leaves each text once. */
static void sort_once(struct strlist *l)
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
	const struct program *p = an->p;
	bool *seen = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	uint32_t *queue = ARENA_ARRAY(an->arena, uint32_t, p->funcs.n), c;
	const struct analyse_options *o = an->o;
	struct outside_def def;
	size_t n = 0, i;

	if (!o->find_outside)
		return;
	for (i = 0; i < an->t.callables.n; i++)
		if (!an->t.callables.v[i].sleeps && called_from_anywhere(an, (uint32_t)i))
			come_to(p, an->t.callables.v[i].func, seen, queue, &n);
	for (i = 0; i < n; i++) {
		const struct func *fn = &p->funcs.v[queue[i]];

		for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
			const struct call *call = &p->calls.v[c];

			if (call->callee != FACTS_NONE)
				come_to(p, call->callee, seen, queue, &n);
			else
				follow_pointer(p, call, seen, queue, &n);
		}
	}
	ret->v = ARENA_ARRAY(an->arena, const char *, n);
	for (i = 0; i < n; i++)
		if (!p->funcs.v[queue[i]].defined &&
		    o->find_outside(o->find_data, func_name(p, queue[i]), &def))
			ret->v[ret->n++] = def.file;
	sort_once(ret);
}
