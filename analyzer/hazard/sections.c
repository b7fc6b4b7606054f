// SPDX-License-Identifier: MIT
#include "base/hash.h"
#include "hazard/finding.h"
#include "hazard/model.h"
#include "hazard/sites.h"

#include <string.h>

/*
 * Critical sections for people: an acquire in the source, as it is reached with
 * one set of guards, whichever entry points it is reached from.
 */

/* A function or tracepoint in a section, or in any. */
struct spot {
	uint32_t func;
	const char *tracepoint;
	uint64_t ways; /* bit per rules->attach */
	enum certainty certainty;
	const char *reason;
	struct location location;
};

struct draft {
	struct section s;
	VEC(struct spot) spots;
	VEC(struct section_call) calls;
};

struct whole {
	struct spot spot;
	struct strlist locks;
	VEC(struct danger) dangers;
};

struct builder {
	struct analysis *an;
	const struct report *r;
	VEC(struct draft) drafts;
	VEC(struct whole) wholes;
	struct map64 draft_at; /* acquire and guards -> drafts */
	struct map64 seen;     /* (draft, place), done */
	struct map64 spot_at;  /* (draft, function) -> its spots */
	struct map64 whole_at; /* function -> wholes */
	struct map64 danger_seen;
};

/* A tracepoint is one place, whichever function it is in. */
static uint64_t spot_key(uint32_t func, const char *tracepoint)
{
	if (tracepoint)
		return hash64(tracepoint, strlen(tracepoint)) << 1 | 1;
	return (uint64_t)func << 1;
}

/* The guards that a reader thinks of: interrupts being off is no guard. */
static struct guards people_guards(const struct guards *g)
{
	struct guards only = { .n = 0 };
	uint8_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].count > 0 && g->v[i].guard != GUARD_IRQS_OFF)
			guards_set(&only, g->v[i].guard, g->v[i].count);
	return only;
}

static const char *lock_kind_name(struct analysis *an, const struct outer *o,
				  const struct acquire *a)
{
	return a->kind != FACTS_NONE && lock_is_storages(an, &o->run, a) ?
		       kind_people_name(an, a->kind) :
		       NULL;
}

static void fill_draft(struct builder *b, const struct outer *o, const struct acquire *a,
		       const struct guards *g, struct section *s)
{
	struct analysis *an = b->an;
	struct fact_loc loc;
	uint32_t func;
	uint8_t i;
	size_t k;

	func = taken_at(an, a, &loc);
	s->lock.class = program_str(an->p, a->class);
	s->lock.kind = lock_kind_name(an, o, a);
	s->lock.acquired = program_location(an->p, &loc, func);
	s->lock.acquired.function = people_name(an->p, func);
	/* The same wrappers' other half would name a line of the header. */
	if (func == a->func)
		s->lock.released = program_location(an->p, &a->released, a->func);
	s->lock_type = a->rule->kind;
	s->primitive = func_name(an->p, a->primitive);
	for (i = 0; i < g->n; i++)
		strlist_add(&s->guard_raised, an->arena, guard_name(an->p, g->v[i].guard));
	for (k = 0; k < an->designated.n; k++)
		if (an->designated.v[k].class == a->class &&
		    an->designated.v[k].kind == lock_storage_kind(an, &o->run, a) &&
		    an->designated.v[k].guard != FACTS_NONE &&
		    guard_is_designated(an, a->class, an->designated.v[k].kind,
					an->designated.v[k].guard))
			strlist_add(&s->guard_meant, an->arena,
				    guard_name(an->p, an->designated.v[k].guard));
}

/* The draft of acquire @a of @o with @g raised; made when it is not there yet. */
static size_t draft_of(struct builder *b, const struct outer *o, const struct acquire *a,
		       const struct guards *g)
{
	struct guards raised = people_guards(g);
	const char *kind = lock_kind_name(b->an, o, a);
	uint64_t key = map64_mix(a->class, a->primitive);
	struct fact_loc loc;
	uint32_t at, func;
	uint8_t i;

	func = taken_at(b->an, a, &loc);
	key = map64_mix(key, map64_mix(func, kind ? a->kind : 0));
	key = map64_mix(key, map64_mix(loc.file, (uint64_t)loc.line << 32 | loc.col));
	for (i = 0; i < raised.n; i++)
		key = map64_mix(key, raised.v[i].guard);
	at = map64_get(&b->draft_at, key);
	if (at == MAP64_EMPTY) {
		struct draft d = { 0 };

		at = (uint32_t)b->drafts.n;
		fill_draft(b, o, a, &raised, &d.s);
		vec_push(&b->drafts, d);
		map64_put(&b->draft_at, key, at);
	}
	return at;
}

