// SPDX-License-Identifier: MIT
#include "hazard/sites.h"

#include <string.h>

/* A callee that is not followed is searched this deep, and no wider than this. */
#define MAX_BELOW 256

/* @func and the functions that it calls by name, as far as the analysed units tell. */
static size_t below(const struct program *p, uint32_t func, uint32_t *ret)
{
	size_t n = 0, done = 0, k;
	uint32_t c;

	ret[n++] = func;
	while (done < n) {
		const struct func *fn = &p->funcs.v[ret[done++]];

		if (fn->value && fn->value->is == VALUE_UNKNOWN)
			continue;
		for (c = fn->calls; c < fn->calls + fn->n_calls && n < MAX_BELOW; c++) {
			uint32_t to = p->calls.v[c].callee;

			if (to == FACTS_NONE || p->funcs.v[to].percpu)
				continue;
			for (k = 0; k < n && ret[k] != to; k++)
				;
			if (k == n)
				ret[n++] = to;
		}
	}
	return n;
}

/* Whether a program attached by @way runs at @pt's call of (or below) @func. */
static bool way_fits(const struct analysis *an, const struct rule_attach *way,
		     const struct point *pt, uint32_t func)
{
	const struct names *hooks = &an->p->rules->tree.lsm_hook_prefixes;
	size_t i;

	switch (way->at) {
	case AT_FUNCTION_ENTRY:
		return !(pt->at_exit && func == pt->callee);
	case AT_FUNCTION_EXIT:
	case AT_MODIFY_RETURN:
		return !(pt->at_entry && func == pt->callee);
	case AT_LSM_HOOK:
		for (i = 0; i < hooks->n; i++)
			if (!strncmp(func_name(an->p, func), hooks->v[i], strlen(hooks->v[i])))
				return true;
		return false;
	default:
		return false;
	}
}

/* Whether the dispatcher of @way would not run the program: its own guard is up. */
static bool dispatcher_stops(const struct analysis *an, const struct rule_attach *way,
			     const struct guards *g)
{
	uint8_t i;

	for (i = 0; way->recursion && i < g->n; i++)
		if (g->v[i].count > 0 &&
		    !strcmp(guard_name(an->p, g->v[i].guard), way->recursion))
			return true;
	return false;
}

static const char *object_for(struct analysis *an, size_t way, uint32_t func,
			      const struct bpf_callable *c)
{
	const char *how = NULL;
	uint8_t i;

	for (i = 0; i < c->n_objects; i++) {
		how = programs_object(&an->pr, way, func, c->objects[i]);
		if (!how)
			return NULL;
	}
	return how ? how : "";
}

static struct site *site_at(struct site_list *l, uint32_t func)
{
	size_t i;

	for (i = 0; i < l->v.n; i++)
		if (l->v.v[i].func == func)
			return &l->v.v[i];
	vec_push(&l->v, ((struct site){ .func = func, .order = l->v.n }));
	return &l->v.v[l->v.n - 1];
}

static void try_func(struct analysis *an, const struct hazard *h, const struct point *pt,
		     uint32_t func, struct site_list *l)
{
	const struct rules *rules = an->p->rules;
	const struct bpf_callable *c = &an->t.callables.v[h->reenter->callable];
	size_t w;

	for (w = 0; w < rules->attach.n; w++) {
		const struct rule_attach *way = &rules->attach.v[w];
		struct attach_verdict v;
		struct site *s;
		bool object;

		if (!way_fits(an, way, pt, func) || dispatcher_stops(an, way, &pt->guards))
			continue;
		v = attach_function(an->p, &an->t, an->o, way, func,
				    pt->via_pointer && func == pt->callee);
		if (v.certainty == CERT_NO ||
		    !programs_may_call(&an->pr, w, h->reenter->callable, func_name(an->p, func)))
			continue;
		object = object_for(an, w, func, c) != NULL;
		s = site_at(l, func);
		if (v.certainty > s->certainty) {
			s->certainty = v.certainty;
			s->reason = v.reason;
			s->point = pt;
		}
		if (!s->point)
			s->point = pt;
		s->ways |= UINT64_C(1) << w;
		s->has_object |= object;
		s->primitive = an->p->funcs.v[func].lock != NULL;
		s->outside = !an->p->funcs.v[func].defined;
		if (object && v.certainty > l->best)
			l->best = v.certainty;
		if (v.certainty > l->best_objectless)
			l->best_objectless = v.certainty;
	}
}

static int cmp_site(const void *pa, const void *pb)
{
	const struct site *a = pa, *b = pb;

	if (a->certainty != b->certainty)
		return a->certainty < b->certainty ? 1 : -1;
	if (a->primitive != b->primitive)
		return a->primitive ? 1 : -1;
	if (a->outside != b->outside)
		return a->outside ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

void sites_find(struct analysis *an, const struct hazard *h, struct site_list *ret)
{
	uint32_t *funcs = xcalloc(MAX_BELOW, sizeof(*funcs));
	size_t i, k, n;
	uint8_t j;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < h->outer->run.points.n; i++) {
		const struct point *pt = &h->outer->run.points.v[i];
		bool inside = false;

		for (j = 0; j < pt->n_held; j++)
			inside |= pt->held[j] == h->held_index;
		if (!inside || !guards_equal(&pt->guards, &h->guards))
			continue;
		n = 1;
		funcs[0] = pt->callee;
		if (!pt->entered && !an->p->funcs.v[pt->callee].lock)
			n = below(an->p, pt->callee, funcs);
		for (k = 0; k < n; k++)
			try_func(an, h, pt, funcs[k], ret);
	}
	if (ret->v.n)
		qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), cmp_site);
	free(funcs);
}

void sites_merge(struct site_list *l, const struct site_list *from)
{
	size_t i;

	for (i = 0; i < from->v.n; i++) {
		const struct site *f = &from->v.v[i];
		struct site *s = site_at(l, f->func);
		size_t order = s->order;

		if (!s->point || f->certainty > s->certainty) {
			uint64_t ways = s->ways;

			*s = *f;
			s->ways |= ways;
			s->order = order;
		}
		s->ways |= f->ways;
		s->has_object |= f->has_object;
	}
	if (from->best > l->best)
		l->best = from->best;
	if (from->best_objectless > l->best_objectless)
		l->best_objectless = from->best_objectless;
	if (l->v.n)
		qsort(l->v.v, l->v.n, sizeof(*l->v.v), cmp_site);
}

void sites_release(struct site_list *l)
{
	vec_release(&l->v);
}

const char *sites_object(struct analysis *an, const struct hazard *h, const struct site_list *l)
{
	const struct bpf_callable *c = &an->t.callables.v[h->reenter->callable];
	const char *how, *best = NULL;
	size_t i, w;

	for (i = 0; i < l->v.n; i++) {
		for (w = 0; w < an->p->rules->attach.n; w++) {
			if (!(l->v.v[i].ways >> w & 1))
				continue;
			/* Independent of the attach point first: that holds for all of them. */
			how = object_for(an, w, FACTS_NONE, c);
			if (how)
				return *how ? how : NULL;
			how = object_for(an, w, l->v.v[i].func, c);
			if (how && !best)
				best = how;
		}
	}
	return best && *best ? best : NULL;
}
