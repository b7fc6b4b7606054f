// SPDX-License-Identifier: MIT
#include "hazard/finding.h"
#include "hazard/model.h"

#include <string.h>

#define MAX_FRAMES 64

struct rungs {
	VEC(struct step) v;
};

static void add_step(struct rungs *r, enum step_kind kind, unsigned int depth,
		     const char *function, struct location loc, const char *note)
{
	struct step s = { .kind = kind, .depth = depth, .function = function, .location = loc,
			  .note = note ? note : "" };

	s.location.function = function;
	vec_push(&r->v, s);
}

/*
 * The frames from the run's first function to @last, outermost first. The
 * wrapper that a helper's macro makes is not shown: its body stands for both.
 */
static size_t people_stack(const struct program *p, const struct frame *last,
			   const struct frame **ret)
{
	const char *prefix = p->rules->tree.helper_body_prefix;
	const struct frame *fr;
	size_t n = 0, i, k;

	for (fr = last; fr && n < MAX_FRAMES; fr = fr->up)
		ret[n++] = fr;
	for (i = 0; i < n / 2; i++) {
		fr = ret[i];
		ret[i] = ret[n - 1 - i];
		ret[n - 1 - i] = fr;
	}
	for (i = 1; i < n; i++) {
		if (strncmp(func_name(p, ret[i]->func), prefix, strlen(prefix)) ||
		    strcmp(people_name(p, ret[i]->func), func_name(p, ret[i - 1]->func)))
			continue;
		for (k = i - 1; k + 1 < n; k++)
			ret[k] = ret[k + 1];
		n--;
		i--;
	}
	return n;
}

static struct location loc_of(const struct program *p, const struct fact_loc *l)
{
	return program_location(p, l, FACTS_NONE);
}

/* What a rung says of the NULL that was passed, or NULL. */
static const char *null_note(struct analysis *an, const struct hazard *h, const struct frame *fr,
			     bool is_callee)
{
	const struct func *fn = &an->p->funcs.v[fr->func];
	const struct facts *f = func_facts(an->p, fn);
	const struct fact_func *ff = func_fact(an->p, fn);
	uint32_t k;
	int64_t v;

	for (k = 0; k < fr->n_args && k < ff->n_params; k++)
		if (sym_is_int(&h->outer->run.syms, fr->args[k], &v) && !v &&
		    interp_param_is_guard(&an->in, fr->func, k))
			return arena_printf(an->arena,
					    is_callee ? "guard skipped: %s is NULL" : "%s = NULL",
					    program_str(an->p, f->locals.v[ff->locals + k].name));
	return NULL;
}

static const char *guards_note(struct analysis *an, const struct guards *g)
{
	const char *s = NULL;
	uint8_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].count > 0 && g->v[i].guard != GUARD_IRQS_OFF)
			s = s ? arena_printf(an->arena, "%s, %s", s, guard_name(an->p, g->v[i].guard))
			      : guard_name(an->p, g->v[i].guard);
	return s;
}

const char *entry_via(struct analysis *an, const struct hazard *h)
{
	const struct frame *fr = hazard_entry(h);

	return fr->via_pointer ? arena_printf(an->arena, "%s.%s", program_str(an->p, fr->via_record),
					      program_str(an->p, fr->via_field))
			       : h->outer->via;
}

static const char *pointer_note(struct analysis *an, const struct frame *fr)
{
	const struct program *p = an->p;

	if (fr->via_record == TARGET_VARIABLE)
		return arena_printf(an->arena, "through %s",
				    program_str(p, p->gvars.v[fr->via_field].name));
	if (!fr->via_record)
		return "through a pointer";
	return arena_printf(an->arena, "through %s.%s", program_str(p, fr->via_record),
			    program_str(p, fr->via_field));
}

