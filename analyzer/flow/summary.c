// SPDX-License-Identifier: MIT
#include "flow/summary.h"

#include "flow/tables.h"

#include <stdlib.h>
#include <string.h>

/* Bound on the instructions of one such run; what it calls beyond the scope is not counted again. */
#define SUMMARY_STEPS 20000

/* What is known of what a function is handed: a summary is made for that. */
struct arguments {
	int64_t value[INTERP_MAX_PARAMS];
	bool known[INTERP_MAX_PARAMS];
	struct param_hint hint[INTERP_MAX_PARAMS]; /* of those that are not known */
	uint32_t n;
	struct table_hint tables[TABLE_MAX_HINTS];
	uint8_t n_tables;
};

static bool irqs_off(const struct guards *g)
{
	return guards_get(g, GUARD_IRQS_OFF) > 0;
}

/* The parameter, from 1, that @addr is in what it points to: callers may know the class then. 0: none. */
static uint32_t handed_in(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_FADDR || v->op == SY_IADDR || v->op == SY_LOAD)
		v = sym_get(syms, v->a);
	return v->op == SY_PARAM ? v->a + 1 : 0;
}

/* Whether @a, of @x, is a lock like @b, of @y: to have one of them is enough. */
static bool is_like(const struct syms *x, const struct acquire *a, const struct syms *y,
		    const struct acquire *b)
{
	return a->class == b->class && a->blocking == b->blocking && a->odd == b->odd &&
	       sym_place(x, a->addr) == sym_place(y, b->addr) &&
	       handed_in(x, a->addr) == handed_in(y, b->addr);
}

/*
 * Whether the way to @a, which has @length frames, is to be told rather than that to @old, with
 * @old_length: what the first attempt comes to as well is no matter of the second.
 */
static bool is_better(const struct acquire *a, uint32_t length, const struct acquire *old,
		      uint32_t old_length)
{
	return a->second == old->second ? length < old_length : old->second;
}

/* Notes acquire @a of @run, unless there is a way to a lock like it that is as short. */
static void add_take(struct interp *in, const struct run *run, const struct acquire *a,
		     struct summary *sm)
{
	struct arena *arena = &in->p->arena;
	struct summary_take *t = NULL;
	const struct frame *fr = a->via ? a->caller : a->frame;
	uint32_t i;

	for (i = 0; i < sm->n_takes && !t; i++)
		if (is_like(&in->summary_syms, &sm->takes[i].acquire, &run->syms, a))
			t = &sm->takes[i];
	if (t && !is_better(a, a->frame->depth + 1, &t->acquire, t->n_frames))
		return;
	if (!t) {
		t = &sm->takes[sm->n_takes++];
		memset(t, 0, sizeof(*t));
	}
	t->acquire = *a;
	t->acquire.addr = sym_copy(&in->summary_syms, &run->syms, a->addr, NULL, 0);
	t->acquire.frame = t->acquire.caller = NULL;
	t->acquire.n_under = 0; /* numbers of that run's */
	t->via = a->via;
	t->call = a->call;
	for (i = 0; i < t->acquire.tests.n; i++) {
		t->acquire.tests.v[i].addr = SYM_NONE;
		t->acquire.tests.v[i].n_raised = 0;
	}
	t->n_frames = a->frame->depth + 1;
	t->n_own = fr->depth + 1;
	t->own = ARENA_ARRAY(arena, struct frame, t->n_own);
	for (i = t->n_own; fr && i; fr = fr->up) {
		t->own[--i] = *fr;
		t->own[i].args = NULL;
		t->own[i].n_args = 0;
	}
}

/* Whether what @run does depends on guards, for all that can be seen of it. */
static bool is_guarded(const struct run *run)
{
	size_t i;
	uint8_t g;

	if (run->tested)
		return true;
	for (i = 0; i < run->acquires.n; i++) {
		const struct acquire *a = &run->acquires.v[i];

		if (a->tests.n)
			return true;
		for (g = 0; g < a->guards.n; g++)
			if (a->guards.v[g].guard != GUARD_IRQS_OFF)
				return true;
	}
	return false;
}

