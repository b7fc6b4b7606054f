// SPDX-License-Identifier: MIT
#include "hazard/model.h"
#include "hazard/sequence.h"
#include "flow/words.h"
#include "hazard/sites.h"

#include <string.h>

/* Bound on the instructions of the run of an entry point beyond the scope. */
#define ENTRY_STEPS 100000

/* Whether the lock at @at, which a function takes or gives back, may be a wanted one. */
static bool is_wanted_at(const struct analysis *an, const struct lock_place *at)
{
	const char *class;
	uint32_t id;

	switch (at->is) {
	case PLACE_LOCAL: /* nobody else has a lock on the stack */
		return false;
	case PLACE_GLOBAL:
		return map64_get(&an->classes, at->sym) != MAP64_EMPTY;
	case PLACE_FIELD:
		class = interp_field_class(&an->in, an->arena, at->f, at->field);
		id = class ? program_find_string(an->p, class) : FACTS_NONE;
		return !class || (id != FACTS_NONE && map64_get(&an->classes, id) != MAP64_EMPTY);
	case PLACE_PARAM:
	case PLACE_INSIDE: /* those that hand it over say which it is */
		return false;
	case PLACE_ANY:
		break;
	}
	return true;
}

/* Whether @fn is a primitive whose lock the rules find from its argument, and that is wanted. */
static bool is_wanted_by_path(const struct analysis *an, const struct func *fn)
{
	const struct names *path = fn->lock ? &fn->lock->path : NULL;
	uint32_t class;

	if (!path || !path->n)
		return false;
	class = program_find_string(an->p, path->v[path->n - 1]);
	/* A member of a struct without a name has a longer one. */
	return path->n > 1 ||
	       (class != FACTS_NONE && map64_get(&an->classes, class) != MAP64_EMPTY);
}

/*
 * Whether @func is beyond the scope and may be an entry point there. Inline
 * functions, and static ones beside it, are gone through from those that call them.
 */
static bool is_own_entry(const struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];

	return func_is_beyond(p, func) && !fn->beside && !(fn->flags & FF_HEADER);
}

/*
 * Marks, in @wanted, what a wanted function is reached from. Those that are entry
 * points beyond the scope make their callers no more than that, where these are
 * beyond it, too.
 */
static void reach_wanted(const struct program *p, bool *wanted)
{
	bool *direct = xcalloc(p->funcs.n, sizeof(*direct));
	size_t i;

	program_reach(p, wanted, false, is_own_entry);
	memcpy(direct, wanted, p->funcs.n * sizeof(*direct));
	for (i = 0; i < p->calls.n; i++) {
		const struct call *c = &p->calls.v[i];

		if (c->callee != FACTS_NONE && direct[c->callee] && is_own_entry(p, c->caller) &&
		    !p->funcs.v[c->caller].value)
			wanted[c->caller] = true;
	}
	free(direct);
}

static bool any_lock(const struct rule_lock *l)
{
	return true;
}

/*
 * Which functions reach an operation on a lock that programs want, by the
 * classes that stand in the source. Where a function is handed the lock, its
 * callers say which it is.
 */
static bool *find_wanted(struct analysis *an)
{
	struct program *p = an->p;
	bool *wanted = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	uint64_t *params = lock_params(&an->in, an->arena, any_lock);
	struct lock_place at;
	size_t i;
	uint32_t k;

	for (i = 0; i < p->calls.n; i++) {
		const struct call *c = &p->calls.v[i];

		for (k = 0; k < LOCK_MAX_ARGS; k++)
			if (lock_handed_over(&an->in, params, c, k, &at) && is_wanted_at(an, &at))
				wanted[c->caller] = true;
		if (c->callee != FACTS_NONE && is_wanted_by_path(an, &p->funcs.v[c->callee]))
			wanted[c->caller] = true;
	}
	for (i = 0; i < an->in.word_users.n; i++)
		if (an->in.word_users.v[i].handed ||
		    map64_get(&an->classes, an->in.word_users.v[i].class) != MAP64_EMPTY)
			wanted[an->in.word_users.v[i].func] = true;
	reach_wanted(p, wanted);
	/* The functions that the lock goes through on its way are part of it. */
	for (i = 0; i < p->funcs.n; i++)
		wanted[i] |= params[i] && !func_only_locks(&p->funcs.v[i]);
	return wanted;
}

static struct outer *run_steps(struct analysis *an, const struct run_input *input,
			       uint32_t record, uint32_t field, const char *via)
{
	struct outer *o = ARENA_NEW(an->arena, struct outer);

	o->func = input->func;
	o->via_record = record;
	o->via_field = field;
	o->via = via;
	o->kind = input->kind;
	o->for_programs = input->for_programs;
	interp_run(&an->in, input, &o->run);
	drop_points_of_no_map(an, o);
	an->steps += o->run.steps;
	if (o->run.cut)
		add_cut(an, input->func, o->run.cut);
	vec_push(&an->outers, o);
	return o;
}

