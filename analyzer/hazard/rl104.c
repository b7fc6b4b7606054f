// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL104 guard-leak: a path returns with a guard still raised, or lowers it below where it was. */

/* Whether some entry point's job is to lower what another one raised. */
static bool lowered_elsewhere(const struct analysis *an, uint32_t guard)
{
	size_t i;

	for (i = 0; i < an->outers.n; i++) {
		const struct run *run = &an->outers.v[i]->run;

		if (map64_get(&run->lowered, guard) != MAP64_EMPTY &&
		    map64_get(&run->raised, guard) == MAP64_EMPTY)
			return true;
	}
	return false;
}

/* The return of the outermost function in the guard's own file that leaves it so, or @root. */
static const struct run_leave *outermost(const struct analysis *an, const struct run *run,
					 const struct run_leave *root, uint32_t guard, int32_t count)
{
	const struct run_leave *best = NULL;
	size_t i;

	for (i = 0; i < run->leaves.n; i++) {
		const struct run_leave *l = &run->leaves.v[i];

		if (guards_get(&l->guards, guard) == count &&
		    an->p->funcs.v[l->frame->func].unit == an->p->gvars.v[guard].unit &&
		    (!best || l->frame->depth < best->frame->depth))
			best = l;
	}
	return best ? best : root;
}

/* Whether @root, a return of the entry point, leaves @guard as it should not. */
static bool is_wrong(const struct analysis *an, const struct run *run, const struct run_leave *root,
		     uint32_t guard, int32_t count)
{
	unsigned int balanced = balanced_values(run, root->frame);

	if (count < 0)
		return map64_get(&run->raised, guard) != MAP64_EMPTY;
	if (lowered_elsewhere(an, guard))
		return false;
	if (!balanced) /* it is there to raise it */
		return map64_get(&run->lowered, guard) != MAP64_EMPTY;
	return !value_tells(root, balanced);
}

static void judge(struct analysis *an, const struct outer *o, const struct run_leave *root,
		  uint32_t guard, int32_t count)
{
	const struct run_leave *l = outermost(an, &o->run, root, guard, count);
	const char *func = people_name(an->p, l->frame->func), *name = guard_name(an->p, guard);
	struct fault ft = { .code = "RL104", .outer = o, .frame = l->frame, .loc = l->loc,
			    .guard = guard, .end = l->loc };

	if (count > 0) {
		ft.message = arena_printf(an->arena,
					  "%s() returns with %s still raised, so every later trylock of it "
					  "on this CPU fails",
					  func, name);
		ft.end_note = arena_printf(an->arena, "returns, %s is %d higher", name, count);
		ft.help = arena_printf(an->arena, "lower %s in %s() on this path too", name, func);
	} else {
		ft.message = arena_printf(an->arena,
					  "%s() lowers %s once more than it raised it, so it no longer "
					  "keeps anybody out",
					  func, name);
		ft.end_note = arena_printf(an->arena, "returns, %s is %d lower", name, -count);
		ft.help = arena_printf(an->arena, "lower %s in %s() once on this path", name, func);
	}
	add_fault(an, &ft);
}

void find_rl104(struct analysis *an)
{
	size_t i, k;
	uint8_t g;

	for (i = 0; i < an->outers.n; i++) {
		const struct outer *o = an->outers.v[i];

		for (k = 0; k < o->run.leaves.n && !o->run.cut; k++) {
			const struct run_leave *l = &o->run.leaves.v[k];

			/* A field stands for many counters: which of them is up is not known. */
			for (g = 0; g < l->guards.n && !l->frame->up; g++)
				if (!(l->guards.v[g].guard & GUARD_FIELD) &&
				    map64_get(&an->near_guards, l->guards.v[g].guard) != MAP64_EMPTY &&
				    is_wrong(an, &o->run, l, l->guards.v[g].guard, l->guards.v[g].count))
					judge(an, o, l, l->guards.v[g].guard, l->guards.v[g].count);
		}
	}
}
