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

/* The first lock that @run takes and sparse counts, too; locks that sleep it does not. */
static const struct acquire *first_spinlock(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->acquires.n; i++)
		if (!run->acquires.v[i].rule->sleeps)
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

			if (a->rule->sleeps)
				continue;
			ret->why = arena_printf(arena, "returns with %s held at %s:%u",
						class_name(p, a->class), program_str(p, r->loc.file),
						r->loc.line);
			return true;
		}
	}
	for (i = 0; i < run->strays.n; i++) {
		const struct run_stray *s = &run->strays.v[i];

		if (s->rule->sleeps)
			continue;
		ret->why = arena_printf(arena, "releases %s at %s:%u, and does not hold it",
					class_name(p, s->class), program_str(p, s->loc.file),
					s->loc.line);
		return true;
	}
	return false;
}

static void judge(const struct program *p, struct arena *arena, const struct run *run,
		  struct second_opinion *ret)
{
	const struct acquire *a = first_spinlock(run);

	if (run->cut) {
		ret->why = arena_printf(arena, "not followed to its end: %s", run->cut);
	} else if (leaves_any(p, arena, run, ret)) {
		ret->verdict = OPINION_SEEN;
	} else if (!a || !run->returns.n) {
		ret->why = "takes no spinlock that relock follows";
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
		judge(p, arena, &run, o);
		interp_run_release(&run);
	}
	interp_release(&in);
}
