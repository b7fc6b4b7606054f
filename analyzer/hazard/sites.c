// SPDX-License-Identifier: MIT
#include "hazard/sites.h"

#include <string.h>

/* A callee that is not followed is searched this deep, and no wider than this. */
#define MAX_BELOW 256

/*
 * Whether what @func calls is called from where @func is. Beyond the scope there would
 * be no end to it, so there only what belongs to a caller beside it counts.
 */
static bool goes_on(const struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];

	if (fn->value && fn->value->is == VALUE_UNKNOWN)
		return false;
	return !func_is_beyond(p, func) || fn->beside || fn->flags & FF_HEADER;
}

/* @func and the functions that it calls by name. */
static size_t below(const struct program *p, uint32_t func, uint32_t *ret)
{
	size_t n = 0, done = 0, k;
	uint32_t c;

	ret[n++] = func;
	while (done < n) {
		const struct func *fn = &p->funcs.v[ret[done]];

		if (!goes_on(p, ret[done++]))
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

static bool is_hook(const struct analysis *an, uint32_t func)
{
	const struct names *hooks = &an->p->rules->tree.lsm_hook_prefixes;
	const char *name = func_name(an->p, func);
	size_t i;

	for (i = 0; i < hooks->n; i++)
		if (!strncmp(name, hooks->v[i], strlen(hooks->v[i])))
			return true;
	return false;
}

uint64_t run_ways_at(const struct analysis *an, const struct point *pt, uint32_t func)
{
	/* Called by its name it is the kernel's own function. */
	bool member = pt->via_pointer && func == pt->callee && an->table_of[func];

	if (pt->callback)
		return an->callback_ways;
	return an->run_ways[func] | (member ? an->table_ways : 0);
}

bool run_gives(const struct analysis *an, size_t w, uint32_t func, uint32_t c)
{
	return !(an->table_ways >> w & 1) || !an->table_of[func] ||
	       programs_of_table(&an->pr, an->table_of[func], c);
}

/* Whether a lock or seqcount of @class is held at @pt. */
static bool has_class(const struct run *run, const struct point *pt, uint32_t class)
{
	uint8_t i;

	for (i = 0; i < pt->n_held; i++)
		if (run->acquires.v[pt->held[i]].class == class)
			return true;
	return false;
}

bool point_counts(const struct hazard *h, const struct point *pt)
{
	const struct acquire *wanted = h->wanted;

	return (!pt->looked || !wanted->beyond) &&
	       (!wanted->odd || h->context != CTX_RECURSION ||
		has_class(&h->outer->run, pt, wanted->odd));
}

bool way_fits(const struct analysis *an, size_t w, const struct place *pl)
{
	const struct point *pt = pl->point;

	if (pt->callback)
		return an->callback_ways >> w & 1;
	switch (an->p->rules->attach.v[w].at) {
	case AT_FUNCTION_ENTRY:
		return !pl->tracepoint && !(pt->at_exit && pl->func == pt->callee);
	case AT_FUNCTION_EXIT:
	case AT_MODIFY_RETURN:
		return !pl->tracepoint && !(pt->at_entry && pl->func == pt->callee);
	case AT_LSM_HOOK:
		return !pl->tracepoint && is_hook(an, pl->func);
	case AT_TRACEPOINT:
		return pl->tracepoint != NULL;
	case AT_RUN_SITE:
		return !pl->tracepoint && run_ways_at(an, pt, pl->func) >> w & 1;
	default:
		return false;
	}
}

bool guard_is_dispatchers(const struct analysis *an, uint32_t guard)
{
	const struct rules *rules = an->p->rules;
	size_t i;

	for (i = 0; i < rules->attach.n; i++)
		if (rules->attach.v[i].recursion &&
		    !strcmp(rules->attach.v[i].recursion, guard_name(an->p, guard)))
			return true;
	return false;
}

bool dispatcher_stops(const struct analysis *an, const struct rule_attach *way,
			     const struct guards *g)
{
	uint8_t i;

	for (i = 0; way->recursion && i < g->n; i++)
		if (g->v[i].count > 0 &&
		    !strcmp(guard_name(an->p, g->v[i].guard), way->recursion))
			return true;
	return false;
}

/*
 * How a program of way @way, attached to @func (FACTS_NONE: to no function) or run by the call @run
 * (NULL: nobody runs it), gets the objects that @c wants; NULL: not known, "": it wants none.
 */
static const char *object_for(struct analysis *an, size_t way, uint32_t func,
			      const struct point *run, const struct bpf_callable *c)
{
	const char *how = NULL;
	uint8_t i;

	for (i = 0; i < c->n_objects; i++) {
		how = programs_object(&an->pr, way, func, c->objects[i], c->trusted);
		if (!how && run)
			how = programs_handed(&an->pr, run->func, run->callee, c->objects[i],
					      c->trusted);
		if (!how)
			return NULL;
	}
	return how ? how : "";
}

static struct site *site_at(struct site_list *l, uint32_t func, const char *tracepoint)
{
	size_t i;

	for (i = 0; i < l->v.n; i++)
		if (tracepoint ? l->v.v[i].tracepoint && !strcmp(l->v.v[i].tracepoint, tracepoint)
			       : l->v.v[i].func == func && !l->v.v[i].tracepoint)
			return &l->v.v[i];
	vec_push(&l->v, ((struct site){ .func = func, .tracepoint = tracepoint, .order = l->v.n }));
	return &l->v.v[l->v.n - 1];
}

struct attach_verdict place_verdict(struct analysis *an, size_t w, const struct place *pl)
{
	const struct rule_attach *way = &an->p->rules->attach.v[w];
	bool via = pl->point->via_pointer && pl->func == pl->point->callee;
	uint64_t key = map64_mix((uint64_t)pl->func << 1 | via, w);
	struct attach_verdict v;
	uint32_t at;

	if (way->at == AT_TRACEPOINT)
		v = (struct attach_verdict){ CERT_LIKELY, "a tracepoint is in every build" };
	else if (way->at == AT_CALLBACK)
		v = (struct attach_verdict){ CERT_LIKELY, "a function that the program handed over is "
							  "called here" };
	else if (way->at == AT_RUN_SITE)
		v = (struct attach_verdict){ CERT_LIKELY, "the kernel runs such programs here" };
	else if ((at = map64_get(&an->verdicts, key)) != MAP64_EMPTY) {
		v = an->verdict_at.v[at];
	} else {
		v = attach_function(an->p, &an->t, an->o, way, pl->func, via);
		map64_put(&an->verdicts, key, (uint32_t)an->verdict_at.n);
		vec_push(&an->verdict_at, v);
	}
	if (pl->walked && v.certainty > CERT_POSSIBLE)
		v = (struct attach_verdict){
			CERT_POSSIBLE, "called further down, on a path that was not followed"
		};
	return v;
}

/* Whether the lock that @h's program wants is in the way of no map: of its kind none has such fields. */
static bool wants_of_no_map(struct analysis *an, const struct hazard *h)
{
	const struct acquire *a = h->wanted;

	return a->kind != FACTS_NONE &&
	       !programs_kind_has_fields(&an->pr, a->kind, a->map_fields & ~an->t.object_fields);
}

/* Whether programs of way @w may make the nested run of @h. */
static bool way_reenters(struct analysis *an, const struct hazard *h, size_t w)
{
	const struct reenter *r = h->reenter;
	const struct bpf_callable *c = &an->t.callables.v[r->callable];
	uint32_t fields = h->wanted->map_fields | c->fields;

	return !(h->wanted->map_fields & c->without) && !wants_of_no_map(an, h) &&
	       an->pr.given[w * an->t.callables.n + r->callable] &&
	       (r->map_type == FACTS_NONE ||
		programs_use_map(&an->pr, w, r->callable, r->map_type)) &&
	       programs_use_fields(&an->pr, w, r->map_type, fields);
}

static void try_place(struct analysis *an, const struct hazard *h, const struct place *pl,
		      uint64_t ways, struct site_list *l)
{
	const struct rules *rules = an->p->rules;
	const struct bpf_callable *c = &an->t.callables.v[h->reenter->callable];
	size_t w;

	for (w = 0; w < rules->attach.n; w++) {
		const struct rule_attach *way = &rules->attach.v[w];
		/* The program is attached to the function: its name, and its arguments, count. */
		bool named = way->at != AT_TRACEPOINT &&
			     (!kernel_runs(way) || an->table_ways >> w & 1);
		struct attach_verdict v;
		struct site *s;
		bool object;

		if (!(ways >> w & 1) || !point_counts(h, pl->point) || !way_fits(an, w, pl) ||
		    !run_gives(an, w, pl->func, h->reenter->callable) ||
		    remedy_stops(an, h, way, pl->func) ||
		    dispatcher_stops(an, way, &pl->point->guards))
			continue;
		v = place_verdict(an, w, pl);
		if (v.certainty == CERT_NO ||
		    !programs_may_call(&an->pr, w, h->reenter->callable,
				       named ? func_name(an->p, pl->func)
				       : way->at == AT_TRACEPOINT ? pl->tracepoint : NULL))
			continue;
		object = object_for(an, w, named ? pl->func : FACTS_NONE,
				    way->at == AT_RUN_SITE ? pl->point : NULL, c) != NULL;
		s = site_at(l, pl->func, pl->tracepoint);
		if (v.certainty > s->certainty) {
			s->certainty = v.certainty;
			s->reason = v.reason;
			s->point = pl->point;
		}
		/* Of calls that run programs there, one that hands over what is wanted. */
		if (!s->point || (object && !s->has_object && way->at == AT_RUN_SITE))
			s->point = pl->point;
		s->ways |= UINT64_C(1) << w;
		s->has_object |= object;
		s->run_site |= kernel_runs(way);
		s->primitive = an->p->funcs.v[pl->func].lock != NULL;
		s->outside = !pl->tracepoint && !an->p->funcs.v[pl->func].defined;
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
	if (a->run_site != b->run_site)
		return a->run_site ? -1 : 1;
	if (a->primitive != b->primitive)
		return a->primitive ? 1 : -1;
	if (a->outside != b->outside)
		return a->outside ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

/* An NMI may hit any instruction of the section. */
static void nmi_site(struct analysis *an, const struct hazard *h, uint64_t ways,
		     struct site_list *l)
{
	const struct bpf_callable *c = &an->t.callables.v[h->reenter->callable];
	struct site s = { .func = FACTS_NONE, .certainty = CERT_LIKELY,
			  .reason = "an NMI can hit any instruction" };
	size_t w;

	for (w = 0; w < an->p->rules->attach.n; w++) {
		const struct rule_attach *way = &an->p->rules->attach.v[w];

		if (!(ways >> w & 1) || way->at != AT_NMI || dispatcher_stops(an, way, &h->guards) ||
		    remedy_stops(an, h, way, FACTS_NONE) ||
		    !programs_may_call(&an->pr, w, h->reenter->callable, NULL))
			continue;
		s.ways |= UINT64_C(1) << w;
		s.has_object |= object_for(an, w, FACTS_NONE, NULL, c) != NULL;
	}
	if (!s.ways)
		return;
	l->best_objectless = s.certainty;
	if (s.has_object)
		l->best = s.certainty;
	vec_push(&l->v, s);
}

static void add_place(struct places *ps, struct place pl)
{
	size_t i;

	for (i = 0; i < ps->v.n; i++) {
		struct place *o = &ps->v.v[i];

		/* The first of two that are alike; but the one that more is known of. */
		if (o->func != pl.func || !o->tracepoint != !pl.tracepoint ||
		    o->point->via_pointer != pl.point->via_pointer ||
		    o->point->callback != pl.point->callback ||
		    o->point->at_entry != pl.point->at_entry || o->point->at_exit != pl.point->at_exit)
			continue;
		if ((o->walked && !pl.walked) || (o->point->looked && !pl.point->looked))
			*o = pl;
		return;
	}
	vec_push(&ps->v, pl);
}

const struct places *find_places(struct analysis *an, const struct hazard *h)
{
	struct places *ps = &an->places;
	uint32_t *funcs;
	size_t i, k, n;
	uint8_t j;

	if (ps->outer == h->outer && ps->held_index == h->held_index &&
	    guards_equal(&ps->guards, &h->guards))
		return ps;
	ps->outer = h->outer;
	ps->held_index = h->held_index;
	ps->guards = h->guards;
	ps->v.n = 0;
	funcs = xcalloc(MAX_BELOW, sizeof(*funcs));
	for (i = 0; i < h->outer->run.points.n; i++) {
		const struct point *pt = &h->outer->run.points.v[i];
		const struct rule_lock *lock = an->p->funcs.v[pt->callee].lock;
		bool inside = false;

		for (j = 0; j < pt->n_held; j++)
			inside |= pt->held[j] == h->held_index;
		if (!inside || !guards_equal(&pt->guards, &h->guards))
			continue;
		n = 1;
		funcs[0] = pt->callee;
		if (!pt->entered && !lock)
			n = below(an->p, pt->callee, funcs);
		for (k = 0; k < n; k++)
			add_place(ps, (struct place){ .func = funcs[k], .point = pt,
						      .tracepoint = an->tracepoint[funcs[k]],
						      .walked = k > 0 });
		if (lock && lock->tracepoint && pt->at_exit && pt->blocking)
			add_place(ps, (struct place){ .func = pt->callee, .point = pt,
						      .tracepoint = lock->tracepoint });
	}
	free(funcs);
	return ps;
}

void sites_find(struct analysis *an, const struct hazard *h, struct site_list *ret)
{
	const struct places *ps;
	uint64_t ways = 0;
	size_t i, w;

	memset(ret, 0, sizeof(*ret));
	for (w = 0; w < an->p->rules->attach.n; w++)
		if (way_reenters(an, h, w))
			ways |= UINT64_C(1) << w;
	if (!ways)
		return;
	if (h->context == CTX_NMI) {
		nmi_site(an, h, ways, ret);
		return;
	}
	ps = find_places(an, h);
	for (i = 0; i < ps->v.n; i++)
		try_place(an, h, &ps->v.v[i], ways, ret);
	if (ret->v.n)
		qsort(ret->v.v, ret->v.n, sizeof(*ret->v.v), cmp_site);
}

void sites_merge(struct site_list *l, const struct site_list *from)
{
	size_t i;

	for (i = 0; i < from->v.n; i++) {
		const struct site *f = &from->v.v[i];
		struct site *s = site_at(l, f->func, f->tracepoint);
		size_t order = s->order;

		if (!s->reason || f->certainty > s->certainty) {
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

struct strlist ways_names(struct analysis *an, uint64_t ways)
{
	struct strlist l = { NULL, 0 };
	size_t w;

	for (w = 0; w < an->p->rules->attach.n; w++)
		if (ways >> w & 1)
			strlist_add(&l, an->arena, an->p->rules->attach.v[w].how);
	return l;
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
			how = object_for(an, w, FACTS_NONE, NULL, c);
			if (how)
				return *how ? how : NULL;
			how = l->v.v[i].tracepoint ? NULL :
			      object_for(an, w, l->v.v[i].func,
					 l->v.v[i].run_site ? l->v.v[i].point : NULL, c);
			if (how && !best)
				best = how;
		}
	}
	return best && *best ? best : NULL;
}
