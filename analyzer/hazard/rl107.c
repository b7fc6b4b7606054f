// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL107 unchecked-trylock: where a trylock failed, the path goes on as if it had not. */

static void judge(struct analysis *an, const struct outer *o, const struct run *run)
{
	const char *func, *class;
	size_t k;

	for (k = 0; k < run->tries.n; k++) {
		const struct run_try *t = &run->tries.v[k];
		struct fault ft = { .code = "RL107", .severity = SEV_ERROR, .outer = o,
				    .frame = t->frame, .loc = t->loc, .class = t->class,
				    .guard = FACTS_NONE, .end = t->released };

		if (!t->class || !t->released.line)
			continue;
		/* The statement is where the tree's own headers were called from. */
		while (ft.frame->up && (an->p->funcs.v[ft.frame->func].flags & FF_HEADER)) {
			ft.loc = ft.frame->call;
			ft.frame = ft.frame->up;
		}
		func = people_name(an->p, ft.frame->func);
		class = program_str(an->p, t->class);
		ft.message = arena_printf(an->arena,
					  "%s() goes on, and releases %s, also where it did not get it",
					  func, class);
		ft.begin_note = arena_printf(an->arena, "tries %s: it fails", class);
		ft.end_note = arena_printf(an->arena, "releases %s, which it does not hold", class);
		ft.help = arena_printf(an->arena,
				       "test the result, and leave where %s was not taken", class);
		add_fault(an, &ft);
	}
}

void find_rl107(struct analysis *an)
{
	size_t i, k;

	for (i = 0; i < an->outers.n; i++)
		if (!an->outers.v[i]->beyond)
			judge(an, an->outers.v[i], &an->outers.v[i]->run);
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
