// SPDX-License-Identifier: MIT
#include "base/strbuf.h"
#include "hazard/model.h"

#include <string.h>

/* So many runs of one callable may come to the bound. */
#define CUT_RUNS_IN_FULL 4

static void note_guards(struct map64 *touched, const struct guards *g)
{
	uint8_t i;

	for (i = 0; i < g->n; i++)
		map64_put(touched, g->v[i].guard, 1);
}

/* What the verifier hands to @func: the parameters that are known, by rule. */
static uint32_t known_arguments(const struct program *p, uint32_t func, int64_t *values, bool *known)
{
	const struct func *fn = &p->funcs.v[func];
	const struct fact_func *ff = func_fact(p, fn);
	uint32_t i;
	size_t k;

	for (i = 0; i < ff->n_params && i < INTERP_MAX_PARAMS; i++) {
		const char *name = program_str(p, p->units[fn->unit].facts.locals.v[ff->locals + i].name);

		for (k = 0; k < p->rules->arguments.n; k++) {
			if (strcmp(name, p->rules->arguments.v[k].parameter))
				continue;
			values[i] = p->rules->arguments.v[k].value;
			known[i] = true;
		}
	}
	return i;
}

static uint32_t first_func(const struct frame *fr)
{
	while (fr->up)
		fr = fr->up;
	return fr->func;
}

/*
 * The bound of the next run of @callable; 0: the default. Most runs of one end in the same way: where
 * some have come to the bound, others would take their time, and show little more.
 */
static uint64_t bound_of(const struct analysis *an, uint32_t callable)
{
	uint32_t cut = map64_get(&an->cut_runs, callable);

	return cut == MAP64_EMPTY || cut < CUT_RUNS_IN_FULL ? 0 : INTERP_MAX_STEPS / 10;
}

static void note_cut(struct analysis *an, uint32_t callable)
{
	uint32_t cut = map64_get(&an->cut_runs, callable);

	map64_put(&an->cut_runs, callable, cut == MAP64_EMPTY ? 1 : cut + 1);
}

static struct nested *new_run(struct analysis *an, struct reenter *r, const struct guards *g,
			      bool nmi)
{
	struct nested *n = ARENA_NEW(an->arena, struct nested);
	const struct bpf_callable *c = &an->t.callables.v[r->callable];
	const struct run_step use = { .func = c->func, .handed = UINT32_MAX, .last = true };
	struct run_input input = { .func = c->func, .kind = r->kind, .guards = &n->guards,
				   .nested = true, .nmi = nmi,
				   .max_steps = bound_of(an, r->callable) };
	int64_t values[INTERP_MAX_PARAMS] = { 0 };
	bool known[INTERP_MAX_PARAMS] = { false };
	size_t i;
	uint8_t k;

	n->guards = *g;
	n->nmi = nmi;
	/* The program made, or failed to make, what it hands over in the same context. */
	if (r->maker != FACTS_NONE) {
		input.func = r->maker;
		input.then = &use;
		input.n_then = 1;
		input.then_always = true;
	}
	input.n_known = known_arguments(an->p, input.func, values, known);
	input.param_value = values;
	input.param_known = known;
	interp_run(&an->in, &input, &n->run);
	an->steps += n->run.steps;
	an->nested_runs++;
	if (n->run.cut) {
		add_cut(an, c->func, n->run.cut);
		note_cut(an, r->callable);
	}
	for (i = 0; i < n->run.tries.n; i++) /* what the maker waits for is its own business */
		if (first_func(n->run.tries.v[i].frame) != c->func)
			n->run.tries.v[i].waits = false;
	for (i = 0; i < n->run.acquires.n; i++) {
		struct acquire *a = &n->run.acquires.v[i];

		if (first_func(a->frame) != c->func) /* the maker's own business */
			a->class = 0;
		a->last_put = is_of_last_put(an, &n->run, a);
		note_guards(&r->touched, &a->guards);
		for (k = 0; k < a->tests.n; k++)
			map64_put(&r->touched, a->tests.v[k].guard, 1);
	}
	vec_push(&r->runs, n);
	return n;
}

const struct nested *reenter_run(struct analysis *an, struct reenter *r, const struct guards *g,
				 bool nmi)
{
	struct guards only = { .n = 0 };
	size_t i;
	uint8_t k;

	/*
	 * A guard that it does not look at cannot change what it does, and how often
	 * interrupts were turned off before cannot either.
	 */
	guards_set(&only, GUARD_IRQS_OFF, guards_get(g, GUARD_IRQS_OFF) > 0);
	for (k = 0; k < g->n; k++)
		if (g->v[k].guard != GUARD_IRQS_OFF &&
		    map64_get(&r->touched, g->v[k].guard) != MAP64_EMPTY)
			guards_set(&only, g->v[k].guard, g->v[k].count);
	for (i = 0; i < r->runs.n; i++)
		if (r->runs.v[i]->nmi == nmi && guards_equal(&r->runs.v[i]->guards, &only))
			return r->runs.v[i];
	return new_run(an, r, &only, nmi);
}

