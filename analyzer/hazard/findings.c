// SPDX-License-Identifier: MIT
#include "base/hash.h"
#include "base/strbuf.h"
#include "hazard/fill.h"
#include "hazard/finding.h"
#include "hazard/sites.h"

#include <stdio.h>
#include <string.h>

static const struct hazard_rule *const rules_in_order[] = {
	&rule_rl108,
	&rule_rl105,
	&rule_rl101,
	&rule_rl103,
	&rule_rl102,
	&rule_rl111,
	&rule_rl106,
};

/* The hazards of one cause. */
struct group {
	struct cause cause;
	VEC(size_t) hazards;
};

static bool same_cause(const struct cause *a, const struct cause *b)
{
	if (a->rule != b->rule || a->of_lock != b->of_lock || a->waits != b->waits)
		return false;
	if (a->waits) /* whatever locks it takes once the guard is down */
		return a->func == b->func && a->expected == b->expected;
	if (a->kind != b->kind)
		return false;
	if (a->rule == &rule_rl111) /* one line of a Makefile, or one word at a function */
		return a->class == b->class && a->object == b->object &&
		       (a->object != FACTS_NONE || a->func == b->func);
	if (a->of_lock)
		return a->class == b->class && a->on_hooks == b->on_hooks;
	if (a->func != b->func)
		return false;
	if (a->rule == &rule_rl106)
		return true; /* it tests nothing, whatever the sections raise */
	return a->loc.line == b->loc.line && a->loc.col == b->loc.col &&
	       a->loc.file == b->loc.file &&
	       (a->rule == &rule_rl101 || a->expected == b->expected); /* one NULL is one cause */
}

static bool find_cause(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules_in_order); i++) {
		/* Who waits for a guard is to blame, not who raises it. */
		if (h->waits && rules_in_order[i] != &rule_rl106 && rules_in_order[i] != &rule_rl108)
			continue;
		if (!rules_in_order[i]->takes(an, h, ret))
			continue;
		ret->rule = rules_in_order[i];
		ret->kind = hazard_storage_kind(an, h);
		ret->class = h->held->class;
		ret->waits = h->waits != NULL;
		ret->context = h->context;
		return true;
	}
	return false;
}

static struct location cause_location(struct analysis *an, const struct cause *c)
{
	const struct fact_loc *loc = &c->loc;

	if (!loc->line)
		loc = &func_fact(an->p, &an->p->funcs.v[c->func])->loc;

	struct location l = program_location(an->p, loc, c->func);

	l.function = people_name(an->p, c->func);
	return l;
}

uint32_t ladder_length(const struct hazard *h)
{
	return h->held->frame->depth + h->wanted->frame->depth;
}

/*
 * Whether a function beyond the scope holds the lock that comes back to the same
 * lock: the two are surely about one thing then, of all that has such locks.
 */
static bool comes_back_to_itself(const struct analysis *an, const struct hazard *h)
{
	struct fact_loc loc;

	return h->outer->beyond && taken_at(an, h->held, &loc) == taken_at(an, h->wanted, &loc);
}

/* The release by which @a is come to, as it wakes who waits there, or FACTS_NONE. */
static uint32_t waking_func(const struct analysis *an, const struct acquire *a)
{
	const struct frame *fr;

	for (fr = a->frame; fr; fr = fr->up)
		if (func_wakes(&an->p->funcs.v[fr->func]))
			return fr->func;
	return FACTS_NONE;
}

/*
 * By lock, entry and function that comes back: these are part of the finding's
 * id, which must not depend on where in the tree functions stand.
 */
static int cmp_names(struct analysis *an, const struct hazard *a, const struct hazard *b)
{
	int d;

	d = strcmp(program_str(an->p, a->held->class), program_str(an->p, b->held->class));
	if (!d)
		d = strcmp(people_name(an->p, a->outer->func), people_name(an->p, b->outer->func));
	if (!d)
		d = strcmp(func_name(an->p, an->t.callables.v[a->reenter->callable].func),
			   func_name(an->p, an->t.callables.v[b->reenter->callable].func));
	return d;
}

