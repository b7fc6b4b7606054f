// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/* Whether record @outer has record @inner in it, or an array or pointer of it as a member. */
static bool has_member(const struct facts *f, const struct fact_record *r, uint32_t inner,
		       bool embedded)
{
	uint32_t i, type;

	for (i = r->fields; i < r->fields + r->n_fields; i++) {
		type = f->fields.v[i].type;
		while (type != FACTS_NONE && (f->types.v[type].kind == FT_ARRAY ||
					      (!embedded && f->types.v[type].kind == FT_PTR)))
			type = f->types.v[type].to;
		if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD &&
		    f->types.v[type].name == inner)
			return true;
	}
	return false;
}

/*
 * Records that live and die with a map: those that a map's own struct embeds
 * the map in, and what they point to as theirs. Pointers to maps, programs and
 * the like also occur there; what counts is only asked for locks, and a lock in
 * such a record is the map's.
 */
static void find_map_owned(struct analysis *an)
{
	uint32_t map = program_string(an->p, an->p->rules->tree.map_record);
	size_t i, k;

	map64_put(&an->map_owned, map, 1);
	for (i = 0; i < an->p->record_at.n; i++) {
		const struct facts *f = &an->p->units[an->p->record_at.v[i] >> 32].facts;
		const struct fact_record *r = &f->records.v[(uint32_t)an->p->record_at.v[i]];

		if (!has_member(f, r, map, true))
			continue;
		map64_put(&an->map_owned, r->name, 1);
		for (k = r->fields; k < r->fields + r->n_fields; k++) {
			uint32_t type = f->fields.v[k].type;

			while (type != FACTS_NONE && (f->types.v[type].kind == FT_ARRAY ||
						      f->types.v[type].kind == FT_PTR))
				type = f->types.v[type].to;
			if (type != FACTS_NONE && f->types.v[type].kind == FT_RECORD)
				map64_put(&an->map_owned, f->types.v[type].name, 1);
		}
	}
}

/* Whether nobody but the outer run itself can still get at the lock: it goes with a dying map. */
static bool out_of_reach(struct analysis *an, const struct outer *o, const struct acquire *a)
{
	const struct rules *rules = an->p->rules;
	const struct sym *v = sym_get(&o->run.syms, a->addr);
	size_t i;

	for (i = 0; i < rules->last_reference.n; i++) {
		const struct rule_last_reference *lr = &rules->last_reference.v[i];

		if (o->via_record == program_string(an->p, lr->record) &&
		    o->via_field == program_string(an->p, lr->member))
			break;
	}
	if (i == rules->last_reference.n)
		return false;
	while (v->op == SY_IADDR)
		v = sym_get(&o->run.syms, v->a);
	return v->op == SY_FADDR && map64_get(&an->map_owned, v->c) != MAP64_EMPTY;
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

	find_map_owned(an);
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
