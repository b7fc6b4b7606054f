// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * What relock makes of a warning of sparse's: the function is run by itself, as
 * sparse looks at it, with all its locks. sparse follows no value from one test to
 * the next; a run does.
 */

/* The function that @o is about, or FACTS_NONE. */
static uint32_t warned_function(const struct program *p, const struct second_opinion *o)
{
	uint32_t i;

	for (i = 0; i < p->funcs.n; i++) {
		const struct func *fn = &p->funcs.v[i];

		if (fn->defined && !strcmp(func_name(p, i), o->location.function) &&
		    !strcmp(program_location(p, &func_fact(p, fn)->loc, i).file, o->location.file))
			return i;
	}
	return FACTS_NONE;
}

static const char *class_name(const struct program *p, uint32_t class)
{
	return class ? program_str(p, class) : "a lock";
}

/* The first lock that @run takes and sparse counts, too. */
static const struct acquire *first_spinlock(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->acquires.n; i++)
		if (rule_lock_counts(run->acquires.v[i].rule))
			return &run->acquires.v[i];
	return NULL;
}

/* Says in @ret where @run returns with a lock, or releases one that it does not hold. */
static bool leaves_any(const struct program *p, struct arena *arena, const struct run *run,
		       struct second_opinion *ret)
{
	size_t i;
	uint8_t h;

	for (i = 0; i < run->returns.n; i++) {
		const struct run_return *r = &run->returns.v[i];

		for (h = 0; h < r->n_held; h++) {
			const struct acquire *a = &run->acquires.v[r->held[h]];

			if (!rule_lock_counts(a->rule))
				continue;
			ret->why = arena_printf(arena, "returns with %s held at %s:%u",
						class_name(p, a->class), program_str(p, r->loc.file),
						r->loc.line);
			return true;
		}
	}
	for (i = 0; i < run->strays.n; i++) {
		const struct run_stray *s = &run->strays.v[i];

		if (!rule_lock_counts(s->rule))
			continue;
		ret->why = arena_printf(arena, "releases %s at %s:%u, and does not hold it",
					class_name(p, s->class), program_str(p, s->loc.file),
					s->loc.line);
		return true;
	}
	return false;
}

/* Deeper calls in inline functions are not looked at. */
#define MAX_DEPTH 6

/*
 * What @func calls that sparse counts, as an annotation or a statement for it says,
 * and that is no lock: the read side of RCU, a lock that only a macro makes one. A
 * function that is not in an inline one's text says what it does where it is
 * declared. FACTS_NONE: there is nothing.
 */
static uint32_t counted_beside(const struct program *p, uint32_t func, unsigned int depth)
{
	const struct func *fn = &p->funcs.v[func];
	uint32_t c, ret = FACTS_NONE;

	if (func_fact(p, fn)->flags & FF_VOUCHES)
		return func;
	for (c = fn->calls; c < fn->calls + fn->n_calls && ret == FACTS_NONE; c++) {
		uint32_t to = p->calls.v[c].callee;

		if (to == FACTS_NONE || p->funcs.v[to].lock)
			continue;
		if (p->funcs.v[to].defined && depth < MAX_DEPTH &&
		    (p->funcs.v[to].flags & FF_HEADER || p->funcs.v[to].unit == fn->unit))
			ret = counted_beside(p, to, depth + 1);
		else if (func_fact(p, &p->funcs.v[to])->n_claims)
			ret = to;
	}
	return ret;
}

static void judge(const struct program *p, struct arena *arena, uint32_t func,
		  const struct run *run, struct second_opinion *ret)
{
	const struct acquire *a = first_spinlock(run);
	uint32_t beside = counted_beside(p, func, 0);

	if (run->cut) {
		ret->why = arena_printf(arena, "not followed to its end: %s", run->cut);
	} else if (run->forgot) {
		ret->why = "holds more locks at once than relock follows";
	} else if (leaves_any(p, arena, run, ret)) {
		ret->verdict = OPINION_SEEN;
	} else if (!a || !run->returns.n) {
		ret->why = "takes no spinlock that relock follows";
	} else if (beside != FACTS_NONE) {
		ret->why = arena_printf(arena, "takes %s where it is released again, but sparse counts "
					"what %s%s as well", class_name(p, a->class),
					beside == func ? "it says by itself" : func_name(p, beside),
					beside == func ? "" : "() does");
	} else {
		ret->verdict = OPINION_REFUTED;
		ret->why = arena_printf(arena, "takes %s where it is released again, on each path to "
					"its %zu returns that the values on it allow",
					class_name(p, a->class), run->returns.n);
		if (run->returns.n == 1)
			ret->why = arena_printf(arena, "takes %s where it is released again, on each "
						"path that the values on it allow",
						class_name(p, a->class));
	}
}

void analyse_opinions(struct program *p, struct arena *arena, struct second_opinions *to)
{
	struct interp in;
	size_t i;

	interp_init(&in, p);
	for (i = 0; i < to->n; i++) {
		struct second_opinion *o = &to->v[i];
		struct run_input input = { .func = warned_function(p, o), .kind = FACTS_NONE,
					   .own_unit = true, .returns = true };
		struct run run;

		if (input.func == FACTS_NONE) {
			o->why = "its unit was not analysed";
			continue;
		}
		interp_run(&in, &input, &run);
		judge(p, arena, input.func, &run, o);
		interp_run_release(&run);
	}
	interp_release(&in);
}
