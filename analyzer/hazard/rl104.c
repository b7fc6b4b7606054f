// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

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

static bool in_guards_file(const struct analysis *an, const struct run_leave *l, uint32_t guard)
{
	return !(guard & GUARD_FIELD) &&
	       an->p->funcs.v[l->frame->func].unit == an->p->gvars.v[guard].unit;
}

/* Whether other returns of the function leave nothing, and no caller can tell which it was. */
static bool unlike_others(const struct run *run, const struct run_leave *l)
{
	unsigned int balanced = balanced_values(run, l->frame);

	return balanced && !value_tells(l, balanced);
}

/*
 * The return to blame for what @root, one of the entry point, leaves: of the
 * innermost function that means to leave nothing (it does both, raise and
 * lower) and does so elsewhere; else of the outermost in the guard's own file.
 */
static const struct run_leave *blamed(const struct analysis *an, const struct run *run,
				      const struct run_leave *root, uint32_t guard, int32_t count)
{
	const struct map64 *undone = count > 0 ? &run->lowered : &run->raised;
	const struct run_leave *inner = NULL, *outer = NULL;
	size_t i;

	for (i = 0; i < run->leaves.n; i++) {
		const struct run_leave *l = &run->leaves.v[i];

		if (guards_get(&l->guards, guard) != count)
			continue;
		if (unlike_others(run, l) && run_did(undone, l->frame, guard) &&
		    (!inner || l->frame->depth > inner->frame->depth))
			inner = l;
		if (in_guards_file(an, l, guard) &&
		    (!outer || l->frame->depth < outer->frame->depth))
			outer = l;
	}
	return inner ? inner : outer ? outer : root;
}

/* Whether @root, a return of the entry point, leaves @guard as it should not. */
static bool is_wrong(const struct analysis *an, const struct run *run, const struct run_leave *root,
		     uint32_t guard, int32_t count)
{
	unsigned int balanced = balanced_values(run, root->frame);

	/* A lock that is left as well is the cause. */
	if (root->n_held || map64_get(&an->near_guards, guard) == MAP64_EMPTY)
		return false;
	/*
	 * Where a flag says round a loop whether one of several is up, or one loop raises
	 * all and the next lowers them, paths are made up that lower what they did not raise.
	 */
	if (count < 0)
		return !(guard & GUARD_FIELD) &&
		       map64_get(&an->in.chosen_guards, guard) == MAP64_EMPTY &&
		       map64_get(&run->raised, guard) != MAP64_EMPTY;
	if (lowered_elsewhere(an, guard))
		return false;
	if (!balanced) /* it is there to raise it */
		return map64_get(&run->lowered, guard) != MAP64_EMPTY;
	return !value_tells(root, balanced);
}

/* What is the same of both directions. */
static void add_leak(struct analysis *an, const struct outer *o, const struct run_leave *l,
		     uint32_t guard, int32_t count, struct fault *ft)
{
	const char *name = guard_name(an->p, guard);

	ft->code = "RL104";
	ft->outer = o;
	ft->frame = l->frame;
	ft->loc = ft->end = l->loc;
	ft->guard = guard;
	ft->lowers = count < 0;
	ft->end_note = arena_printf(an->arena, "returns, %s is %d %s", name, count > 0 ? count : -count,
				    count > 0 ? "higher" : "lower");
	add_fault(an, ft);
}

/* A guard that stays up does not let anybody in: what follows is no deadlock. */
static const char *assume_failing(struct analysis *an, uint32_t guard)
{
	return arena_printf(an->arena,
			    "that what fails from then on matters: %s that stays raised lets no program in",
			    guard_name(an->p, guard));
}

