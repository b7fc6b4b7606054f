// SPDX-License-Identifier: MIT
#include "hazard/fill.h"
#include "hazard/finding.h"
#include "hazard/model.h"
#include "hazard/sites.h"

#include <string.h>

/*
 * Remedies are tried by taking them to be there: what cannot be traced any more
 * is no site, and a section in which a counter is raised hands it to the
 * program. The hazards stay as they are; what is left of them is looked at.
 */

/* This many objects are added one by one; then all that is missing at once. */
#define MAX_STEPS 3

struct raised {
	uint32_t func;
	uint32_t guard;
};

struct remedy_set {
	bool *hidden; /* by function */
	VEC(struct raised) guards;
	struct finding_list orders; /* locks that are taken in both orders all the same... */
	bool looked;		    /* ...once that was asked for */
};

/* The guard that the remedies raise where @held is held because of @r: its function is on the way there. */
static bool covers(const struct raised *r, const struct acquire *held)
{
	const struct frame *f;

	for (f = held->frame; f; f = f->up)
		if (f->func == r->func)
			return true;
	return false;
}

bool remedy_raises(const struct analysis *an, const struct acquire *held, struct guards *g)
{
	const struct remedy_set *set = an->remedies;
	bool any = false;
	size_t i;

	for (i = 0; set && i < set->guards.n; i++) {
		if (!covers(&set->guards.v[i], held))
			continue;
		guards_set(g, set->guards.v[i].guard, 1);
		any = true;
	}
	return any;
}

bool remedy_stops(const struct analysis *an, const struct hazard *h,
		  const struct rule_attach *way, uint32_t func)
{
	const struct remedy_set *set = an->remedies;
	size_t i;

	if (!set)
		return false;
	if (way->needs_ftrace && func != FACTS_NONE && set->hidden[func])
		return true;
	for (i = 0; way->recursion && i < set->guards.n; i++)
		if (covers(&set->guards.v[i], h->held) &&
		    !strcmp(guard_name(an->p, set->guards.v[i].guard), way->recursion))
			return true;
	return false;
}

/* Whether the guards of the remedies keep @h's callee from the lock. */
static bool guards_close(struct analysis *an, const struct hazard *h)
{
	struct guards g = h->guards;

	if (!remedy_raises(an, h->held, &g))
		return false;
	return !nested_waits(reenter_run(an, h->reenter, &g, h->context == CTX_NMI), h->wanted);
}

static enum severity severity_of(const struct site_list *l)
{
	if (l->best >= CERT_LIKELY)
		return SEV_ERROR;
	return l->best_objectless >= CERT_POSSIBLE ? SEV_WARNING : SEV_NOTE;
}

/* Whether ftrace is what leads to site @s, in some way. */
static bool through_ftrace(const struct analysis *an, const struct site *s)
{
	size_t w;

	if (s->tracepoint || s->func == FACTS_NONE)
		return false;
	for (w = 0; w < an->p->rules->attach.n; w++)
		if (s->ways >> w & 1 && an->p->rules->attach.v[w].needs_ftrace)
			return true;
	return false;
}

static void fill_open(struct analysis *an, const struct site_list *l, struct leftover *ret)
{
	size_t i;

	ret->open = ARENA_ARRAY(an->arena, struct attach_point, l->v.n);
	ret->open_object = ARENA_ARRAY(an->arena, const char *, l->v.n);
	for (i = 0; i < l->v.n; i++) {
		const struct site *s = &l->v.v[i];
		struct attach_point *a = &ret->open[ret->n_open++];

		a->name = site_name(an, s->func, s->tracepoint);
		a->how = ways_names(an, s->ways);
		a->certainty = s->certainty;
		a->reason = s->reason;
		a->location = ret->finding->lock.acquired;
		if (s->point) {
			a->location = program_location(an->p, &s->point->loc, s->point->func);
			a->location.function = people_name(an->p, s->point->func);
		}
		if (!through_ftrace(an, s))
			continue;
		a->function = func_name(an->p, s->func);
		ret->open_object[i] = func_object(an, s->func);
		if (ret->open_object[i])
			strlist_add(&ret->objects, an->arena, ret->open_object[i]);
	}
}