/* The calls from @stack[from] on; each rung is placed at its call of the next. */
static void add_calls(struct analysis *an, const struct hazard *h, struct rungs *r,
		      const struct frame *const *stack, size_t from, size_t n, unsigned int base,
		      bool outer)
{
	size_t i;

	for (i = from; i + 1 < n; i++) {
		const struct frame *fr = stack[i], *to = stack[i + 1];
		const char *note = NULL, *more = NULL;

		if (outer) {
			note = null_note(an, h, fr, true);
			more = null_note(an, h, to, false);
			if (!i)
				note = *entry_via(an, h) ? entry_via(an, h) : note;
			if (note && more)
				note = arena_printf(an->arena, "%s; %s", note, more);
			else if (more)
				note = more;
		}
		if (!note && fr->via_pointer)
			note = pointer_note(an, fr);
		add_step(r, fr->via_pointer ? STEP_POINTER : STEP_CALL, base + (unsigned int)i,
			 people_name(an->p, fr->func), loc_of(an->p, &to->call), note);
	}
}

/* @last: with a rung for the call at @pt itself. */
static void add_outer(struct analysis *an, const struct hazard *h, struct rungs *r,
		      const struct point *pt, bool last, unsigned int *ret_depth,
		      unsigned int *ret_acquire)
{
	const struct frame *held[MAX_FRAMES], *at[MAX_FRAMES];
	size_t n = people_stack(an->p, h->held->frame, held);
	size_t m = people_stack(an->p, pt ? pt->frame : h->held->frame, at);
	const char *up = guards_note(an, &h->held->guards), *note;
	size_t shared = 0, i;

	add_calls(an, h, r, held, 0, n, 0, true);
	note = arena_printf(an->arena, "%s%s %s%s%s",
			    n == 1 && *entry_via(an, h)
				    ? arena_printf(an->arena, "%s; ", entry_via(an, h))
				    : "",
			    h->held->callers ? "is called with" : "acquires",
			    program_str(an->p, h->held->class), up ? ", raised: " : "",
			    up ? up : "");
	add_step(r, STEP_ACQUIRE, (unsigned int)n - 1, people_name(an->p, h->held->func),
		 loc_of(an->p, &h->held->loc), note);
	*ret_acquire = (unsigned int)r->v.n;
	while (shared < n && shared < m && held[shared]->hash == at[shared]->hash)
		shared++;
	/* Down from the last shared frame to the one that the program runs in. */
	for (i = shared ? shared - 1 : 0; i < m; i++) {
		/* Its rung is there: it took the lock, or the program runs in itself. */
		if (i + 1 == shared && (i + 1 == n || i + 1 == m))
			continue;
		if (i + 1 == m && !last)
			continue;
		add_step(r, at[i]->via_pointer ? STEP_POINTER : STEP_CALL, (unsigned int)i,
			 people_name(an->p, at[i]->func),
			 loc_of(an->p, i + 1 < m ? &at[i + 1]->call : &pt->loc),
			 !shared && !i ? pointer_note(an, at[i]) : NULL);
	}
	*ret_depth = (unsigned int)m;
}

/* Puts @s at place @at, before what stands there. */
static void insert_step(struct rungs *r, size_t at, struct step s)
{
	size_t i;

	vec_push(&r->v, s);
	for (i = r->v.n - 1; i > at; i--)
		r->v.v[i] = r->v.v[i - 1];
	r->v.v[at] = s;
}

/* The end of a ladder of two: what another CPU has. */
static void add_blocked(struct analysis *an, struct rungs *r, unsigned int depth,
			const struct acquire *held, const struct acquire *wanted)
{
	add_step(r, STEP_BLOCKED, depth, people_name(an->p, wanted->func),
		 loc_of(an->p, &wanted->loc),
		 arena_printf(an->arena, "wants %s%s, which another CPU holds",
			      held->class == wanted->class ? "another " : "",
			      program_str(an->p, wanted->class)));
}

