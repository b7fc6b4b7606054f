// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* RL107 unchecked-trylock: where a trylock failed, the path goes on as if it had not. */

void find_rl107(struct analysis *an)
{
	size_t i, k;

	for (i = 0; i < an->outers.n; i++) {
		const struct outer *o = an->outers.v[i];

		for (k = 0; k < o->run.tries.n; k++) {
			const struct run_try *t = &o->run.tries.v[k];
			struct fault ft = { .code = "RL107", .outer = o, .frame = t->frame,
					    .loc = t->loc, .class = t->class, .guard = FACTS_NONE,
					    .end = t->released };
			const char *func, *class;

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
			ft.help = arena_printf(an->arena, "test the result, and leave where %s was not taken",
					       class);
			add_fault(an, &ft);
		}
	}
}