static bool have_one(const struct strlist *a, const struct strlist *b)
{
	size_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (!strcmp(a->v[i], b->v[k]))
				return true;
	return false;
}

/* What the function at @a is compiled into, or NULL. */
static const char *attach_object(struct analysis *an, const struct attach_point *a)
{
	uint32_t f;

	for (f = 0; a->function && f < an->p->funcs.n; f++)
		if (an->p->funcs.v[f].defined && !strcmp(func_name(an->p, f), a->function))
			return func_object(an, f);
	return NULL;
}

/* Of two locks in both orders: whatever else brings a program to do that. */
static struct leftover order_left(struct analysis *an, struct remedy_set *set,
				  const struct finding *f)
{
	struct leftover left = { .finding = f, .severity = SEV_NOTE };
	const struct finding *o;
	size_t i, k;

	if (!set->looked)
		find_orders(an, &set->orders);
	set->looked = true;
	for (i = 0; i < set->orders.n; i++) {
		o = &set->orders.v[i];
		if (!have_one(&o->orders, &f->orders) ||
		    (left.n_open && o->severity <= left.severity))
			continue;
		left.severity = o->severity < f->severity ? o->severity : f->severity;
		left.open = o->attach;
		left.n_open = o->n_attach;
		left.open_object = ARENA_ARRAY(an->arena, const char *, o->n_attach);
		left.objects.n = 0;
		for (k = 0; k < o->n_attach; k++) {
			left.open_object[k] = attach_object(an, &o->attach[k]);
			if (left.open_object[k])
				strlist_add(&left.objects, an->arena, left.open_object[k]);
		}
	}
	return left;
}

/* Of all its hazards, not only of the section that its ladder shows. */
static struct leftover hazards_left(struct analysis *an, const struct finding *f)
{
	struct leftover left = { .finding = f };
	struct site_list all = { 0 };
	size_t i;

	for (i = 0; i < an->hazards.n; i++) {
		const struct hazard *h = &an->hazards.v[i];
		struct site_list sites;

		if (h->cause == FACTS_NONE || an->shown_by[h->cause] != f->cause ||
		    guards_close(an, h))
			continue;
		sites_find(an, h, &sites);
		sites_merge(&all, &sites);
		sites_release(&sites);
	}
	left.severity = severity_of(&all);
	if (left.severity > f->severity)
		left.severity = f->severity;
	fill_open(an, &all, &left);
	sites_release(&all);
	return left;
}

/* What @set leaves of finding @f. */
static struct leftover leftover_of(struct analysis *an, struct remedy_set *set,
				   const struct finding *f)
{
	struct leftover left = { .finding = f, .severity = f->severity };

	an->remedies = set;
	if (f->orders.n)
		left = order_left(an, set, f);
	else if (f->cause != UINT32_MAX)
		left = hazards_left(an, f);
	/* Else it is what one function does by itself, whatever is traced and whoever is guarded. */
	an->remedies = NULL;
	return left;
}

static uint32_t find_guard(const struct analysis *an, const char *name)
{
	uint32_t g, s;

	for (g = 0; g < an->p->gvars.n; g++)
		if (!strcmp(program_str(an->p, an->p->gvars.v[g].name), name))
			return g;
	s = program_find_string(an->p, name);
	return s == FACTS_NONE || !strchr(name, '.') ? FACTS_NONE : s | GUARD_FIELD;
}

static bool is_called(const struct analysis *an, uint32_t func, const char *name)
{
	return !strcmp(func_name(an->p, func), name) || !strcmp(people_name(an->p, func), name);
}

static void set_guard(struct analysis *an, struct remedy_set *set, const char *function,
		      const char *counter)
{
	uint32_t guard = find_guard(an, counter), f;

	for (f = 0; guard != FACTS_NONE && f < an->p->funcs.n; f++)
		if (is_called(an, f, function))
			vec_push(&set->guards, ((struct raised){ f, guard }));
}