/*
 * The hazard that stands for its group: the surest, then one for which interrupts need not be on,
 * then one for which nobody has to wait for another lock, then (where it stands for all that happens to a lock)
 * one in which a function comes back to itself, then the one that is easiest to
 * follow, then the one with most places to attach, then the one whose names come
 * first.
 */
static size_t pick(struct analysis *an, const struct seen *s, size_t n, bool of_lock)
{
	size_t best = 0, i;

	for (i = 1; i < n; i++) {
		const struct site_list *a = &s[i].sites, *b = &s[best].sites;
		bool wakes = waking_func(an, s[i].h->wanted) != FACTS_NONE;
		bool best_wakes = waking_func(an, s[best].h->wanted) != FACTS_NONE;

		if (a->best != b->best ? a->best > b->best
		    : a->best_objectless != b->best_objectless
			    ? a->best_objectless > b->best_objectless
		    : s[i].h->context != s[best].h->context
			    ? s[i].h->context < s[best].h->context
		    : s[i].h->irqs_on != s[best].h->irqs_on ? s[best].h->irqs_on
		    : wakes != best_wakes ? best_wakes
		    : of_lock && comes_back_to_itself(an, s[i].h) != comes_back_to_itself(an, s[best].h)
			    ? comes_back_to_itself(an, s[i].h)
		    : of_lock && ladder_length(s[i].h) != ladder_length(s[best].h)
			    ? ladder_length(s[i].h) < ladder_length(s[best].h)
		    : a->v.n != b->v.n ? a->v.n > b->v.n
				       : cmp_names(an, s[i].h, s[best].h) < 0)
			best = i;
	}
	return best;
}

/* A finding with more hazards than this is about a lock that much of the kernel takes. */
#define MANY_HAZARDS 256
/*
 * Then so many sections that a program can be put into, the ones that are easiest
 * to follow, stand for all that a helper is in.
 */
#define SECTIONS_EACH 8
/* Of those that no program can be put into, or not by what is known, so many are looked at. */
#define SECTIONS_IN_VAIN 256

struct ranked {
	const struct analysis *an;
	struct seen *s;
	size_t order;
};

