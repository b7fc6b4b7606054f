// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/*
 * RL110 lock-imbalance: a path returns with a lock held, and others do not.
 * sparse checks the same within one function, by annotations; what it says of
 * the place can be compared here.
 */

/* Whether some entry point releases locks of @class that it does not take: start and stop. */
static bool released_elsewhere(const struct analysis *an, uint32_t class)
{
	size_t i, k;

	for (i = 0; i < an->outers.n; i++) {
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

/* The values of returns of @frame that do not leave @acquire, or 0: all do. */
static unsigned int others(const struct run *run, const struct frame *frame, uint32_t acquire)
{
	unsigned int bits = balanced_values(run, frame);
	size_t i;

	for (i = 0; i < run->leaves.n; i++)
		if (run->leaves.v[i].frame->hash == frame->hash &&
		    !times_held(&run->leaves.v[i], acquire))
			bits |= run->leaves.v[i].value;
	return bits;
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
			rest = others(run, fr, acquire);
			if (rest && !value_tells(l, rest))
				return l;
		}
	}
	return root;
}

static void judge(struct analysis *an, const struct outer *o, const struct run_leave *root,
		  uint32_t acquire)
{
	const struct acquire *a = &o->run.acquires.v[acquire];
	unsigned int rest = others(&o->run, root->frame, acquire);
	struct fault ft = { .code = "RL110", .outer = o, .class = a->class, .held = a,
			    .guard = FACTS_NONE };
	const struct run_leave *l;
	const char *class;

	/* One acquire for many locks: a loop over an array of them, and another one back. */
	if (!a->class || times_held(root, acquire) > 1)
		return;
	if (!rest || value_tells(root, rest) || released_elsewhere(an, a->class))
		return;
	class = program_str(an->p, a->class);
	l = innermost(an, &o->run, root, acquire);
	ft.frame = l->frame;
	ft.loc = ft.end = l->loc;
	ft.message = arena_printf(an->arena,
				  "%s() returns with %s held here, and without it elsewhere",
				  people_name(an->p, l->frame->func), class);
	ft.begin_note = arena_printf(an->arena, "acquires %s", class);
	ft.end_note = arena_printf(an->arena, "returns, %s is held", class);
	ft.help = arena_printf(an->arena, "release %s on this path too", class);
	add_fault(an, &ft);
}

void find_rl110(struct analysis *an)
{
	size_t i, k;
	uint8_t h;

	for (i = 0; i < an->outers.n; i++) {
		const struct outer *o = an->outers.v[i];

		/* What is called next releases it. */
		for (k = 0; k < o->run.leaves.n && !o->run.cut && !o->run.followed; k++) {
			const struct run_leave *l = &o->run.leaves.v[k];

			for (h = 0; h < l->n_held && !l->frame->up; h++)
				judge(an, o, l, l->held[h]);
		}
	}
}