static bool traceable(struct analysis *an, uint32_t func)
{
	const struct rules *rules = an->p->rules;
	size_t w;

	for (w = 0; w < rules->attach.n; w++)
		if (rules->attach.v[w].at == AT_FUNCTION_ENTRY &&
		    attach_function(an->p, &an->t, an->o, &rules->attach.v[w], func, false)
				    .certainty != CERT_NO)
			return true;
	return false;
}

static void hide(struct analysis *an, struct remedy_set *set, uint32_t func, struct trial *t)
{
	if (set->hidden[func])
		return;
	set->hidden[func] = true;
	if (traceable(an, func))
		strlist_add(&t->hidden, an->arena, func_name(an->p, func));
}

static void hide_function(struct analysis *an, struct remedy_set *set, const char *name,
			  struct trial *t)
{
	uint32_t f;

	strlist_add(&t->notrace, an->arena, name);
	for (f = 0; f < an->p->funcs.n; f++)
		if (is_called(an, f, name))
			hide(an, set, f, t);
}

static void hide_object(struct analysis *an, struct remedy_set *set, const char *object,
			struct trial *t)
{
	bool analysed = false;
	uint32_t f;

	strlist_add(&t->objects, an->arena, object);
	for (f = 0; f < an->p->funcs.n; f++) {
		const char *o = func_object(an, f);

		if (!o || strcmp(o, object) != 0)
			continue;
		analysed |= an->p->funcs.v[f].defined;
		hide(an, set, f, t);
	}
	if (!analysed)
		strlist_add(&t->hidden_objects, an->arena, object);
}

static struct remedy_set new_set(struct analysis *an)
{
	return (struct remedy_set){ .hidden = ARENA_ARRAY(an->arena, bool, an->p->funcs.n) };
}

/* Ends trial @t of finding @f: what is left, kept with it. */
static const struct leftover *finish(struct analysis *an, struct remedy_set *set,
				     const struct finding *f, struct trial *t)
{
	t->left = ARENA_NEW(an->arena, struct leftover);
	t->left[0] = leftover_of(an, set, f);
	t->n_left = 1;
	return t->left;
}

static void push_trial(struct analysis *an, struct proposals *p, const struct trial *t)
{
	struct trial *v = ARENA_ARRAY(an->arena, struct trial, p->n_trials + 1);

	if (p->n_trials)
		memcpy(v, p->trials, p->n_trials * sizeof(*v));
	v[p->n_trials++] = *t;
	p->trials = v;
}

/* Where the counter that the callee tests would have to be raised. */
static void propose_guard(struct analysis *an, const struct finding *f, struct proposals *p)
{
	const struct cause *c = &an->causes.v[f->cause];
	struct remedy_set set = new_set(an);
	struct trial t = { .kind = "guard" };

	/* RL106: the callee tests nothing, so that it is of no use to raise anything. */
	if (c->expected == FACTS_NONE || c->rule == &rule_rl106 || c->of_lock)
		return;
	vec_push(&set.guards, ((struct raised){ c->func, c->expected }));
	strlist_add(&t.guards, an->arena,
		    arena_printf(an->arena, "%s:%s", people_name(an->p, c->func),
				 guard_name(an->p, c->expected)));
	finish(an, &set, f, &t);
	push_trial(an, p, &t);
	vec_release(&set.guards);
}

static void propose_notrace(struct analysis *an, const struct leftover *now, struct proposals *p)
{
	struct remedy_set set = new_set(an);
	struct trial t = { .kind = "notrace" };
	size_t i;

	for (i = 0; i < now->n_open; i++)
		if (now->open[i].function)
			hide_function(an, &set, now->open[i].function, &t);
	if (!t.notrace.n)
		return;
	finish(an, &set, now->finding, &t);
	push_trial(an, p, &t);
}