static void judge(struct analysis *an, const struct outer *o, const struct run_leave *root,
		  uint32_t guard, int32_t count)
{
	const struct run_leave *l = blamed(an, &o->run, root, guard, count);
	const char *func = people_name(an->p, l->frame->func), *name = guard_name(an->p, guard);
	struct fault ft = { .severity = SEV_WARNING };

	if (count > 0) {
		ft.message = arena_printf(an->arena,
					  "%s() returns with %s still raised, so every later trylock of it "
					  "on this CPU fails",
					  func, name);
		ft.help = arena_printf(an->arena, "lower %s in %s() on this path too", name, func);
		ft.assumption = assume_failing(an, guard);
	} else {
		ft.message = arena_printf(an->arena,
					  "%s() lowers %s once more than it raised it, so it no longer "
					  "keeps anybody out",
					  func, name);
		ft.help = arena_printf(an->arena, "lower %s in %s() once on this path", name, func);
		ft.assumption = arena_printf(an->arena,
					     "that a section which relies on %s comes later on the same CPU",
					     name);
	}
	add_leak(an, o, l, guard, count, &ft);
}

/* @l: one of several counters is raised, and another lowered. */
static void judge_lower(struct analysis *an, const struct outer *o, const struct run_lower *l)
{
	const char *func, *name = guard_name(an->p, l->guard);
	struct fault ft = { .code = "RL104", .severity = SEV_WARNING, .outer = o, .frame = l->frame,
			    .loc = l->loc, .guard = l->guard };
	uint8_t i;

	if (map64_get(&an->near_guards, l->guard) == MAP64_EMPTY)
		return;
	for (i = 0; i < l->n_raised; i++)
		if (!guard_elements_differ(&o->run, l->lowered, l->raised[i]))
			return;
	/* Who raised it as well has both elements at hand, and hands on the wrong one. */
	while (ft.frame->up && !run_did(&o->run.raised, ft.frame, l->guard)) {
		ft.loc = ft.frame->call;
		ft.frame = ft.frame->up;
	}
	ft.end = ft.loc;
	func = people_name(an->p, ft.frame->func);
	ft.message = arena_printf(an->arena,
				  "%s() lowers another %s than it raised, so every later trylock "
				  "of that on this CPU fails",
				  func, name);
	ft.end_note = arena_printf(an->arena, "lowers another %s", name);
	ft.help = arena_printf(an->arena, "lower the %s in %s() that was raised", name, func);
	ft.assumption = assume_failing(an, l->guard);
	add_fault(an, &ft);
}

/* Whether @l leaves @guard higher than it was; with @lower: lower. */
static bool leaves(const struct run_leave *l, uint32_t guard, bool lower)
{
	int32_t count = guards_get(&l->guards, guard);

	return lower ? count < 0 : count > 0;
}

/* A return of @frame, or of the entry point (NULL), that leaves @guard so. */
static const struct run_leave *leave_of(const struct run *run, const struct frame *frame,
					uint32_t guard, bool lower)
{
	size_t i;

	for (i = 0; i < run->leaves.n; i++) {
		const struct run_leave *l = &run->leaves.v[i];

		if ((frame ? l->frame->hash == frame->hash : !l->frame->up) &&
		    leaves(l, guard, lower))
			return l;
	}
	return NULL;
}

/*
 * Of @busy, a run that began with @guard raised: the return that leaves it
 * higher or @lower than it was, of the innermost function that does not do so when
 * nothing is raised (@base), or says by its value that it did not.
 */
static const struct run_leave *blamed_when_busy(const struct run *base, const struct run *busy,
						uint32_t guard, bool lower)
{
	const struct run_leave *best = NULL;
	size_t i;

	for (i = 0; i < busy->leaves.n; i++) {
		const struct run_leave *l = &busy->leaves.v[i];
		const struct run_leave *other = leave_of(base, l->frame, guard, lower);

		if (!leaves(l, guard, lower) || l->n_held)
			continue;
		if (other ? !(other->value & l->value)
			  : balanced_values(base, l->frame) || !l->frame->up ||
				    leave_of(base, l->frame, guard, !lower))
			if (!best || l->frame->depth > best->frame->depth)
				best = l;
	}
	return best;
}