static void add_nested(struct analysis *an, const struct hazard *h, struct rungs *r,
		       unsigned int depth, unsigned int acquire)
{
	const struct frame *stack[MAX_FRAMES];
	const struct frame *last = h->waits ? h->waits->frame : h->wanted->frame;
	size_t n = people_stack(an->p, last, stack), first = r->v.n;
	uint8_t k;

	add_calls(an, h, r, stack, 0, n, depth, false);
	if (n > 1) {
		r->v.v[first].kind = STEP_REENTER;
	} else {
		add_step(r, STEP_REENTER, depth, people_name(an->p, stack[0]->func),
			 loc_of(an->p, &func_fact(an->p, &an->p->funcs.v[stack[0]->func])->loc), NULL);
	}
	if (h->waits) {
		add_step(r, STEP_BLOCKED, depth + (unsigned int)n - (n > 1 ? 1 : 0),
			 people_name(an->p, last->func), loc_of(an->p, &h->waits->loc),
			 arena_printf(an->arena, "waits for %s to be lowered, which is up at (%u)",
				      guard_name(an->p, h->waits->guard), acquire));
		return;
	}
	/* The tests of guards stand right after the function that the program calls. */
	for (k = 0; k < h->wanted->tests.n; k++) {
		const struct guard_test *t = &h->wanted->tests.v[k];
		struct step s = { .kind = STEP_GUARD, .depth = depth + 1,
				  .function = people_name(an->p, t->func),
				  .location = loc_of(an->p, &t->loc) };

		s.note = arena_printf(an->arena,
				      t->count != 1 ? "%s is %d after the test"
				      : guards_get(&h->guards, t->guard) > 0
					      ? "%s of another index or object was 0: the test passes"
					      : "%s was 0: the test passes",
				      guard_name(an->p, t->guard), t->count);
		s.location.function = s.function;
		insert_step(r, first + 1 + k, s);
	}
	if (h->context == CTX_ORDER) {
		add_blocked(an, r, depth + (unsigned int)n - (n > 1 ? 1 : 0), h->held, h->wanted);
		return;
	}
	add_step(r, STEP_BLOCKED, depth + (unsigned int)n - (n > 1 ? 1 : 0),
		 people_name(an->p, h->wanted->func), loc_of(an->p, &h->wanted->loc),
		 arena_printf(an->arena, "wants %s, held since (%u)",
			      program_str(an->p, h->wanted->class), acquire));
	r->v.v[r->v.n - 1].since = acquire;
}

struct ladder make_path(struct analysis *an, const struct outer *o, const struct frame *last,
			const struct step *begin, const struct step *end)
{
	const struct frame *stack[MAX_FRAMES];
	size_t n = people_stack(an->p, last, stack);
	struct rungs r = { 0 };
	struct step steps[2] = { *begin, *end };
	struct ladder l;
	size_t i;

	add_calls(an, NULL, &r, stack, 0, n, 0, false);
	if (n > 1 && *o->via)
		r.v.v[0].note = o->via;
	for (i = 0; i < 2; i++) {
		if (!steps[i].function)
			continue;
		/* The second may stand further out. */
		steps[i].depth = steps[i].depth < n ? steps[i].depth : (unsigned int)n - 1;
		steps[i].location.function = steps[i].function;
		vec_push(&r.v, steps[i]);
	}
	l.v = arena_memdup(an->arena, r.v.v, r.v.n * sizeof(*r.v.v));
	l.n = r.v.n;
	vec_release(&r.v);
	return l;
}

struct ladder make_ladder(struct analysis *an, const struct hazard *h, const struct point *pt,
			  const char *attach_function, const char *attach_note)
{
	struct rungs r = { 0 };
	struct ladder l;
	unsigned int depth, acquire;

	add_outer(an, h, &r, pt, true, &depth, &acquire);
	add_step(&r, STEP_ATTACH, depth, attach_function, loc_of(an->p, pt ? &pt->loc : &h->held->loc),
		 attach_note);
	add_nested(an, h, &r, depth + 1, acquire);
	l.v = arena_memdup(an->arena, r.v.v, r.v.n * sizeof(*r.v.v));
	l.n = r.v.n;
	vec_release(&r.v);
	return l;
}

struct ladder make_plain_ladder(struct analysis *an, struct outer *o,
				const struct acquire *held, const struct point *pt)
{
	struct hazard h = { .held = held, .outer = o };
	struct rungs r = { 0 };
	struct ladder l;
	unsigned int depth, acquire;

	add_outer(an, &h, &r, pt, false, &depth, &acquire);
	add_blocked(an, &r, depth - 1, held, &o->run.acquires.v[pt->held[pt->n_held - 1]]);
	l.v = arena_memdup(an->arena, r.v.v, r.v.n * sizeof(*r.v.v));
	l.n = r.v.n;
	vec_release(&r.v);
	return l;
}
