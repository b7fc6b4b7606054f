// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/*
 * RL110 lock-imbalance: a path returns with a lock held, and others do not.
 * sparse checks the same within one function, by annotations; what it says of
 * the place can be compared here.
 */

/*
 * Whether some entry point releases locks of @class that it does not take: start
 * and stop. @first: the first of the outer runs that looked at such locks; 0: all did.
 */
static bool released_elsewhere(const struct analysis *an, uint32_t class, size_t first)
{
	size_t i, k;

	for (i = first; i < an->outers.n; i++) {
		const struct run *run = &an->outers.v[i]->run;
		bool stray = false, own = false;

		for (k = 0; k < run->strays.n; k++)
			stray |= run->strays.v[k].class == class;
		for (k = 0; stray && k < run->acquires.n; k++)
			own |= run->acquires.v[k].class == class;
		if (stray && !own)
			return true;
	}
	return false;
}

static unsigned int times_held(const struct run_leave *l, uint32_t acquire)
{
	unsigned int n = 0;
	uint8_t i;

	for (i = 0; i < l->n_held; i++)
		n += l->held[i] == acquire;
	return n;
}

/*
 * The values of returns of @frame that leave no lock, or 0: all do. One that
 * leaves another lock is no such return: the function hands out either.
 */
static unsigned int others(const struct run *run, const struct frame *frame)
{
	unsigned int bits = balanced_values(run, frame);
	size_t i;

	for (i = 0; i < run->leaves.n; i++)
		if (run->leaves.v[i].frame->hash == frame->hash && !run->leaves.v[i].n_held)
			bits |= run->leaves.v[i].value;
	return bits;
}

/*
 * Whether a caller can tell @l from the returns that leave no lock, by @rest,
 * what these return. A pointer that nothing is known of is an object, where
 * the others return NULL.
 */
static bool tells(const struct analysis *an, const struct run_leave *l, unsigned int rest)
{
	const struct func *fn = &an->p->funcs.v[l->frame->func];
	uint32_t type = func_fact(an->p, fn)->ret_type;

	if (value_tells(l, rest))
		return true;
	return rest == RUN_ZERO && !(l->value & (RUN_ZERO | RUN_NEGATIVE)) && type != FACTS_NONE &&
	       func_facts(an->p, fn)->types.v[type].kind == FT_PTR;
}

/*
 * The innermost return that leaves @acquire where others of its function do
 * not, and no caller can tell which it was; @root where there is none.
 */
static const struct run_leave *innermost(const struct analysis *an, const struct run *run,
					 const struct run_leave *root, uint32_t acquire)
{
	const struct frame *fr;
	size_t i;

	for (fr = run->acquires.v[acquire].frame; fr && fr->up; fr = fr->up) {
		if (an->p->funcs.v[fr->func].flags & FF_HEADER)
			continue;
		for (i = 0; i < run->leaves.n; i++) {
			const struct run_leave *l = &run->leaves.v[i];
			unsigned int rest;

			if (l->frame->hash != fr->hash || !times_held(l, acquire))
				continue;
			rest = others(run, fr);
			if (rest && !tells(an, l, rest))
				return l;
		}
	}
	return root;
}

/*
 * Whether @run releases a lock of @class that it does not hold, though it takes
 * some. Its callers have it, if the paths of @l did so: what they take then is
 * the callers' again. Or the two locks of a path are one or the other by what is
 * not known here. Which of them are left cannot be said. A release elsewhere, of
 * what this run never has, says nothing. @all: the run looked at all locks, so
 * that one without a name may be of @class as well.
 */
static bool lost_track(const struct run *run, const struct run_leave *l, uint32_t class, bool all)
{
	size_t i;

	for (i = 0; i < run->strays.n; i++) {
		const struct run_stray *s = &run->strays.v[i];

		if (all && !s->class)
			return true;
		if (s->class == class && (s->doubtful || l->strays & RUN_STRAY_BIT(i)))
			return true;
	}
	return false;
}

/* Whether @acquire, which @l leaves, is among those of @bits. */
static bool is_among(const struct run_leave *l, uint32_t acquire, uint8_t bits)
{
	uint8_t i;

	for (i = 0; i < l->n_held; i++)
		if (l->held[i] == acquire && bits >> i & 1)
			return true;
	return false;
}