static int cmp_ranked(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;
	const struct hazard *x = a->s->h, *y = b->s->h;

	if (x->reenter->callable != y->reenter->callable)
		return x->reenter->callable < y->reenter->callable ? -1 : 1;
	if (x->context != y->context)
		return x->context < y->context ? -1 : 1;
	if (x->irqs_on != y->irqs_on)
		return x->irqs_on ? 1 : -1;
	if (comes_back_to_itself(a->an, x) != comes_back_to_itself(b->an, y))
		return comes_back_to_itself(a->an, x) ? -1 : 1;
	if (ladder_length(x) != ladder_length(y))
		return ladder_length(x) < ladder_length(y) ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Finds where programs can be attached in the sections of @s, or in some for each helper. */
static void look_at_sites(struct analysis *an, struct seen *s, size_t n, bool of_lock)
{
	struct ranked *v = xcalloc(n, sizeof(*v));
	size_t i, same = 0, vain = 0;

	for (i = 0; i < n; i++)
		v[i] = (struct ranked){ an, &s[i], i };
	of_lock &= n > MANY_HAZARDS;
	if (of_lock)
		qsort(v, n, sizeof(*v), cmp_ranked);
	for (i = 0; i < n; i++) {
		const struct hazard *h = v[i].s->h;

		if (!i || v[i - 1].s->h->reenter->callable != h->reenter->callable ||
		    v[i - 1].s->h->context != h->context)
			same = vain = 0;
		if (of_lock && (same >= SECTIONS_EACH || vain >= SECTIONS_IN_VAIN))
			continue;
		sites_find(an, h, &v[i].s->sites);
		v[i].s->looked = true;
		same += v[i].s->sites.v.n > 0;
		vain += !v[i].s->sites.v.n;
	}
	free(v);
}

const char *site_name(struct analysis *an, uint32_t func, const char *tracepoint)
{
	if (func == FACTS_NONE)
		return "any instruction";
	if (tracepoint)
		return arena_printf(an->arena, "tracepoint %s", tracepoint);
	return people_name(an->p, func);
}

static struct attach_point attach_at(struct analysis *an, const struct hazard *h, const struct site *s)
{
	struct attach_point a = { .certainty = s->certainty, .reason = s->reason,
				  .name = site_name(an, s->func, s->tracepoint),
				  .how = ways_names(an, s->ways) };

	if (!s->tracepoint && !s->run_site && s->func != FACTS_NONE)
		a.function = func_name(an->p, s->func);
	if (s->point) {
		a.location = program_location(an->p, &s->point->loc, s->point->func);
		a.location.function = people_name(an->p, s->point->func);
	} else {
		a.location = program_location(an->p, &h->held->loc, h->held->func);
		a.location.function = people_name(an->p, h->held->func);
	}
	return a;
}

void fill_attach(struct analysis *an, const struct hazard *h, const struct site_list *sites,
			struct finding *f)
{
	size_t i;

	f->attach = ARENA_ARRAY(an->arena, struct attach_point, sites->v.n);
	for (i = 0; i < sites->v.n; i++)
		f->attach[f->n_attach++] = attach_at(an, h, &sites->v.v[i]);
}

void fill_reentry(struct analysis *an, const struct seen *s, size_t n, struct finding *f)
{
	size_t i, k, w;
	int pass;

	f->reentry = ARENA_ARRAY(an->arena, struct reentry, n);
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < n; i++) {
			const struct bpf_callable *c =
				&an->t.callables.v[s[i].h->reenter->callable];
			const char *name = func_name(an->p, c->func);
			struct reentry *r = NULL;

			if ((pass == 0) != (s[i].sites.v.n > 0) || (pass == 1 && f->n_attach))
				continue;
			for (k = 0; k < f->n_reentry; k++)
				if (!strcmp(f->reentry[k].function, name))
					r = &f->reentry[k];
			if (!r) {
				r = &f->reentry[f->n_reentry++];
				r->function = name;
				r->what = callable_what(c);
			}
			if (!r->object)
				r->object = sites_object(an, s[i].h, &s[i].sites);
			for (w = 0; w < an->p->rules->attach.n; w++) {
				bool here = pass == 1 &&
					    an->pr.given[w * an->t.callables.n +
							 s[i].h->reenter->callable];

				for (k = 0; k < s[i].sites.v.n; k++)
					here |= s[i].sites.v.v[k].ways >> w & 1;
				if (here)
					strlist_add(&r->program_types, an->arena,
						    an->p->rules->attach.v[w].type_name);
			}
		}
	}
}

/* Where the tree itself runs programs is not searched for: say for which types that matters. */
static void assume_run_sites(struct analysis *an, uint32_t callable, struct finding *f)
{
	struct strlist types = { NULL, 0 };
	struct strbuf sb = STRBUF_INIT;
	size_t w;

	for (w = 0; w < an->p->rules->attach.n; w++)
		if (an->p->rules->attach.v[w].at == AT_RUN_SITE &&
		    an->pr.given[w * an->t.callables.n + callable])
			strlist_add(&types, an->arena, an->p->rules->attach.v[w].type_name);
	for (w = 0; w < types.n; w++)
		strbuf_addf(&sb, "%s%s", w ? (w + 1 == types.n ? " and " : ", ") : "", types.v[w]);
	if (types.n)
		strlist_add(&f->assumptions, an->arena,
			    arena_printf(an->arena,
					 "that the kernel runs no %s program while the lock is held "
					 "(where it runs them was not looked for)",
					 sb.buf));
	strbuf_release(&sb);
}

