// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/* What the rules share: which guard, whose frame. */

/* Where so many functions run programs with a lock, that is meant to be so. */
#define MANY_RUN_IT 3

bool acquire_tests(const struct acquire *a, const struct guard_test *t)
{
	/* One that is held with another lock is that lock's business. */
	return !a->nested && (t->count <= 0 || guards_get(&a->guards, t->guard) > 0);
}

uint32_t lock_storage_kind(const struct analysis *an, const struct run *run, const struct acquire *a)
{
	return a->kind != FACTS_NONE && kind_is_storage(an, a->kind) && lock_is_storages(an, run, a)
		       ? a->kind
		       : FACTS_NONE;
}

static struct designated *designated_at(struct analysis *an, uint32_t class, uint32_t kind,
					uint32_t guard)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++) {
		struct designated *d = &an->designated.v[i];

		if (d->class == class && d->kind == kind && d->guard == guard)
			return d;
	}
	vec_push(&an->designated,
		 ((struct designated){ .class = class, .kind = kind, .guard = guard }));
	return &an->designated.v[an->designated.n - 1];
}

static void count_ways(struct analysis *an, const struct reenter *r)
{
	const struct run *run = &r->runs.v[0]->run;
	size_t i, k;
	uint8_t t;

	for (i = 0; i < run->acquires.n; i++) {
		const struct acquire *a = &run->acquires.v[i];
		uint32_t kind = lock_storage_kind(an, run, a);

		if (!a->class || !a->blocking || a->nested || a->beyond)
			continue;
		for (k = 0; k < i; k++)
			if (run->acquires.v[k].class == a->class && run->acquires.v[k].blocking &&
			    !run->acquires.v[k].nested)
				break;
		if (k < i)
			continue; /* one way to the class is enough */
		designated_at(an, a->class, kind, FACTS_NONE)->ways++;
		for (t = 0; t < a->tests.n; t++)
			if (acquire_tests(a, &a->tests.v[t]))
				designated_at(an, a->class, kind, a->tests.v[t].guard)->tested++;
	}
}

void find_designated(struct analysis *an)
{
	size_t i, k;
	uint8_t g;

	for (i = 0; i < an->reenters.n; i++)
		count_ways(an, an->reenters.v[i]);
	for (i = 0; i < an->outers.n; i++) {
		const struct run *run = &an->outers.v[i]->run;

		for (k = 0; k < run->acquires.n; k++) {
			const struct acquire *a = &run->acquires.v[k];
			uint32_t kind = lock_storage_kind(an, run, a);

			if (!a->class)
				continue;
			designated_at(an, a->class, kind, FACTS_NONE)->sections++;
			for (g = 0; g < a->guards.n; g++)
				if (a->guards.v[g].count > 0)
					designated_at(an, a->class, kind, a->guards.v[g].guard)->raised++;
		}
	}
	for (i = 0; i < an->designated.n; i++) {
		struct designated *d = &an->designated.v[i];
		uint32_t ways, sections;

		if (d->guard == FACTS_NONE)
			continue;
		ways = designated_at(an, d->class, d->kind, FACTS_NONE)->ways;
		sections = designated_at(an, d->class, d->kind, FACTS_NONE)->sections;
		d = &an->designated.v[i];
		d->ways = ways;
		d->sections = sections;
	}
}

static bool is_designated(const struct designated *d)
{
	return d->guard != FACTS_NONE && d->guard != GUARD_IRQS_OFF && d->tested &&
	       (2 * d->tested >= d->ways || 2 * d->raised >= d->sections);
}

bool guard_is_designated(const struct analysis *an, uint32_t class, uint32_t kind, uint32_t guard)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++) {
		const struct designated *d = &an->designated.v[i];

		if (d->class == class && d->kind == kind && d->guard == guard)
			return is_designated(d);
	}
	return false;
}