/* Fills @ret with what @s says of @args, terms of @fl's run, that @func is called with. */
static void know_arguments(const struct flow *fl, const struct state *s, uint32_t func,
			   const uint32_t *args, uint32_t n_args, struct arguments *ret)
{
	const struct func *fn = &fl->in->p->funcs.v[func];
	bool is_inline = fn->flags & FF_HEADER && fn->flags & FF_INLINE;
	const struct syms *syms = &fl->run->syms;
	uint32_t i;

	memset(ret, 0, sizeof(*ret));
	ret->n = n_args < INTERP_MAX_PARAMS ? n_args : INTERP_MAX_PARAMS;
	for (i = 0; i < ret->n; i++) {
		int truth = state_truth(s, syms, args[i]);

		ret->known[i] = sym_is_int(syms, args[i], &ret->value[i]) || !truth;
		ret->hint[i].bits = sym_bits(syms, args[i]);
		if (ret->known[i])
			continue;
		ret->hint[i].nonnull = truth == 1;
		ret->hint[i].one_of = state_one_of(s, syms, args[i]);
		/* Functions that are inlined go by what is in a variable of their caller's. */
		if (is_inline && sym_get(syms, args[i])->op == SY_LADDR) {
			uint32_t val = state_cell(s, args[i]);

			ret->hint[i].points = val != SYM_NONE &&
					      sym_is_int(syms, val, &ret->hint[i].to);
		}
	}
	ret->n_tables = table_hints(syms, s, args, ret->n, ret->tables);
}

static uint64_t arguments_key(const struct arguments *a)
{
	uint64_t key = a->n;
	uint32_t i;
	uint8_t k;

	for (i = 0; i < a->n; i++) {
		key = map64_mix(key, a->known[i] ? 2 : a->hint[i].nonnull);
		key = map64_mix(key, (uint64_t)a->value[i]);
		key = map64_mix(key, a->hint[i].one_of);
		key = map64_mix(key, a->known[i] ? 0 : a->hint[i].bits);
		if (a->hint[i].points)
			key = map64_mix(key, (uint64_t)a->hint[i].to);
	}
	for (i = 0; i < a->n_tables; i++) {
		const struct table_hint *h = &a->tables[i];

		key = map64_mix(map64_mix(key, h->param), h->func);
		for (k = 0; k < h->n_steps; k++) {
			const struct table_step *t = &h->steps[k];

			key = map64_mix(key, t->loads ? 0 : (uint64_t)t->record << 32 | t->field);
		}
	}
	return key;
}

static void make(struct flow *fl, const struct guards *g, uint32_t func, const struct arguments *a,
		 struct summary *sm)
{
	struct interp *in = fl->in;
	struct run_input input = { .func = func, .kind = FACTS_NONE, .guards = g, .nested = true,
				   .nmi = fl->input->nmi, .param_value = a->value,
				   .param_known = a->known, .param_hint = a->hint,
				   .n_known = a->n, .table_hints = a->tables,
				   .n_table_hints = a->n_tables, .max_steps = SUMMARY_STEPS };
	struct summary_take *takes;
	struct run run;
	size_t i;

	interp_run(in, &input, &run);
	sm->takes = xcalloc(run.acquires.n, sizeof(*sm->takes));
	for (i = 0; i < run.acquires.n; i++)
		if (run.acquires.v[i].class || handed_in(&run.syms, run.acquires.v[i].addr))
			add_take(in, &run, &run.acquires.v[i], sm);
	/* There are many summaries, and few of the acquires are takes. */
	takes = sm->takes;
	sm->takes = arena_memdup(&in->p->arena, takes, sm->n_takes * sizeof(*takes));
	free(takes);
	if (is_guarded(&run)) {
		sm->n_counted = run.counted.n;
		sm->counted = arena_memdup(&in->p->arena, run.counted.v,
					   sm->n_counted * sizeof(*sm->counted));
	}
	sm->open = run.open && !run.cut;
	sm->returns = run.exits.n || run.cut;
	sm->cut = run.cut != NULL;
	sm->steps = run.steps;
	interp_run_release(&run);
}