/* Whether @record.@field is called in a task. */
static bool runs_in_task(const struct analysis *an, uint32_t record, uint32_t field)
{
	const struct program *p = an->p;
	size_t i;

	for (i = 0; i < p->rules->last_reference.n; i++) {
		const struct rule_last_reference *r = &p->rules->last_reference.v[i];

		if (r->task && record == program_find_string(p, r->record) &&
		    field == program_find_string(p, r->member))
			return true;
	}
	return false;
}

static void run_outer(struct analysis *an, uint32_t func, uint32_t record, uint32_t field,
		      const char *via, uint32_t kind)
{
	const struct run_input input = { .func = func, .kind = kind,
					 .task = runs_in_task(an, record, field) };

	run_steps(an, &input, record, field, via);
}

/*
 * A function beyond the scope: what calls it there is not gone through. Callers
 * may have interrupts off. Code that looks at that puts its work off then, so
 * whatever is taken with them off is taken in any case.
 */
static void run_beyond(struct analysis *an, uint32_t func)
{
	struct guards g = { .n = 0 };
	const struct run_input input = { .func = func, .kind = FACTS_NONE, .guards = &g,
					 .max_steps = ENTRY_STEPS };

	guards_set(&g, GUARD_IRQS_OFF, 1);
	run_steps(an, &input, 0, 0, "called from elsewhere in the kernel")->beyond = true;
}

/* The first member that @func is assigned to by a table that is of no map kind. */
static const struct member_target *other_member(struct analysis *an, uint32_t func)
{
	size_t i;

	for (i = 0; i < an->p->targets.n; i++)
		if (an->p->targets.v[i].func == func && an->p->targets.v[i].record != TARGET_VARIABLE)
			return &an->p->targets.v[i];
	return NULL;
}

static const char *callable_via(struct analysis *an, uint32_t func)
{
	size_t c;

	for (c = 0; c < an->t.callables.n; c++)
		if (an->t.callables.v[c].func == func)
			return an->t.callables.v[c].proto == FACTS_NONE ? "kfunc" : "helper";
	return NULL;
}

static const char *via_member(struct analysis *an, uint32_t record, uint32_t field)
{
	return arena_printf(an->arena, "%s.%s", program_str(an->p, record), program_str(an->p, field));
}

/* Runs @func once for each kind of map that it serves; false if it serves none. */
static bool run_for_kinds(struct analysis *an, uint32_t func)
{
	bool any = false;
	size_t i, k;

	for (i = 0; i < an->p->targets.n; i++) {
		const struct member_target *t = &an->p->targets.v[i];

		if (t->func != func || t->var == FACTS_NONE || t->record != an->in.ops_record)
			continue;
		for (k = 0; k < an->kinds.n; k++) {
			if (an->kinds.v[k].ops != t->var)
				continue;
			run_outer(an, func, t->record, t->field,
				  via_member(an, t->record, t->field), t->var);
			any = true;
			break;
		}
	}
	return any;
}

/* Runs the members of @s that reach a wanted lock, for a map of @kind; @done: what was run. */
static void run_sequence(struct analysis *an, const struct sequence *s, uint32_t kind,
			 const bool *wanted, bool *done)
{
	uint32_t record = program_string(an->p, s->rule->record);
	uint32_t field = program_string(an->p, s->rule->begin);
	const struct run_input input = { .func = s->begin, .kind = kind, .then = s->steps.v,
					 .n_then = s->steps.n };
	bool followed = false;
	size_t i, k;

	if (wanted[s->begin]) {
		followed = run_steps(an, &input, record, field, via_member(an, record, field))->run.followed;
		done[s->begin] = true;
	}
	for (i = 0; i < s->steps.n; i++) {
		uint32_t func = s->steps.v[i].func;

		for (k = 0; k < i && s->steps.v[k].func != func; k++)
			;
		if (k < i || !wanted[func])
			continue;
		/* With nothing left by the one before, each tells the same by itself. */
		if (!followed && kind != FACTS_NONE)
			run_outer(an, func, record, s->steps.v[i].via_field,
				  via_member(an, record, s->steps.v[i].via_field), kind);
		done[func] |= followed || kind != FACTS_NONE;
	}
}

/* Runs the sequences; @done: the functions that were run, and need not be run by themselves. */
static void run_sequences(struct analysis *an, const bool *wanted, bool *done)
{
	struct sequence_list l = { 0 };
	size_t i, k;

	find_sequences(an, &l);
	for (i = 0; i < l.n; i++) {
		for (k = 0; k < l.v[i].kinds.n; k++)
			run_sequence(an, &l.v[i], l.v[i].kinds.v[k], wanted, done);
		if (!k)
			run_sequence(an, &l.v[i], FACTS_NONE, wanted, done);
	}
	sequences_release(&l);
}