uint32_t lock_guard(const struct analysis *an, uint32_t class, uint32_t kind)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++) {
		const struct designated *d = &an->designated.v[i];

		if (d->class == class && d->kind == kind && is_designated(d))
			return d->guard;
	}
	return FACTS_NONE;
}

bool class_has_guard(const struct analysis *an, uint32_t class)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++)
		if (an->designated.v[i].class == class && is_designated(&an->designated.v[i]))
			return true;
	return false;
}

bool class_guards_any(const struct analysis *an, uint32_t class, uint32_t guard)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++)
		if (an->designated.v[i].class == class && an->designated.v[i].guard == guard &&
		    is_designated(&an->designated.v[i]))
			return true;
	return false;
}

uint32_t hazard_storage_kind(const struct analysis *an, const struct hazard *h)
{
	uint32_t kind = lock_storage_kind(an, &h->outer->run, h->held);

	return kind != FACTS_NONE ? kind : lock_storage_kind(an, &h->nested->run, h->wanted);
}

bool guard_stops(struct analysis *an, const struct hazard *h, uint32_t guard)
{
	struct guards g = h->guards;

	guards_set(&g, guard, 1);
	return !nested_waits(reenter_run(an, h->reenter, &g, h->context == CTX_NMI), h->wanted);
}

uint32_t hazard_expected(struct analysis *an, const struct hazard *h)
{
	const struct nested *base = h->reenter->runs.v[0]; /* nothing raised */
	uint32_t kind = hazard_storage_kind(an, h);
	int pass;
	size_t i;
	uint8_t k;

	/* The guard is up at the lock; else it was tested on the way, and what it said decides. */
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < base->run.acquires.n; i++) {
			const struct acquire *a = &base->run.acquires.v[i];

			if (a->class != h->wanted->class || !a->blocking || a->nested ||
			    a->func != h->wanted->func)
				continue;
			for (k = 0; k < a->tests.n; k++)
				if (guard_is_designated(an, a->class, kind, a->tests.v[k].guard) &&
				    (pass ? guard_stops(an, h, a->tests.v[k].guard)
					  : acquire_tests(a, &a->tests.v[k])))
					return a->tests.v[k].guard;
		}
	}
	return FACTS_NONE;
}

/*
 * Whether @guard counts something, and guards nothing: no function for programs
 * looks at it, and @run as a whole leaves it other than it found it.
 */
static bool only_counts(const struct analysis *an, const struct run *run, uint32_t guard)
{
	size_t i;

	if (map64_get(&an->decisive, guard) != MAP64_EMPTY || run->followed)
		return false;
	for (i = 0; i < run->leaves.n; i++)
		if (!run->leaves.v[i].frame->up && guards_get(&run->leaves.v[i].guards, guard))
			return true;
	return false;
}

uint32_t late_guard(const struct analysis *an, const struct run *run, size_t acquire)
{
	const struct guards *early = &run->acquires.v[acquire].guards;
	size_t i;
	uint8_t g;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];

		if (!pt->at_entry || !pt->n_held || pt->held[pt->n_held - 1] != acquire)
			continue;
		for (g = 0; g < pt->guards.n; g++)
			if (pt->guards.v[g].guard != GUARD_IRQS_OFF && pt->guards.v[g].count > 0 &&
			    guards_get(early, pt->guards.v[g].guard) <= 0 &&
			    !only_counts(an, run, pt->guards.v[g].guard))
				return pt->guards.v[g].guard;
	}
	return FACTS_NONE;
}

/* Whether some acquire has @guard up, or is on a way that looked at it. */
static bool is_of_locks(const struct analysis *an, uint32_t guard)
{
	size_t i;

	for (i = 0; i < an->designated.n; i++)
		if (an->designated.v[i].guard == guard)
			return true;
	return false;
}