void fill_severity(struct analysis *an, const struct seen *s, struct finding *f)
{
	const struct site_list *l = &s->sites;
	const struct bpf_callable *c = &an->t.callables.v[s->h->reenter->callable];
	uint32_t waking;
	size_t w;

	f->severity = SEV_NOTE;
	if (s->h->wrong_if_few && l->best >= CERT_LIKELY) {
		f->severity = SEV_WARNING;
		strlist_add(&f->assumptions, an->arena,
			    arena_printf(an->arena,
					 "that there can be fewer %s than counters of %s",
					 program_str(an->p, s->h->held->class),
					 guard_name(an->p, s->h->wrong_guard)));
	} else if (s->h->irqs_on && l->best >= CERT_LIKELY) {
		f->severity = SEV_WARNING;
		strlist_add(&f->assumptions, an->arena,
			    arena_printf(an->arena, "that %s() is also called with interrupts on",
					 people_name(an->p, s->h->outer->func)));
	} else if (l->best >= CERT_LIKELY) {
		f->severity = SEV_ERROR;
	} else if (l->best_objectless >= CERT_POSSIBLE) {
		f->severity = SEV_WARNING;
		if (l->best < CERT_POSSIBLE)
			strlist_add(&f->assumptions, an->arena,
				    arena_printf(an->arena,
						 "that a program can get hold of the object that "
						 "%s() wants was not shown",
						 func_name(an->p, c->func)));
		else
			strlist_add(&f->assumptions, an->arena,
				    "that the compiler leaves a function in the section that "
				    "a program can be attached to");
	} else {
		strlist_add(&f->notes, an->arena,
			    arena_printf(an->arena,
					 "no program that can be attached in these sections may "
					 "call %s(), so nothing can use this today",
					 func_name(an->p, c->func)));
		assume_run_sites(an, s->h->reenter->callable, f);
	}
	waking = waking_func(an, s->h->wanted);
	if (waking != FACTS_NONE)
		strlist_add(&f->assumptions, an->arena,
			    arena_printf(an->arena,
					 "that somebody can be waiting for what %s() releases, and is "
					 "woken up there",
					 func_name(an->p, waking)));
	for (w = 0; w < an->p->rules->attach.n; w++)
		if (an->pr.unknown[w] && !kernel_runs(&an->p->rules->attach.v[w]))
			strlist_add(&f->assumptions, an->arena,
				    arena_printf(an->arena,
						 "which helpers %s programs get was not analysed",
						 an->p->rules->attach.v[w].type_name));
}

static void fill_guards(struct analysis *an, const struct hazard *h, const struct cause *c,
			struct finding *f)
{
	uint8_t i;

	if (c->expected != FACTS_NONE)
		strlist_add(&f->guard_expected, an->arena, guard_name(an->p, c->expected));
	for (i = 0; i < h->guards.n; i++)
		if (h->guards.v[i].count > 0 && h->guards.v[i].guard != GUARD_IRQS_OFF)
			strlist_add(&f->guard_raised, an->arena, guard_name(an->p, h->guards.v[i].guard));
}

void fill_id(struct finding *f, unsigned int ordinal)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	strbuf_addf(&sb, "%s\n%s\n%s\n%s\n%s\n", f->code, f->location.function, f->entry_function,
		    f->lock.class, f->lock.kind ? f->lock.kind : "");
	for (i = 0; i < f->guard_expected.n; i++)
		strbuf_addf(&sb, "%s,", f->guard_expected.v[i]);
	strbuf_addf(&sb, "\n%s", f->context);
	if (ordinal)
		strbuf_addf(&sb, "\n%u", ordinal);
	hash64_hex(sb.buf, sb.len, f->id);
	strbuf_release(&sb);
}

/* Of more functions only the number is told. */
#define OTHERS_MAX 8