static void judge(struct analysis *an, const struct outer *o, const struct run_leave *root,
		  uint32_t acquire, size_t first)
{
	const struct acquire *a = &o->run.acquires.v[acquire];
	unsigned int rest = others(&o->run, root->frame);
	struct fault ft = { .code = "RL110", .severity = SEV_ERROR, .outer = o, .class = a->class,
			    .held = a, .guard = FACTS_NONE };
	const struct run_leave *l;
	const char *class;
	uint8_t g;

	/* One acquire for many locks: a loop over an array of them, and another one back. */
	if (!a->class || times_held(root, acquire) > 1)
		return;
	/* What is lost is with somebody else; what is told is the caller's to release. */
	if (is_among(root, acquire, root->lost | root->told) ||
	    lost_track(&o->run, root, a->class, !an->in.tracked))
		return;
	if (!rest || tells(an, root, rest) || released_elsewhere(an, a->class, first))
		return;
	class = program_str(an->p, a->class);
	l = innermost(an, &o->run, root, acquire);
	/*
	 * One that never returns without a lock is there to take some, which ones by
	 * a test that is made again where they are released.
	 */
	if (first && !balanced_values(&o->run, l->frame))
		return;
	ft.frame = l->frame;
	ft.loc = ft.end = l->loc;
	ft.message = arena_printf(an->arena,
				  "%s() returns with %s held here, and without it elsewhere",
				  people_name(an->p, l->frame->func), class);
	ft.begin_note = arena_printf(an->arena, "acquires %s", class);
	ft.end_note = arena_printf(an->arena, "returns, %s is held", class);
	for (g = 0; g < root->guards.n; g++) /* the same cause: RL104 says nothing of it */
		if (root->guards.v[g].count > 0 &&
		    map64_get(&an->near_guards, root->guards.v[g].guard) != MAP64_EMPTY)
			ft.end_note = arena_printf(an->arena, "%s, %s stays raised", ft.end_note,
						   guard_name(an->p, root->guards.v[g].guard));
	ft.help = arena_printf(an->arena, "release %s on this path too", class);
	add_fault(an, &ft);
}

static void judge_outer(struct analysis *an, const struct outer *o, size_t first)
{
	size_t k;
	uint8_t h;

	/* What is called next releases it. */
	for (k = 0; k < o->run.leaves.n && !o->run.cut && !o->run.followed; k++) {
		const struct run_leave *l = &o->run.leaves.v[k];

		for (h = 0; h < l->n_held && !l->frame->up; h++)
			judge(an, o, l, l->held[h], first);
	}
}

void find_rl110(struct analysis *an)
{
	size_t i;

	for (i = 0; i < an->outers.n; i++)
		if (!an->outers.v[i]->beyond)
			judge_outer(an, an->outers.v[i], 0);
}

/*
 * Marks, in @mark, functions in which a spinlock is taken or released, and those
 * of the same unit that call them: they are all that a unit shows of a lock.
 */
static void mark_locking(const struct program *p, bool *mark)
{
	bool changed = true;
	size_t i;

	while (changed) {
		changed = false;
		for (i = 0; i < p->calls.n; i++) {
			const struct call *c = &p->calls.v[i];
			const struct func *from = &p->funcs.v[c->caller], *to;

			if (c->callee == FACTS_NONE || mark[c->caller])
				continue;
			to = &p->funcs.v[c->callee];
			if (to->lock ? !rule_lock_counts(to->lock)
				     : !mark[c->callee] ||
					       (to->unit != from->unit && !(to->flags & FF_HEADER)))
				continue;
			mark[c->caller] = changed = true;
		}
	}
}

/*
 * Whether one of the first @n outer runs that came to its end took a lock of @ft's class in the
 * function that @ft is about, or below it.
 */
static bool was_judged(const struct analysis *an, const struct fault *ft, size_t n)
{
	const struct frame *fr;
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct run *run = &an->outers.v[i]->run;

		for (k = 0; k < run->acquires.n && !an->outers.v[i]->beyond && !run->cut; k++) {
			if (run->acquires.v[k].class != ft->class)
				continue;
			for (fr = run->acquires.v[k].frame; fr; fr = fr->up)
				if (fr->func == ft->frame->func)
					return true;
		}
	}
	return false;
}

void find_rl110_elsewhere(struct analysis *an)
{
	struct program *p = an->p;
	const struct map64 *tracked = an->in.tracked;
	bool *mark = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	size_t n_outers = an->outers.n, n_faults = an->faults.n, i, n;
	uint32_t f;

	mark_locking(p, mark);
	for (f = 0; f < p->funcs.n; f++)
		p->funcs.v[f].touches_direct = mark[f];
	an->in.tracked = NULL;
	for (f = 0; f < p->funcs.n; f++) {
		struct run_input input = { .func = f, .kind = FACTS_NONE, .own_unit = true };
		struct outer *o;

		if (!mark[f] || !func_starts_unit(&p->funcs.v[f]) ||
		    func_is_beyond(p, f))
			continue;
		o = ARENA_NEW(an->arena, struct outer);
		o->func = f;
		o->via = p->funcs.v[f].address_taken ? "passed as a pointer"
						     : "called from other units";
		o->kind = FACTS_NONE;
		interp_run(&an->in, &input, &o->run);
		an->steps += o->run.steps;
		vec_push(&an->outers, o);
	}
	for (i = n_outers; i < an->outers.n; i++)
		judge_outer(an, an->outers.v[i], n_outers);
	an->in.tracked = tracked;
	/*
	 * Locks that programs want were judged with all that is known of the rest of the kernel,
	 * but where the only entry points that lead there have too many instructions.
	 */
	for (i = n = n_faults; i < an->faults.n; i++) {
		const struct fault *ft = &an->faults.v[i];

		if (rule_lock_counts(ft->held->rule) &&
		    (map64_get(&an->classes, ft->class) == MAP64_EMPTY ||
		     (!was_judged(an, ft, n_outers) && !released_elsewhere(an, ft->class, 0))))
			an->faults.v[n++] = *ft;
	}
	an->faults.n = n;
	for (i = n_outers; i < an->outers.n; i++)
		vec_push(&an->unit_outers, an->outers.v[i]);
	an->outers.n = n_outers;
}