static void add_call(struct builder *b, size_t at, const struct place *pl)
{
	struct draft *d = &b->drafts.v[at];
	struct section_call c = {
		.caller = people_name(b->an->p, pl->walked ? pl->point->callee : pl->point->func),
		.callee = site_name(b->an, pl->func, pl->tracepoint),
		.skipped = pl->walked,
	};
	size_t i;

	for (i = 0; i < d->calls.n; i++)
		if (!strcmp(d->calls.v[i].caller, c.caller) &&
		    !strcmp(d->calls.v[i].callee, c.callee))
			return;
	if (strcmp(c.caller, c.callee) != 0)
		vec_push(&d->calls, c);
}

/* What is known of @pl, once for each way to attach. */
static void judge(struct analysis *an, const struct place *pl, struct spot *s)
{
	const struct rules *rules = an->p->rules;
	size_t w;

	for (w = 0; w < rules->attach.n; w++) {
		struct attach_verdict v;

		if (!way_fits(an, w, pl))
			continue;
		v = place_verdict(an, w, pl);
		if (v.certainty != CERT_NO &&
		    dispatcher_stops(an, &rules->attach.v[w], &pl->point->guards))
			v = (struct attach_verdict){
				CERT_NO, "its dispatcher runs no program while its own guard is up"
			};
		if (!s->reason || v.certainty > s->certainty)
			s->reason = v.reason;
		if (v.certainty > s->certainty)
			s->certainty = v.certainty;
		if (v.certainty != CERT_NO)
			s->ways |= UINT64_C(1) << w;
	}
}

static void add_place(struct builder *b, size_t at, const struct place *pl)
{
	const struct point *pt = pl->point;
	bool own = pl->func == pt->callee;
	uint64_t flags = (uint64_t)(own && pt->via_pointer) | (uint64_t)(own && pt->at_entry) << 1 |
			 (uint64_t)(own && pt->at_exit) << 2 | (uint64_t)pl->walked << 3;
	uint64_t place = map64_mix(at, spot_key(pl->func, pl->tracepoint));
	struct draft *d = &b->drafts.v[at];
	struct spot s = { .func = pl->func, .tracepoint = pl->tracepoint };
	uint64_t key = map64_mix(place, map64_mix(flags, pt->func));
	uint32_t k;

	if (map64_get(&b->seen, key) != MAP64_EMPTY)
		return;
	map64_put(&b->seen, key, 1);
	if (b->an->reached && !pl->tracepoint)
		b->an->reached[pl->func] |= (uint8_t)(REACHED_UNDER_LOCK |
						      (flags & 1 ? REACHED_BY_POINTER : 0));
	add_call(b, at, pl);
	k = map64_get(&b->spot_at, place);
	if (k == MAP64_EMPTY) {
		judge(b->an, pl, &s);
		/* A place where no program of any kind can be says nothing. */
		if (!s.reason)
			return;
		s.location = program_location(b->an->p, &pt->loc, pt->func);
		s.location.function = people_name(b->an->p, pt->func);
		map64_put(&b->spot_at, place, (uint32_t)d->spots.n);
		vec_push(&d->spots, s);
	} else {
		judge(b->an, pl, &d->spots.v[k]);
	}
}

static void add_entry(struct builder *b, size_t at, const struct outer *o)
{
	strlist_add(&b->drafts.v[at].s.entries, b->an->arena,
		    arena_printf(b->an->arena, "%s (%s)", people_name(b->an->p, o->func), o->via));
}

/* The places of the section of acquire @held in @o, for each state of the guards in it. */
static void add_section(struct builder *b, struct outer *o, uint32_t held)
{
	const struct acquire *a = &o->run.acquires.v[held];
	VEC(struct guards) done = { 0 };
	size_t i, k, at;
	uint8_t j;

	add_entry(b, draft_of(b, o, a, &a->guards), o);
	for (i = 0; i < o->run.points.n; i++) {
		const struct point *pt = &o->run.points.v[i];
		struct hazard h = { .outer = o, .held_index = held, .guards = pt->guards };
		const struct places *ps;

		for (j = 0; j < pt->n_held && pt->held[j] != held; j++)
			;
		if (j == pt->n_held)
			continue;
		for (k = 0; k < done.n && !guards_equal(&done.v[k], &pt->guards); k++)
			;
		if (k < done.n)
			continue;
		vec_push(&done, pt->guards);
		at = draft_of(b, o, a, &pt->guards);
		add_entry(b, at, o);
		ps = find_places(b->an, &h);
		for (k = 0; k < ps->v.n; k++)
			add_place(b, at, &ps->v.v[k]);
	}
	vec_release(&done);
}