/* Whether RL107 says that @func releases a lock that it did not get. */
static bool is_unchecked(const struct analysis *an, uint32_t func)
{
	size_t i;

	for (i = 0; i < an->faults.n; i++)
		if (!strcmp(an->faults.v[i].code, "RL107") && an->faults.v[i].frame->func == func)
			return true;
	return false;
}

/*
 * What a function for programs does with @guard where it was raised by whom it interrupted: whether
 * it leaves it higher, or @lower. That it does the opposite where nothing is raised is no excuse.
 */
static void judge_busy(struct analysis *an, const struct reenter *r, const struct nested *n,
		       uint32_t guard, bool lower)
{
	const struct run *base = &r->runs.v[0]->run; /* nothing raised */
	const struct bpf_callable *c = &an->t.callables.v[r->callable];
	const struct run_leave *root = leave_of(&n->run, NULL, guard, lower), *l;
	const char *func, *name = guard_name(an->p, guard);
	struct fault ft = { .severity = SEV_WARNING };
	struct outer *o;
	int32_t count;

	if (!root || root->n_held || leave_of(base, NULL, guard, lower))
		return;
	l = blamed_when_busy(base, &n->run, guard, lower);
	if (!l || is_unchecked(an, l->frame->func))
		return;
	o = ARENA_NEW(an->arena, struct outer);
	o->func = c->func;
	o->via = c->proto == FACTS_NONE ? "kfunc" : "helper";
	func = people_name(an->p, l->frame->func);
	count = guards_get(&l->guards, guard);
	if (count > 0) {
		ft.message = arena_printf(an->arena,
					  "%s() leaves %s raised where it found it so, so every later "
					  "trylock of it on this CPU fails",
					  func, name);
		ft.help = arena_printf(an->arena, "lower %s in %s() where it was raised already", name,
				       func);
		ft.assumption = assume_failing(an, guard);
	} else {
		ft.severity = SEV_ERROR;
		ft.message = arena_printf(an->arena,
					  "%s() lowers %s also where it was raised already, so nothing "
					  "guards the interrupted section any more",
					  func, name);
		ft.help = arena_printf(an->arena, "lower %s in %s() only where it was free", name, func);
	}
	add_leak(an, o, l, guard, count, &ft);
}

static void find_busy(struct analysis *an, const struct reenter *r)
{
	size_t k;
	uint8_t g;

	for (k = 1; k < r->runs.n; k++) {
		const struct nested *n = r->runs.v[k];

		for (g = 0; g < n->guards.n && !n->nmi && !n->run.cut && !r->runs.v[0]->run.cut; g++)
			/* Of one that is far off, raising it changes nothing and lowering does. */
			if (n->guards.v[g].count > 0 && n->guards.v[g].count < GUARD_LIMIT &&
			    map64_get(&an->near_guards, n->guards.v[g].guard) != MAP64_EMPTY) {
				judge_busy(an, r, n, n->guards.v[g].guard, false);
				judge_busy(an, r, n, n->guards.v[g].guard, true);
			}
	}
}

void find_rl104(struct analysis *an)
{
	size_t i, k;
	uint8_t g;

	for (i = 0; i < an->outers.n; i++) {
		const struct outer *o = an->outers.v[i];

		for (k = 0; k < o->run.leaves.n && !o->run.cut && !o->beyond; k++) {
			const struct run_leave *l = &o->run.leaves.v[k];

			for (g = 0; g < l->guards.n && !l->frame->up; g++)
				if (is_wrong(an, &o->run, l, l->guards.v[g].guard, l->guards.v[g].count))
					judge(an, o, l, l->guards.v[g].guard, l->guards.v[g].count);
		}
		for (k = 0; k < o->run.lowers.n && !o->run.cut && !o->beyond; k++)
			judge_lower(an, o, &o->run.lowers.v[k]);
	}
	for (i = 0; i < an->reenters.n; i++)
		find_busy(an, an->reenters.v[i]);
}