/* The summary of @key, made in @g if it is not there yet. */
static struct summary *get(struct flow *fl, uint64_t key, const struct guards *g, uint32_t func,
			   const struct arguments *a)
{
	struct interp *in = fl->in;
	uint32_t at = map64_get(&in->summary_at, key);
	struct summary *sm;

	if (at != MAP64_EMPTY)
		return in->summaries.v[at];
	sm = ARENA_NEW(&in->p->arena, struct summary);
	map64_put(&in->summary_at, key, (uint32_t)in->summaries.n);
	vec_push(&in->summaries, sm);
	/* As long as it is being made: the function comes to itself. */
	sm->returns = true;
	make(fl, g, func, a, sm);
	return sm;
}

/*
 * Adds to @g those of @all that @sm depends on; returns whether there were any that it lacks. How
 * often interrupts were turned off makes no difference to what is called.
 */
static bool add_counted(struct guards *g, const struct guards *all, const struct summary *sm)
{
	bool more = false;
	uint8_t i;
	size_t k;

	for (i = 0; i < all->n && sm->n_counted; i++) {
		if (guards_get(g, all->v[i].guard))
			continue;
		for (k = 0; k < sm->n_counted && sm->counted[k] != all->v[i].guard; k++)
			;
		if (k == sm->n_counted && all->v[i].guard != GUARD_IRQS_OFF)
			continue;
		guards_set(g, all->v[i].guard, all->v[i].count);
		more = true;
	}
	return more;
}

const struct summary *summary_of(struct flow *fl, const struct state *s, uint32_t func,
				 const uint32_t *args, uint32_t n_args)
{
	bool off = irqs_off(&s->guards);
	uint64_t key = map64_mix(func, (uint64_t)fl->input->nmi << 1 | off);
	struct guards g = { .n = 0 };
	struct arguments a;
	struct summary *sm;
	size_t i;

	know_arguments(fl, s, func, args, n_args, &a);
	key = map64_mix(key, arguments_key(&a));
	if (off)
		guards_set(&g, GUARD_IRQS_OFF, 1);
	sm = get(fl, key, &g, func, &a);
	/* With one of them raised it may come to others. */
	while (add_counted(&g, &s->guards, sm))
		sm = get(fl, guards_mix(key, &g), &g, func, &a);
	for (i = 0; i < sm->n_counted; i++)
		prim_counted(fl->run, sm->counted[i]);
	return sm;
}

/* The frames of @t below the one of @pc: its call, and what that calls. */
static const struct frame *add_frames(const struct prim_call *pc, const struct summary_take *t)
{
	struct frame *v = ARENA_ARRAY(&pc->fl->run->arena, struct frame, t->n_frames);
	const struct frame *up = pc->frame;
	struct fact_loc call = pc->insn->loc;
	uint32_t i, n = 0;

	for (; t; call = t->call, t = t->via) {
		for (i = 0; i < t->n_own; i++, n++) {
			v[n] = t->own[i];
			if (!i)
				v[n].call = call;
			v[n].up = up;
			v[n].depth = up->depth + 1;
			v[n].hash = map64_mix(up->hash, (uint64_t)v[n].func << 32 | v[n].call.line);
			up = &v[n];
		}
	}
	return up;
}

/* Raises those of @g to what they are in @more. */
static void add_guards(struct guards *g, const struct guards *more)
{
	uint8_t i;

	for (i = 0; i < more->n; i++)
		if (guards_get(g, more->v[i].guard) < more->v[i].count)
			guards_set(g, more->v[i].guard, more->v[i].count);
}

/* Adds those of @more that @t has none of its own of. */
static void add_tests(struct guard_tests *t, const struct guard_tests *more)
{
	uint8_t i, k;

	for (i = 0; i < more->n; i++) {
		for (k = 0; k < t->n && t->v[k].guard != more->v[i].guard; k++)
			;
		if (k == t->n && t->n < INTERP_MAX_GUARDS)
			t->v[t->n++] = more->v[i];
	}
}

/*
 * What tells one way to a lock from another in a run: the interrupted context
 * and what was asked on the way, not the call.
 */