static void note_others(struct analysis *an, const struct seen *s, size_t n, size_t best,
			struct finding *f)
{
	struct strlist others = { NULL, 0 }, locks = { NULL, 0 };
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		/* For a section that has none, the finding's places do not speak. */
		if (s[i].looked && !s[i].sites.v.n && s[best].sites.v.n)
			continue;
		if (s[i].h->outer->func != s[best].h->outer->func)
			strlist_add(&others, an->arena, people_name(an->p, s[i].h->outer->func));
		if (s[i].h->held->class != s[best].h->held->class)
			strlist_add(&locks, an->arena, program_str(an->p, s[i].h->held->class));
	}
	if (others.n) {
		strbuf_addstr(&sb, "the same is true of");
		for (i = 0; i < others.n && i < OTHERS_MAX; i++)
			strbuf_addf(&sb, "%s %s()", i ? "," : "", others.v[i]);
		if (others.n > OTHERS_MAX)
			strbuf_addf(&sb, " and %zu more", others.n - OTHERS_MAX);
		strlist_add(&f->notes, an->arena, arena_strdup(an->arena, sb.buf));
	}
	for (i = 0; i < locks.n; i++)
		strlist_add(&f->notes, an->arena,
			    arena_printf(an->arena, "%s is taken again in the same way",
					 locks.v[i]));
	strbuf_release(&sb);
}

const char *attach_note(struct analysis *an, const struct attach_point *a)
{
	struct strbuf sb = STRBUF_INIT;
	const char *s;
	size_t i;

	for (i = 0; i < a->how.n; i++)
		strbuf_addf(&sb, "%s%s", i ? ", " : "", a->how.v[i]);
	strbuf_addf(&sb, "   [%s: %s]", certainty_name(a->certainty), a->reason);
	s = arena_strdup(an->arena, sb.buf);
	strbuf_release(&sb);
	return s;
}

/* Any point of @h's section, as the ladder goes through where no program can be attached. */
static const struct point *any_point(const struct hazard *h)
{
	const struct run *run = &h->outer->run;
	size_t i;
	uint8_t j;

	if (h->context == CTX_NMI)
		return NULL;
	for (i = 0; i < run->points.n; i++)
		for (j = 0; j < run->points.v[i].n_held; j++)
			if (run->points.v[i].held[j] == h->held_index &&
			    guards_equal(&run->points.v[i].guards, &h->guards))
				return &run->points.v[i];
	return NULL;
}

/* The ladder of @h, through the first of @sites. */
static struct ladder ladder_through(struct analysis *an, const struct hazard *h,
				    const struct site_list *sites)
{
	const struct site *s = sites->v.n ? &sites->v.v[0] : NULL;
	const struct point *pt = s ? s->point : any_point(h);
	struct attach_point a;

	if (!s)
		return make_ladder(an, h, pt, pt ? func_name(an->p, pt->callee) : "any instruction",
				   "no program that may call it can be attached here");
	a = attach_at(an, h, s);
	return make_ladder(an, h, pt, a.name, attach_note(an, &a));
}

/* The kind of map that all hazards' locks are of, or NULL: of several, or of none. */
static const char *common_kind(struct analysis *an, const struct seen *s, size_t n)
{
	uint32_t kind = FACTS_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct hazard *h = s[i].h;
		uint32_t k = h->held->kind != FACTS_NONE ? h->held->kind : h->wanted->kind;

		if (k == FACTS_NONE || !lock_is_storages(an, &h->outer->run, h->held) ||
		    (kind != FACTS_NONE && k != kind))
			return NULL;
		kind = k;
	}
	return kind == FACTS_NONE ? NULL : kind_people_name(an, kind);
}

