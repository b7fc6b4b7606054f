// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/* Whether nobody but the outer run itself can still get at the lock: it goes with a dying map. */
static bool out_of_reach(struct analysis *an, const struct outer *o, const struct acquire *a)
{
	const struct rules *rules = an->p->rules;
	size_t i;

	for (i = 0; i < rules->last_reference.n; i++) {
		const struct rule_last_reference *lr = &rules->last_reference.v[i];

		if (o->via_record == program_string(an->p, lr->record) &&
		    o->via_field == program_string(an->p, lr->member))
			break;
	}
	return i < rules->last_reference.n && lock_is_maps(an, &o->run, a);
}

static bool same_lock(const struct outer *o, const struct acquire *held, const struct nested *n,
		      const struct acquire *wanted)
{
	const struct sym *x = sym_get(&o->run.syms, held->addr);
	const struct sym *y = sym_get(&n->run.syms, wanted->addr);

	if (held->class != wanted->class || !wanted->blocking || wanted->rule->sleeps)
		return false;
	if (held->rule->shared && wanted->rule->shared)
		return false;
	if (held->kind != FACTS_NONE && wanted->kind != FACTS_NONE && held->kind != wanted->kind)
		return false;
	return !(x->op == SY_GADDR && y->op == SY_GADDR && x->a != y->a);
}

static void match_section(struct analysis *an, struct outer *o, uint32_t held,
			  const struct guards *g)
{
	const struct acquire *a = &o->run.acquires.v[held];
	size_t i, k;

	for (i = 0; i < an->reenters.n; i++) {
		struct reenter *r = an->reenters.v[i];
		const struct nested *n;

		if (a->kind != FACTS_NONE && r->kind != FACTS_NONE && a->kind != r->kind)
			continue;
		n = reenter_run(an, r, g);
		for (k = 0; k < n->run.acquires.n; k++) {
			const struct acquire *w = &n->run.acquires.v[k];
			struct hazard h = { .outer = o, .held = a, .held_index = held,
					    .guards = *g, .reenter = r, .nested = n, .wanted = w };

			if (!same_lock(o, a, n, w))
				continue;
			vec_push(&an->hazards, h);
			break;
		}
	}
}

void find_hazards(struct analysis *an)
{
	size_t i, k, s;
	uint8_t j;

	for (i = 0; i < an->outers.n; i++) {
		struct outer *o = an->outers.v[i];
		VEC(struct hazard) seen = { 0 }; /* sections done: held_index and guards */

		if (an->o->progress)
			an->o->progress(an->o->data, "critical sections", i, an->outers.n);
		for (k = 0; k < o->run.points.n; k++) {
			const struct point *pt = &o->run.points.v[k];

			for (j = 0; j < pt->n_held; j++) {
				const struct acquire *a = &o->run.acquires.v[pt->held[j]];
				struct hazard key = { .held_index = pt->held[j],
						      .guards = pt->guards };

				if (!a->class || map64_get(&an->classes, a->class) == MAP64_EMPTY)
					continue;
				for (s = 0; s < seen.n; s++)
					if (seen.v[s].held_index == key.held_index &&
					    guards_equal(&seen.v[s].guards, &key.guards))
						break;
				if (s < seen.n)
					continue;
				vec_push(&seen, key);
				if (!out_of_reach(an, o, a))
					match_section(an, o, pt->held[j], &pt->guards);
			}
		}
		vec_release(&seen);
	}
}