uint32_t inner_guard(const struct analysis *an, const struct run *run, size_t acquire)
{
	uint32_t unit = an->p->funcs.v[run->acquires.v[acquire].func].unit, guard;
	size_t i;
	uint8_t g;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];

		if (!pt->n_held || pt->held[pt->n_held - 1] != acquire)
			continue;
		for (g = 0; g < pt->guards.n; g++) {
			guard = pt->guards.v[g].guard;
			if (pt->guards.v[g].count > 0 && !(guard & GUARD_FIELD) &&
			    an->p->gvars.v[guard].unit == unit && !is_of_locks(an, guard))
				return guard;
		}
	}
	return FACTS_NONE;
}

/* The frames of @last's stack, outermost first; returns how many (at most @max, the innermost). */
static size_t stack_of(const struct frame *last, const struct frame **ret, size_t max)
{
	const struct frame *fr;
	size_t n = 0, i;

	for (fr = last; fr && n < max; fr = fr->up)
		ret[n++] = fr;
	for (i = 0; i < n / 2; i++) {
		const struct frame *t = ret[i];

		ret[i] = ret[n - 1 - i];
		ret[n - 1 - i] = t;
	}
	return n;
}

uint32_t taken_at(const struct analysis *an, const struct acquire *a, struct fact_loc *ret_loc)
{
	const struct frame *fr = a->frame;
	uint32_t func = a->func;

	*ret_loc = a->loc;
	while (fr && fr->up && (an->p->funcs.v[func].flags & FF_HEADER)) {
		*ret_loc = fr->call;
		func = fr->up->func;
		fr = fr->up;
	}
	return func;
}

const struct frame *hazard_entry(const struct hazard *h)
{
	const struct frame *fr = h->held->frame;

	while (fr->up)
		fr = fr->up;
	return fr;
}

const struct frame *hazard_run_frame(const struct hazard *h)
{
	const struct frame *a = h->held->frame, *b = h->run_site;

	while (a && b && a->hash != b->hash) {
		const struct frame **deeper = a->depth >= b->depth ? &a : &b;

		*deeper = (*deeper)->up;
	}
	/* One call of a sequence may leave the lock, and the next run the program. */
	return a && b ? a : hazard_entry(h);
}

bool programs_run_with(struct analysis *an, uint32_t class)
{
	uint32_t known = map64_get(&an->run_with, class);
	struct map64 runs = { 0 }, wants = { 0 };
	size_t i;

	if (known != MAP64_EMPTY)
		return known;
	for (i = 0; i < an->hazards.n; i++) {
		const struct hazard *h = &an->hazards.v[i];

		if (h->held->class != class || !h->run_site)
			continue;
		map64_put(&runs, hazard_run_frame(h)->func, 1);
		map64_put(&wants, map64_mix((uint64_t)h->wanted->func << 32 | h->wanted->loc.line,
					    h->wanted->loc.col), 1);
	}
	known = runs.n >= MANY_RUN_IT && runs.n >= 2 * wants.n;
	map64_put(&an->run_with, class, known);
	map64_release(&runs);
	map64_release(&wants);
	return known;
}

const struct frame *hazard_null_frame(struct analysis *an, const struct hazard *h,
				      uint32_t *ret_param)
{
	const struct frame *stack[64];
	size_t n = stack_of(h->held->frame, stack, 64), i;
	uint32_t k;
	int64_t v;

	for (i = 1; i < n; i++)
		for (k = 0; k < stack[i]->n_args; k++)
			if (sym_is_int(&h->outer->run.syms, stack[i]->args[k], &v) && !v &&
			    interp_param_is_guard(&an->in, stack[i]->func, k)) {
				*ret_param = k;
				return stack[i];
			}
	return NULL;
}

static bool find_guarded(const struct analysis *an, uint32_t func, uint32_t class, uint32_t guard)
{
	const struct frame *fr;
	size_t i, k;

	for (i = 0; i < an->outers.n; i++) {
		const struct run *run = &an->outers.v[i]->run;

		for (k = 0; k < run->acquires.n; k++) {
			const struct acquire *a = &run->acquires.v[k];

			if (a->class != class || guards_get(&a->guards, guard) <= 0)
				continue;
			for (fr = a->frame; fr; fr = fr->up)
				if (fr->func == func)
					return true;
		}
	}
	return false;
}