static void make_finding(struct analysis *an, const struct group *g, struct finding *f)
{
	struct seen *s = xcalloc(g->hazards.n, sizeof(*s));
	struct cause cause = g->cause;
	const struct cause *c = &cause;
	struct seen whole = { 0 };
	const struct hazard *h;
	const char *reenter;
	size_t i, best;

	for (i = 0; i < g->hazards.n; i++)
		s[i].h = &an->hazards.v[g->hazards.v[i]];
	look_at_sites(an, s, g->hazards.n, cause.of_lock && cause.rule != &rule_rl111);
	/* What RL111 says is that places are left: the section with most of them. */
	best = pick(an, s, g->hazards.n, cause.of_lock && cause.rule != &rule_rl111);
	h = whole.h = s[best].h;
	sites_merge(&whole.sites, &s[best].sites);
	/* The section has other places, too: where other guards are up, or for another helper. */
	for (i = 0; i < g->hazards.n; i++)
		if (i != best && s[i].h->outer == h->outer && s[i].h->held == h->held) {
			if (!s[i].looked)
				sites_find(an, s[i].h, &s[i].sites);
			s[i].looked = true;
			sites_merge(&whole.sites, &s[i].sites);
		}
	reenter = func_name(an->p, an->t.callables.v[h->reenter->callable].func);
	/* One of several that come back: the one that the ladder shows. */
	if (cause.of_lock) {
		struct cause shown = cause;

		if (cause.rule->takes(an, h, &shown)) {
			cause.func = shown.func;
			cause.loc = shown.loc;
		}
	}
	memset(f, 0, sizeof(*f));
	f->context = h->context == CTX_NMI ? "nmi" : "recursion";
	f->code = c->rule->code;
	f->rule = rules_hazard(an->p->rules, c->rule->code)
			  ? rules_hazard(an->p->rules, c->rule->code)->name
			  : c->rule->code;
	f->message = c->rule->message(an, h, c, reenter);
	f->location = cause_location(an, c);
	f->lock.class = program_str(an->p, h->held->class);
	f->lock.kind = c->kind == FACTS_NONE ? common_kind(an, s, g->hazards.n)
					     : kind_people_name(an, c->kind);
	f->lock.acquired = program_location(an->p, &h->held->loc, h->held->func);
	f->lock.released = program_location(an->p, &h->held->released, h->held->func);
	f->entry_function = people_name(an->p, hazard_entry(h)->func);
	f->entry_via = entry_via(an, h);
	fill_guards(an, h, c, f);
	fill_attach(an, h, &whole.sites, f);
	fill_reentry(an, s, g->hazards.n, f);
	fill_severity(an, &whole, f);
	note_others(an, s, g->hazards.n, best, f);
	f->ladders = ARENA_NEW(an->arena, struct ladder);
	f->n_ladders = 1;
	f->ladders[0] = ladder_through(an, h, s[best].sites.v.n ? &s[best].sites : &whole.sites);
	add_remedies(an, h, c, f);
	fill_id(f, 0);
	for (i = 0; i < g->hazards.n; i++)
		sites_release(&s[i].sites);
	sites_release(&whole.sites);
	free(s);
}

static int cmp_str(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int cmp_finding(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	int d;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	d = cmp_str(a->location.file, b->location.file);
	if (!d && a->location.line != b->location.line)
		return a->location.line < b->location.line ? -1 : 1;
	if (!d && a->location.column != b->location.column)
		return a->location.column < b->location.column ? -1 : 1;
	if (!d)
		d = strcmp(a->code, b->code);
	return d ? d : strcmp(a->id, b->id);
}

/* Whether @o says that a guard is lowered once too often. */
static bool is_lowered_twice(const struct analysis *an, const struct finding *o)
{
	size_t i;

	for (i = 0; i < an->faults.n; i++) {
		const struct fault *ft = &an->faults.v[i];

		if (ft->lowers && !strcmp(guard_name(an->p, ft->guard), o->guard_expected.v[0]) &&
		    ft->loc.line == o->location.line &&
		    !strcmp(people_name(an->p, ft->frame->func), o->location.function))
			return true;
	}
	return false;
}

/* Whether the guard that @f misses is missing because @o lowers it once too often. */
static bool follows_from_leak(const struct analysis *an, const struct finding *f,
			      const struct finding *o)
{
	return !strcmp(o->code, "RL104") && f->guard_expected.n && o->guard_expected.n &&
	       !strcmp(f->guard_expected.v[0], o->guard_expected.v[0]) &&
	       (!strcmp(f->location.function, o->location.function) ||
		!strcmp(f->entry_function, o->entry_function)) &&
	       is_lowered_twice(an, o);
}

/*
 * A function that takes the lock without a test of the guard mostly does not
 * raise it either; the test that it lacks (RL106) mends both. (Where no guard is
 * lacking, the section itself is to blame.) A guard that is lowered twice
 * (RL104) is missing in the sections that follow.
 */
static void drop_evidence(struct analysis *an, struct report *r)
{
	size_t i, k, n = 0;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		bool evidence = false;

		for (k = 0; k < r->n_findings && !strcmp(f->code, rule_rl102.code); k++) {
			struct finding *o = &r->findings[k];

			if (follows_from_leak(an, f, o)) {
				evidence = true;
				if (f->severity > o->severity) { /* nothing is assumed then */
					o->severity = f->severity;
					o->assumptions.n = 0;
				}
			}
			if (!f->guard_expected.n || strcmp(o->code, rule_rl106.code) ||
			    o->severity < f->severity ||
			    strcmp(o->location.function, f->location.function) ||
			    cmp_str(o->lock.kind, f->lock.kind))
				continue;
			evidence = true;
			an->shown_by[f->cause] = o->cause;
		}
		if (!evidence)
			r->findings[n++] = *f;
	}
	r->n_findings = n;
}

