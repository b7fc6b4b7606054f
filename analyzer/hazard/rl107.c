// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL107 unchecked-trylock: where a trylock failed, the path goes on as if it had not. */

/* An attempt on a lock of @class, at @loc in @frame, fails; it is released at @released even so. */
static void add_unchecked(struct analysis *an, const struct outer *o, const struct frame *frame,
			  const struct fact_loc *loc, uint32_t class,
			  const struct fact_loc *released)
{
	struct fault ft = { .code = "RL107", .severity = SEV_ERROR, .outer = o, .frame = frame,
			    .loc = *loc, .class = class, .guard = FACTS_NONE, .end = *released };
	const char *name = program_str(an->p, class);

	/* The statement is where the tree's own headers were called from. */
	while (ft.frame->up && (an->p->funcs.v[ft.frame->func].flags & FF_HEADER)) {
		ft.loc = ft.frame->call;
		ft.frame = ft.frame->up;
	}
	ft.message = arena_printf(an->arena,
				  "%s() goes on, and releases %s, also where it did not get it",
				  people_name(an->p, ft.frame->func), name);
	ft.begin_note = arena_printf(an->arena, "tries %s: it fails", name);
	ft.end_note = arena_printf(an->arena, "releases %s, which it does not hold", name);
	ft.help = arena_printf(an->arena, "test the result, and leave where %s was not taken",
			       name);
	add_fault(an, &ft);
}

static void judge(struct analysis *an, const struct outer *o, const struct run *run)
{
	size_t k;

	for (k = 0; k < run->tries.n; k++) {
		const struct run_try *t = &run->tries.v[k];

		if (t->class && t->released.line)
			add_unchecked(an, o, t->frame, &t->loc, t->class, &t->released);
	}
}

/*
 * The outermost function that leaves acquire @id of @run to its caller, if a guard was tested for
 * it: an attempt on the lock, which fails where the guard is up. NULL: there is none.
 */
static const struct frame *attempt(const struct run *run, uint32_t id)
{
	const struct frame *ret = NULL;
	size_t i;
	uint8_t h;

	for (i = 0; i < run->leaves.n && run->acquires.v[id].tests.n; i++) {
		const struct run_leave *l = &run->leaves.v[i];

		for (h = 0; h < l->n_held && l->frame->up; h++)
			if (l->held[h] == id && (!ret || l->frame->depth < ret->depth))
				ret = l->frame;
	}
	return ret;
}

/* The attempt on a lock of @class, if @run makes it at one place only; or NULL. */
static const struct frame *only_attempt(const struct run *run, uint32_t class)
{
	const struct frame *ret = NULL, *fr;
	uint32_t id;

	for (id = 0; id < run->acquires.n; id++) {
		fr = run->acquires.v[id].class == class ? attempt(run, id) : NULL;
		if (fr && ret && (fr->up != ret->up || fr->call.line != ret->call.line ||
				  fr->call.col != ret->call.col))
			return NULL;
		ret = fr ? fr : ret;
	}
	return ret;
}

/*
 * An entry point begins with no guard raised, so such an attempt always gets the lock. It is run
 * once more with those guards raised: where it releases then what it has not, and had the first time,
 * nobody looked at what the attempt returned.
 */
static void judge_busy(struct analysis *an, const struct outer *o)
{
	struct guards g = { .n = 0 };
	const struct run_input input = { .func = o->func, .kind = o->kind, .guards = &g };
	const struct frame *fr;
	struct run busy;
	uint32_t id;
	size_t i;
	uint8_t t;

	for (id = 0; id < o->run.acquires.n; id++) {
		const struct guard_tests *tests = &o->run.acquires.v[id].tests;

		if (!attempt(&o->run, id))
			continue;
		for (t = 0; t < tests->n; t++)
			if (tests->v[t].guard != GUARD_IRQS_OFF)
				guards_set(&g, tests->v[t].guard, 1);
	}
	if (!g.n)
		return;
	interp_run(&an->in, &input, &busy);
	an->steps += busy.steps;
	for (i = 0; i < busy.strays.n && !busy.cut; i++) {
		const struct run_stray *s = &busy.strays.v[i];

		if (!s->class || run_released(&o->run, s->class, &s->loc) != RELEASED_HELD)
			continue;
		fr = only_attempt(&o->run, s->class);
		if (fr)
			add_unchecked(an, o, fr->up, &fr->call, s->class, &s->loc);
	}
	interp_run_release(&busy);
}

void find_rl107(struct analysis *an)
{
	size_t i, k;

	for (i = 0; i < an->outers.n; i++) {
		const struct outer *o = an->outers.v[i];

		if (o->beyond)
			continue;
		judge(an, o, &o->run);
		if (!o->run.cut && !o->run.followed)
			judge_busy(an, o);
	}
	/* Some code tries the lock only in an NMI, where only programs bring it. */
	for (i = 0; i < an->reenters.n; i++) {
		const struct reenter *r = an->reenters.v[i];
		const struct bpf_callable *c = &an->t.callables.v[r->callable];
		struct outer *o = ARENA_NEW(an->arena, struct outer);

		o->func = c->func;
		o->via = c->proto == FACTS_NONE ? "kfunc" : "helper";
		for (k = 0; k < r->runs.n; k++)
			judge(an, o, &r->runs.v[k]->run);
	}
}