/* Whether some section of @class that is begun in @func, or below it, has @guard up. */
static bool takes_guarded(struct analysis *an, uint32_t func, uint32_t class, uint32_t guard)
{
	const uint64_t key = map64_mix((uint64_t)func << 32 | class, guard);
	uint32_t known = map64_get(&an->guarded, key);

	if (known == MAP64_EMPTY) {
		known = find_guarded(an, func, class, guard);
		map64_put(&an->guarded, key, known);
	}
	return known;
}

/* Whether @func is called in one place only. */
static bool has_one_caller(const struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];

	return fn->flags & FF_STATIC && !fn->address_taken && fn->n_sites == 1;
}

const struct frame *hazard_guard_frame(struct analysis *an, const struct hazard *h, uint32_t guard)
{
	const struct frame *stack[64];
	size_t n = stack_of(h->held->frame, stack, 64), i;

	/* Only code of the file that defines a static counter can raise it. */
	if (guard != FACTS_NONE && !(guard & GUARD_FIELD))
		for (i = 0; i < n; i++)
			if (an->p->funcs.v[stack[i]->func].unit == an->p->gvars.v[guard].unit)
				return stack[i];
	/*
	 * One that is found through an object anybody can raise: so the innermost
	 * function that never takes the lock with it. Its callers are not to blame; unless
	 * it is there for one of them only, and a part of it.
	 */
	if (guard != FACTS_NONE && guard & GUARD_FIELD)
		for (i = n; i-- > 0;)
			if (!(an->p->funcs.v[stack[i]->func].flags & FF_HEADER) &&
			    !takes_guarded(an, stack[i]->func, h->held->class, guard)) {
				while (i && has_one_caller(an->p, stack[i]->func) &&
				       !takes_guarded(an, stack[i - 1]->func, h->held->class, guard))
					i--;
				return stack[i];
			}
	return stack[0];
}

bool hazard_lacks_guard(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	uint32_t expected = hazard_expected(an, h);

	if (expected == FACTS_NONE || guards_get(&h->guards, expected))
		return false;
	*ret = (struct cause){ .func = hazard_guard_frame(an, h, expected)->func,
			       .expected = expected };
	return true;
}

uint32_t hazard_reenter_func(const struct analysis *an, const struct hazard *h)
{
	uint32_t func = an->t.callables.v[h->reenter->callable].func;
	const struct frame *fr;

	/* A helper that hands on to the map's own operation: this one takes the lock. */
	for (fr = h->wanted->frame; fr; fr = fr->up)
		if (fr->via_pointer && an->map_op[fr->func])
			func = fr->func;
	return func;
}

const char *people_name(const struct program *p, uint32_t func)
{
	const char *name = func_name(p, func), *prefix = p->rules->tree.helper_body_prefix;
	size_t len = strlen(prefix);

	return len && !strncmp(name, prefix, len) ? name + len : name;
}

const char *kind_people_name(const struct analysis *an, uint32_t kind)
{
	size_t i;

	for (i = 0; i < an->t.map_types.n; i++)
		if (an->t.map_types.v[i].ops == kind)
			return an->t.map_types.v[i].name;
	return NULL;
}

void add_cut(struct analysis *an, uint32_t func, const char *why)
{
	size_t i;

	for (i = 0; i < an->n_cuts; i++)
		if (!strcmp(an->cuts[i].function, func_name(an->p, func)))
			return;
	if (an->n_cuts == an->cap_cuts) {
		an->cap_cuts = an->cap_cuts ? an->cap_cuts * 2 : 16;
		an->cuts = xrealloc(an->cuts, an->cap_cuts * sizeof(*an->cuts));
	}
	an->cuts[an->n_cuts++] = (struct cut){ func_name(an->p, func), why };
}