static struct whole *whole_of(struct builder *b, uint32_t func, const char *tracepoint)
{
	uint64_t key = spot_key(func, tracepoint);
	uint32_t at = map64_get(&b->whole_at, key);

	if (at == MAP64_EMPTY) {
		struct whole w = { .spot = { .func = func, .tracepoint = tracepoint } };

		at = (uint32_t)b->wholes.n;
		map64_put(&b->whole_at, key, at);
		vec_push(&b->wholes, w);
	}
	return &b->wholes.v[at];
}

static void add_danger(struct builder *b, const struct hazard *h, const struct finding *f,
		       const struct site *s)
{
	const struct bpf_callable *c = &b->an->t.callables.v[h->reenter->callable];
	uint64_t key = map64_mix(map64_mix(spot_key(s->func, s->tracepoint), c->func),
				 map64_mix(h->held->class, f->cause));
	struct whole *w = whole_of(b, s->func, s->tracepoint);
	struct danger d = { .function = func_name(b->an->p, c->func),
			    .what = callable_what(c),
			    .lock = program_str(b->an->p, h->held->class),
			    .finding = f->id };

	w->spot.ways |= s->ways;
	if (s->certainty > w->spot.certainty || !w->spot.reason) {
		w->spot.certainty = s->certainty;
		w->spot.reason = s->reason;
	}
	strlist_add(&w->locks, b->an->arena, d.lock);
	if (map64_get(&b->danger_seen, key) != MAP64_EMPTY)
		return;
	map64_put(&b->danger_seen, key, 1);
	vec_push(&w->dangers, d);
}

/* What the hazards say of sections and of places in them. */
static void add_hazards(struct builder *b)
{
	size_t i, k;

	for (i = 0; i < b->an->hazards.n; i++) {
		const struct hazard *h = &b->an->hazards.v[i];
		const struct finding *f = hazard_finding(b->an, h, b->r);
		struct site_list sites;
		size_t at;

		if (b->an->o->progress)
			b->an->o->progress(b->an->o->data, "what can be traced", i,
					   b->an->hazards.n);
		if (!f)
			continue;
		at = draft_of(b, h->outer, h->held, &h->guards);
		strlist_add(&b->drafts.v[at].s.findings, b->an->arena, f->id);
		sites_find(b->an, h, &sites);
		for (k = 0; k < sites.v.n; k++)
			add_danger(b, h, f, &sites.v.v[k]);
		sites_release(&sites);
	}
}

static int cmp_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int cmp_strlist(const struct strlist *a, const struct strlist *b)
{
	size_t i;
	int d = 0;

	for (i = 0; i < a->n && i < b->n && !d; i++)
		d = strcmp(a->v[i], b->v[i]);
	return d ? d : (a->n > b->n) - (a->n < b->n);
}

static int cmp_location(const struct location *a, const struct location *b)
{
	int d = cmp_text(a->file, b->file);

	if (!d)
		d = (a->line > b->line) - (a->line < b->line);
	return d ? d : (a->column > b->column) - (a->column < b->column);
}

static int cmp_attach(const void *pa, const void *pb)
{
	const struct attach_point *a = pa, *b = pb;
	int d;

	if (a->certainty != b->certainty)
		return a->certainty < b->certainty ? 1 : -1;
	d = strcmp(a->name, b->name);
	return d ? d : cmp_location(&a->location, &b->location);
}

static int cmp_section(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;
	int d = cmp_location(&a->lock.acquired, &b->lock.acquired);

	if (!d)
		d = strcmp(a->lock.class, b->lock.class);
	if (!d)
		d = cmp_text(a->lock.kind, b->lock.kind);
	if (!d)
		d = cmp_strlist(&a->guard_raised, &b->guard_raised);
	return d ? d : strcmp(a->primitive, b->primitive);
}

static int cmp_attachable(const void *pa, const void *pb)
{
	const struct attachable *a = pa, *b = pb;
	int d = strcmp(a->name, b->name);

	if (!d)
		d = a->tracepoint - b->tracepoint;
	return d ? d : cmp_location(&a->location, &b->location);
}

static int cmp_danger(const void *pa, const void *pb)
{
	const struct danger *a = pa, *b = pb;
	int d = strcmp(a->function, b->function);

	if (!d)
		d = strcmp(a->lock, b->lock);
	return d ? d : strcmp(a->finding, b->finding);
}

static int cmp_string(const void *pa, const void *pb)
{
	const char *const *a = pa, *const *b = pb;

	return strcmp(*a, *b);
}