void reenter_release(struct reenter *r)
{
	size_t i;

	for (i = 0; i < r->runs.n; i++)
		interp_run_release(&r->runs.v[i]->run);
	vec_release(&r->runs);
	map64_release(&r->touched);
}

bool nested_waits(const struct nested *n, const struct acquire *wanted)
{
	size_t i;

	for (i = 0; i < n->run.acquires.n; i++) {
		const struct acquire *a = &n->run.acquires.v[i];

		if (a->class == wanted->class && a->blocking && (!a->second || wanted->second))
			return true;
	}
	return false;
}

/* Notes the locks that @n takes, and the guards tested for them; whether any. */
static bool note_locks(struct analysis *an, const struct nested *n)
{
	bool takes = false;
	size_t i;
	uint8_t k;

	for (i = 0; i < n->run.acquires.n; i++) {
		const struct acquire *a = &n->run.acquires.v[i];

		/* Who tries a lock that sleeps is not looked at for what becomes of the result. */
		if (!a->class || (a->rule->sleeps && !a->blocking))
			continue;
		if (!a->blocking) { /* it cannot hang, but its result can be ignored */
			if (!a->rule->word && a->rule->does == LOCK_TRY)
				map64_put(&an->classes, a->class, 1);
			continue;
		}
		takes = true;
		map64_put(&an->classes, a->class, 1);
		if (a->odd) /* and who writes there is to be known */
			map64_put(&an->classes, a->odd, 1);
		if (a->beyond) /* a guard of the scope is not there for it */
			continue;
		for (k = 0; k < a->tests.n; k++) {
			if (!acquire_tests(a, &a->tests.v[k]))
				continue;
			map64_put(&an->decisive, a->tests.v[k].guard, 1);
		}
	}
	return takes;
}

/* Whether a program that runs in NMI may call @callable. */
static bool callable_in_nmi(const struct analysis *an, uint32_t callable)
{
	size_t w;

	for (w = 0; w < an->p->rules->attach.n; w++)
		if (an->p->rules->attach.v[w].at == AT_NMI &&
		    an->pr.given[w * an->t.callables.n + callable])
			return true;
	return false;
}

/* The kfunc that makes the iterator which @callable is called with, or FACTS_NONE. */
static uint32_t maker_of(const struct analysis *an, uint32_t callable)
{
	const struct rule_tree *t = &an->p->rules->tree;
	const char *name = func_name(an->p, an->t.callables.v[callable].func), *other;
	size_t i, k, len = strlen(name);

	for (i = 0; i < t->iterator_uses.n; i++) {
		size_t stem = len - strlen(t->iterator_uses.v[i]);

		if (!str_ends_with(name, t->iterator_uses.v[i]))
			continue;
		for (k = 0; k < an->t.callables.n; k++) {
			other = func_name(an->p, an->t.callables.v[k].func);
			if (an->p->funcs.v[an->t.callables.v[k].func].defined &&
			    !strncmp(other, name, stem) && !strcmp(other + stem, t->iterator_new))
				return an->t.callables.v[k].func;
		}
	}
	return FACTS_NONE;
}

static void add_reenter(struct analysis *an, uint32_t callable, uint32_t map_type,
			const struct guards *all)
{
	struct reenter *r = ARENA_NEW(an->arena, struct reenter);
	struct guards none = { .n = 0 };
	bool takes;

	r->callable = callable;
	r->map_type = map_type;
	r->maker = maker_of(an, callable);
	r->kind = map_type == FACTS_NONE ? FACTS_NONE : an->t.map_types.v[map_type].ops;
	r->in_nmi = callable_in_nmi(an, callable);
	takes = note_locks(an, new_run(an, r, &none, false));
	/* A lock that is taken only when a guard is up, or only in NMI, is one as well. */
	if (all->n)
		takes |= note_locks(an, new_run(an, r, all, false));
	if (r->in_nmi)
		takes |= note_locks(an, new_run(an, r, &none, true));
	if (takes)
		vec_push(&an->reenters, r);
	else
		reenter_release(r);
}

void find_reenters(struct analysis *an)
{
	uint32_t *types = ARENA_ARRAY(an->arena, uint32_t, an->t.map_types.n + 1), c;
	struct guards all = { .n = 0 };
	size_t n, i;

	for (i = 0; i < an->in.guard_classes.cap; i++)
		if (an->in.guard_classes.vals[i] != MAP64_EMPTY &&
		    !(an->in.guard_classes.keys[i] & GUARD_FIELD))
			guards_set(&all, (uint32_t)an->in.guard_classes.keys[i], 1);

	for (c = 0; c < an->t.callables.n; c++) {
		const struct bpf_callable *call = &an->t.callables.v[c];
		const struct func *fn = &an->p->funcs.v[call->func];

		if (an->o->progress)
			an->o->progress(an->o->data, "what programs can call", c,
					an->t.callables.n);
		if (!fn->defined || !fn->touches || !an->pr.of_type[c] || call->sleeps)
			continue;
		if (!call->takes_map) {
			add_reenter(an, c, FACTS_NONE, &all);
			continue;
		}
		n = programs_map_types(&an->pr, c, types);
		for (i = 0; i < n; i++)
			add_reenter(an, c, types[i], &all);
	}
}