/* Whether programs get @func, and it is about no map, whose kind would have to be known. */
static bool is_given_without_map(const struct analysis *an, uint32_t func)
{
	size_t c;

	for (c = 0; c < an->t.callables.n; c++)
		if (an->t.callables.v[c].func == func && an->pr.of_type[c] &&
		    !an->t.callables.v[c].takes_map)
			return true;
	return false;
}

static void run_helper(struct analysis *an, uint32_t func, const char *via)
{
	const struct run_input plain = { .func = func, .kind = FACTS_NONE, .for_programs = true };
	bool takes = false;
	size_t i;

	/* A helper is run for each kind that it may be called with: those that nested runs found. */
	for (i = 0; i < an->reenters.n; i++) {
		const struct reenter *r = an->reenters.v[i];

		const struct run_input input = { .func = func, .kind = r->kind,
						 .for_programs = true };

		if (an->t.callables.v[r->callable].func == func) {
			run_steps(an, &input, 0, 0, via);
			takes = true;
		}
	}
	/* It takes no lock that can be waited for; it may be there to release one. */
	if (!takes && is_given_without_map(an, func))
		run_steps(an, &plain, 0, 0, via);
}

/*
 * The guards that matter: those that some reenter tests, those of the files that
 * reenters stand in, which are meant for the same locks, rightly or not, and those
 * with which a dispatcher keeps programs from running.
 */
static void find_near_guards(const struct analysis *an, struct map64 *ret)
{
	const struct program *p = an->p;
	size_t i, k;

	for (i = 0; i < an->in.guard_classes.cap; i++) {
		uint32_t g = (uint32_t)an->in.guard_classes.keys[i];
		bool near = map64_get(&an->decisive, g) != MAP64_EMPTY ||
			    guard_is_dispatchers(an, g);

		if (an->in.guard_classes.vals[i] == MAP64_EMPTY)
			continue;
		for (k = 0; k < an->reenters.n && !(g & GUARD_FIELD) && !near; k++) {
			uint32_t func = an->t.callables.v[an->reenters.v[k]->callable].func;

			near = p->funcs.v[func].unit == p->gvars.v[g].unit;
		}
		if (near)
			map64_put(ret, g, 1);
	}
}

/*
 * Whether @f takes a lock in its own text, in an inline function, or in another
 * function beyond the scope: if that is a wrapper, it leaves the lock to @f.
 */
static bool takes_itself(const struct program *p, uint32_t f)
{
	const struct func *fn = &p->funcs.v[f];
	uint32_t c;

	for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
		uint32_t to = p->calls.v[c].callee;

		if (to != FACTS_NONE &&
		    (p->funcs.v[to].lock ||
		     (p->funcs.v[to].touches_direct &&
		      (p->funcs.v[to].flags & FF_HEADER || func_is_beyond(p, to)))))
			return true;
	}
	return false;
}

void find_outers(struct analysis *an)
{
	struct program *p = an->p;
	bool *wanted = find_wanted(an), *counts = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	bool *done = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	uint32_t f;

	an->in.tracked = &an->classes;
	an->in.decisive = &an->decisive;
	find_near_guards(an, &an->near_guards);
	interp_counting(&an->in, &an->near_guards, counts);
	words_reach(&an->in, counts);
	/*
	 * From here on other locks and counters do not matter. Neither do targets of
	 * pointers, unless something is held or raised: they are entry points.
	 */
	for (f = 0; f < p->funcs.n; f++)
		p->funcs.v[f].touches_direct = wanted[f] || counts[f];
	run_sequences(an, wanted, done);
	for (f = 0; f < p->funcs.n; f++) {
		const struct func *fn = &p->funcs.v[f];
		const struct member_target *t;
		const char *via;

		if (an->o->progress)
			an->o->progress(an->o->data, "entry points", f, p->funcs.n);
		if (!fn->defined || !wanted[f] || done[f] || func_only_locks(fn) || fn->percpu)
			continue;
		if (func_is_beyond(p, f)) {
			if (is_own_entry(p, f) && takes_itself(p, f))
				run_beyond(an, f);
			continue;
		}
		via = callable_via(an, f);
		if (via) {
			run_helper(an, f, via);
			continue;
		}
		if (!fn->address_taken && ((fn->flags & FF_STATIC) || fn->n_scope_sites))
			continue;
		if (run_for_kinds(an, f))
			continue;
		t = other_member(an, f);
		run_outer(an, f, t ? t->record : 0, t ? t->field : 0,
			  t		      ? via_member(an, t->record, t->field)
			  : fn->address_taken ? "passed as a pointer"
					      : "called from outside the analysed units",
			  FACTS_NONE);
	}
}