static uint64_t take_key(const struct syms *syms, const struct acquire *a)
{
	uint64_t key = map64_mix(map64_mix(a->class, a->blocking), sym_place(syms, a->addr));
	uint8_t i;

	key = map64_mix(key, (uint64_t)a->kind << 1 | a->nested);
	key = map64_mix(key, a->odd);
	for (i = 0; i < a->n_under; i++)
		key = map64_mix(key, a->under[i]);
	key = map64_mix(key, a->map_fields);
	key = map64_mix(key, handed_in(syms, a->addr));
	key = guards_mix(key, &a->guards);
	for (i = 0; i < a->tests.n; i++)
		key = map64_mix(key, (uint64_t)a->tests.v[i].guard << 32 |
					     (uint32_t)a->tests.v[i].count);
	return key;
}

/* Makes the way to @a the one of @pc's call, and on as in @t. */
static void go_by(const struct prim_call *pc, const struct summary_take *t, struct acquire *a)
{
	a->frame = add_frames(pc, t);
	a->via = t;
	a->caller = pc->frame;
	a->call = pc->insn->loc;
	keep_frame(pc->fl);
}

static void apply_take(const struct prim_call *pc, const struct state *s,
		       const struct summary_take *t)
{
	struct run *run = pc->fl->run;
	struct acquire a = t->acquire;
	uint64_t key;
	uint32_t at;

	a.addr = sym_copy(&run->syms, &pc->fl->in->summary_syms, a.addr, pc->args, pc->insn->n_args);
	if (a.kind == FACTS_NONE)
		a.kind = s->kind;
	if (!a.odd)
		a.odd = s->odd;
	a.second |= s->second;
	add_tests(&a.tests, &s->tests);
	add_guards(&a.guards, &s->guards);
	/* Of a lock that is handed over, callers may know more than its type. */
	if (handed_in(&pc->fl->in->summary_syms, t->acquire.addr)) {
		uint32_t class = interp_lock_class(pc->fl->in, run, a.addr);

		a.class = class ? class : a.class;
	}
	if (!a.class && !handed_in(&run->syms, a.addr))
		return;
	a.map_fields |= prim_path_fields(pc->fl, s);
	a.nested = false; /* what is held here tells ways apart, and not what is held there */
	prim_note_held(run, s, &a);
	a.beyond = true;
	key = take_key(&run->syms, &a);
	a.nested |= t->acquire.nested;
	at = map64_get(&pc->fl->acquire_seen, key);
	if (at != MAP64_EMPTY) {
		struct acquire *old = &run->acquires.v[at];

		if (!is_better(&a, pc->frame->depth + t->n_frames, old, old->frame->depth))
			return;
		a.nested |= old->nested;
		go_by(pc, t, &a);
		*old = a;
		return;
	}
	go_by(pc, t, &a);
	map64_put(&pc->fl->acquire_seen, key, (uint32_t)run->acquires.n);
	vec_push(&run->acquires, a);
}

void summary_apply(const struct prim_call *pc, const struct state *s, const struct summary *sm)
{
	size_t i;

	for (i = 0; i < sm->n_takes; i++)
		apply_take(pc, s, &sm->takes[i]);
}

/* Whether @addr is in a global, and no pointer leads there. */
static bool is_global(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_FADDR)
		v = sym_get(syms, v->a);
	return v->op == SY_GADDR;
}

static bool takes_like(const struct syms *syms, const struct summary *sm, const struct acquire *a)
{
	size_t i;

	for (i = 0; i < sm->n_takes; i++)
		if (is_like(syms, &sm->takes[i].acquire, syms, a))
			return true;
	return false;
}

void summary_apply_common(const struct prim_call *pc, const struct state *s,
			  const struct summary *const *sm, size_t n)
{
	const struct syms *syms = &pc->fl->in->summary_syms;
	size_t i, k;

	for (i = 0; i < sm[0]->n_takes; i++) {
		const struct acquire *a = &sm[0]->takes[i].acquire;

		if (!a->blocking || !is_global(syms, a->addr))
			continue;
		for (k = 1; k < n && takes_like(syms, sm[k], a); k++)
			;
		if (k == n)
			apply_take(pc, s, &sm[0]->takes[i]);
	}
}