const struct finding *hazard_finding(const struct analysis *an, const struct hazard *h,
				     const struct report *ret)
{
	size_t i;

	for (i = 0; h->cause != FACTS_NONE && i < ret->n_findings; i++)
		if (ret->findings[i].cause == an->shown_by[h->cause])
			return &ret->findings[i];
	return NULL;
}

/*
 * Whether it means nothing that no program can use @g: a lock that nobody guards
 * is no weakness then, nor is one that the way to it leads to beyond the scope.
 */
static bool is_idle(const struct analysis *an, const struct group *g)
{
	size_t i;

	if (g->cause.of_lock)
		return true;
	for (i = 0; i < g->hazards.n; i++)
		if (!an->hazards.v[g->hazards.v[i]].wanted->beyond)
			return false;
	return true;
}

void make_findings(struct analysis *an, struct report *ret)
{
	VEC(struct group) groups = { 0 };
	struct finding_list orders = { 0 };
	size_t i, k, n = 0;

	for (i = 0; i < an->hazards.n; i++) {
		struct cause c;

		an->hazards.v[i].cause = FACTS_NONE;
		if (!find_cause(an, &an->hazards.v[i], &c))
			continue;
		for (k = 0; k < groups.n; k++)
			if (same_cause(&groups.v[k].cause, &c))
				break;
		if (k == groups.n)
			vec_push(&groups, ((struct group){ .cause = c }));
		if (groups.v[k].cause.expected == FACTS_NONE)
			groups.v[k].cause.expected = c.expected;
		vec_push(&groups.v[k].hazards, i);
		an->hazards.v[i].cause = (uint32_t)k;
	}
	an->shown_by = ARENA_ARRAY(an->arena, uint32_t, groups.n);
	for (k = 0; k < groups.n; k++) {
		vec_push(&an->causes, groups.v[k].cause);
		an->shown_by[k] = (uint32_t)k;
	}
	find_orders(an, &orders);
	ret->findings = ARENA_ARRAY(an->arena, struct finding,
				    groups.n + an->faults.n + orders.n);
	for (k = 0; k < groups.n; k++) {
		if (an->o->progress)
			an->o->progress(an->o->data, "findings", k, groups.n);
		make_finding(an, &groups.v[k], &ret->findings[n]);
		ret->findings[n].cause = (uint32_t)k;
		n += ret->findings[n].severity > SEV_NOTE || !is_idle(an, &groups.v[k]);
		vec_release(&groups.v[k].hazards);
	}
	for (k = 0; k < an->faults.n; k++) {
		make_fault_finding(an, &an->faults.v[k], &ret->findings[n]);
		fill_id(&ret->findings[n++], 0);
	}
	for (k = 0; k < orders.n; k++)
		ret->findings[n++] = orders.v[k];
	ret->n_findings = n;
	vec_release(&orders);
	vec_release(&groups);
	drop_evidence(an, ret);
	if (ret->n_findings)
		qsort(ret->findings, ret->n_findings, sizeof(*ret->findings), cmp_finding);
	for (i = 0; i < ret->n_findings; i++) {
		unsigned int ordinal = 0;

		for (k = 0; k < i; k++)
			ordinal += !strcmp(ret->findings[k].id, ret->findings[i].id);
		if (ordinal)
			fill_id(&ret->findings[i], ordinal);
	}
}
