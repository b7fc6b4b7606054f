// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/*
 * What one unit shows by itself, whatever the rest of the kernel does with it:
 * locks that a path leaves, trylocks that nobody looks at. All locks count, as
 * nobody knows yet which of them programs can want.
 */

bool func_starts_unit(const struct func *fn)
{
	return fn->defined && fn->touches && !fn->lock && !fn->percpu && !(fn->flags & FF_HEADER) &&
	       (fn->address_taken || !(fn->flags & FF_STATIC) || !fn->n_sites);
}

/*
 * Locks that sleep are looked at where programs wait for them, and not here; and whether one is released
 * is often a matter of what was known of the path long before.
 */
static void drop_sleeping(struct analysis *an)
{
	size_t i, n = 0;

	for (i = 0; i < an->faults.n; i++) {
		const struct acquire *held = an->faults.v[i].held;

		if (!held || !held->rule || rule_lock_counts(held->rule))
			an->faults.v[n++] = an->faults.v[i];
	}
	an->faults.n = n;
}

void analyse_alone(struct program *p, struct arena *arena, struct report *ret)
{
	static const struct analyse_options none;
	struct analysis an = { .p = p, .arena = arena, .o = &none };
	uint32_t f;

	interp_init(&an.in, p);
	bpf_tables_read(&an.t, p);
	programs_init(&an.pr, &an.in, &an.t);
	for (f = 0; f < p->funcs.n; f++) {
		struct run_input input = { .func = f, .kind = FACTS_NONE };
		struct outer *o;

		if (!func_starts_unit(&p->funcs.v[f]))
			continue;
		o = ARENA_NEW(arena, struct outer);
		o->func = f;
		o->via = "called from other units";
		o->kind = FACTS_NONE;
		interp_run(&an.in, &input, &o->run);
		vec_push(&an.outers, o);
	}
	find_rl107(&an);
	find_rl110(&an);
	find_rl110_claims(&an);
	drop_sleeping(&an);
	make_findings(&an, ret);
	analysis_release(&an);
}