static void sort_strings(struct strlist *l)
{
	if (l->n)
		qsort((void *)l->v, l->n, sizeof(*l->v), cmp_string);
}

static void finish_section(struct builder *b, struct draft *d, struct section *ret)
{
	struct analysis *an = b->an;
	size_t i;

	*ret = d->s;
	ret->attach = ARENA_ARRAY(an->arena, struct attach_point, d->spots.n);
	for (i = 0; i < d->spots.n; i++) {
		const struct spot *s = &d->spots.v[i];
		struct whole *w = whole_of(b, s->func, s->tracepoint);
		struct attach_point *a = &ret->attach[ret->n_attach++];

		a->function = s->tracepoint ? NULL : func_name(an->p, s->func);
		a->name = site_name(an, s->func, s->tracepoint);
		a->how = ways_names(an, s->ways);
		a->certainty = s->certainty;
		a->reason = s->reason;
		a->location = s->location;
		strlist_add(&w->locks, an->arena, ret->lock.class);
		w->spot.ways |= s->ways;
		if (!w->spot.reason || s->certainty > w->spot.certainty) {
			w->spot.certainty = s->certainty;
			w->spot.reason = s->reason;
		}
	}
	ret->calls = arena_memdup(an->arena, d->calls.v, d->calls.n * sizeof(*d->calls.v));
	ret->n_calls = d->calls.n;
	sort_strings(&ret->entries);
	sort_strings(&ret->findings);
	if (ret->n_attach)
		qsort(ret->attach, ret->n_attach, sizeof(*ret->attach), cmp_attach);
	vec_release(&d->spots);
	vec_release(&d->calls);
}

static void finish_attachable(struct builder *b, struct whole *w, struct attachable *ret)
{
	struct analysis *an = b->an;
	const struct spot *s = &w->spot;

	ret->tracepoint = s->tracepoint != NULL;
	ret->name = s->tracepoint	     ? s->tracepoint :
		    s->func == FACTS_NONE ? site_name(an, s->func, NULL) :
					    func_name(an->p, s->func);
	ret->how = ways_names(an, s->ways);
	ret->certainty = s->certainty;
	ret->reason = s->reason;
	if (!s->tracepoint && s->func != FACTS_NONE && an->p->funcs.v[s->func].defined) {
		ret->location = program_location(
			an->p, &func_fact(an->p, &an->p->funcs.v[s->func])->loc, s->func);
		ret->location.function = people_name(an->p, s->func);
	}
	ret->locks = w->locks;
	sort_strings(&ret->locks);
	ret->dangers = arena_memdup(an->arena, w->dangers.v, w->dangers.n * sizeof(*w->dangers.v));
	ret->n_dangers = w->dangers.n;
	if (ret->n_dangers)
		qsort(ret->dangers, ret->n_dangers, sizeof(*ret->dangers), cmp_danger);
	vec_release(&w->dangers);
}

void make_sections(struct analysis *an, struct report *ret)
{
	struct builder b = { .an = an, .r = ret };
	size_t i;
	uint32_t k;

	for (i = 0; i < an->outers.n; i++) {
		struct outer *o = an->outers.v[i];

		if (an->o->progress)
			an->o->progress(an->o->data, "sections", i, an->outers.n);
		for (k = 0; k < o->run.acquires.n; k++) {
			uint32_t class = o->run.acquires.v[k].class;

			if (class && map64_get(&an->classes, class) != MAP64_EMPTY)
				add_section(&b, o, k);
		}
	}
	add_hazards(&b);
	ret->sections = ARENA_ARRAY(an->arena, struct section, b.drafts.n);
	for (i = 0; i < b.drafts.n; i++)
		finish_section(&b, &b.drafts.v[i], &ret->sections[ret->n_sections++]);
	ret->attachables = ARENA_ARRAY(an->arena, struct attachable, b.wholes.n);
	for (i = 0; i < b.wholes.n; i++)
		finish_attachable(&b, &b.wholes.v[i], &ret->attachables[ret->n_attachables++]);
	if (ret->n_sections)
		qsort(ret->sections, ret->n_sections, sizeof(*ret->sections), cmp_section);
	if (ret->n_attachables)
		qsort(ret->attachables, ret->n_attachables, sizeof(*ret->attachables),
		      cmp_attachable);
	vec_release(&b.drafts);
	vec_release(&b.wholes);
	map64_release(&b.draft_at);
	map64_release(&b.seen);
	map64_release(&b.spot_at);
	map64_release(&b.whole_at);
	map64_release(&b.danger_seen);
}