/* The object with most of the functions that are still open, or NULL. */
static const char *worst_object(const struct leftover *left)
{
	const char *best = NULL;
	size_t most = 0, i, k, n;

	for (i = 0; i < left->objects.n; i++) {
		n = 0;
		for (k = 0; k < left->n_open; k++)
			n += left->open_object[k] &&
			     !strcmp(left->open_object[k], left->objects.v[i]);
		if (n > most) {
			most = n;
			best = left->objects.v[i];
		}
	}
	return best;
}

static void propose_objects(struct analysis *an, const struct leftover *now, struct proposals *p)
{
	const struct leftover *left = now;
	struct remedy_set set = new_set(an);
	struct trial t = { .kind = "no-ftrace" };
	size_t step, i;

	for (step = 0; left->objects.n; step++) {
		const char *own = func_object(an, an->causes.v[now->finding->cause].func);
		bool has_own = false;

		for (i = 0; own && i < left->objects.n; i++)
			has_own |= !strcmp(left->objects.v[i], own);
		if (step == MAX_STEPS) {
			for (i = 0; i < left->objects.n; i++)
				hide_object(an, &set, left->objects.v[i], &t);
		} else {
			/* The bug's own object is what one thinks of first. */
			hide_object(an, &set, !step && has_own ? own : worst_object(left), &t);
		}
		left = finish(an, &set, now->finding, &t);
		push_trial(an, p, &t);
		if (step == MAX_STEPS)
			break;
	}
}

static void propose(struct analysis *an, const struct report *r, const struct finding *f,
		    struct proposals *p)
{
	struct remedy_set none = new_set(an);
	struct leftover now;
	size_t i;

	p->finding = f;
	/* What is of no program that comes back in is mended where it is. */
	if (f->cause != UINT32_MAX) {
		now = leftover_of(an, &none, f);
		propose_guard(an, f, p);
		propose_notrace(an, &now, p);
		propose_objects(an, &now, p);
	}
	for (i = 0; i < r->n_findings; i++)
		if (&r->findings[i] != f && !strcmp(r->findings[i].context, "nmi") &&
		    r->findings[i].severity > SEV_NOTE &&
		    !strcmp(r->findings[i].lock.class, f->lock.class))
			strlist_add(&p->nmi, an->arena, r->findings[i].id);
}

static void try_given(struct analysis *an, const struct report *r, struct whatif *ret)
{
	const struct remedy_names *names = an->o->whatif;
	struct remedy_set set = new_set(an);
	struct trial *t = ARENA_NEW(an->arena, struct trial);
	size_t i;

	t->kind = "given";
	for (i = 0; i < names->n_guards; i++) {
		set_guard(an, &set, names->guards[i].function, names->guards[i].counter);
		strlist_add(&t->guards, an->arena,
			    arena_printf(an->arena, "%s:%s", names->guards[i].function,
					 names->guards[i].counter));
	}
	for (i = 0; i < names->n_notrace; i++)
		hide_function(an, &set, names->notrace[i], t);
	for (i = 0; i < names->n_objects; i++)
		hide_object(an, &set, names->objects[i], t);
	t->left = ARENA_ARRAY(an->arena, struct leftover, r->n_findings);
	for (i = 0; i < r->n_findings; i++) {
		if (r->findings[i].severity == SEV_NOTE)
			continue;
		t->left[t->n_left++] = leftover_of(an, &set, &r->findings[i]);
	}
	vec_release(&set.guards);
	vec_release(&set.orders);
	ret->given = t;
}

void make_whatif(struct analysis *an, struct report *ret)
{
	const struct remedy_names *names = an->o->whatif;
	struct whatif *w = ARENA_NEW(an->arena, struct whatif);
	size_t i;

	ret->whatif = w;
	if (names->n_guards + names->n_notrace + names->n_objects) {
		try_given(an, ret, w);
		return;
	}
	w->proposals = ARENA_ARRAY(an->arena, struct proposals, ret->n_findings);
	for (i = 0; i < ret->n_findings; i++) {
		if (an->o->progress)
			an->o->progress(an->o->data, "remedies", i, ret->n_findings);
		if (ret->findings[i].severity == SEV_ERROR)
			propose(an, ret, &ret->findings[i], &w->proposals[w->n_proposals++]);
	}
}
