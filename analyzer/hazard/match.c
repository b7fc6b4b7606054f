// SPDX-License-Identifier: MIT
#include "hazard/model.h"
#include "hazard/sites.h"

#include <string.h>

static bool is_member(struct analysis *an, const struct outer *o, const char *record,
		      const char *member)
{
	return o->via_record == program_string(an->p, record) &&
	       o->via_field == program_string(an->p, member);
}

/* Whether @func is over before there are programs. */
static bool runs_at_boot(const struct program *p, uint32_t func)
{
	const struct names *sections = &p->rules->tree.boot_sections;
	const struct func *fn = &p->funcs.v[func];
	size_t i;

	for (i = 0; fn->section && i < sections->n; i++)
		if (!strncmp(program_str(p, fn->section), sections->v[i], strlen(sections->v[i])))
			return true;
	return false;
}

/*
 * Whether a way on which @a is held is for values with @fields, which no map of the kind at hand has.
 * Such a field may be one of an object that programs allocate, and the value has a pointer to.
 */
static bool is_of_no_map(struct analysis *an, const struct outer *o, const struct acquire *a,
			 uint32_t fields)
{
	fields &= ~an->t.object_fields;
	return fields && o->kind != FACTS_NONE && a->kind == o->kind &&
	       !programs_kind_has_fields(&an->pr, a->kind, fields);
}

void drop_points_of_no_map(struct analysis *an, struct outer *o)
{
	struct run *run = &o->run;
	size_t i, n = 0;
	uint8_t k;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];

		for (k = 0; k < pt->n_held; k++)
			if (is_of_no_map(an, o, &run->acquires.v[pt->held[k]], pt->map_fields))
				break;
		if (k == pt->n_held)
			run->points.v[n++] = *pt;
	}
	run->points.n = n;
}

/*
 * It belongs to a map that is going, or to one that nobody has seen yet, or to the storage of an
 * owner that is going (whose elements' maps are still there); or there are no programs yet, or no
 * such maps.
 */
bool section_out_of_reach(struct analysis *an, const struct outer *o, const struct acquire *a)
{
	const struct rules *rules = an->p->rules;
	const struct frame *fr;
	bool alone = false;
	size_t i;

	/* Who starts the boot may stay (__ref); what it calls for that does not. */
	for (fr = a->frame; fr; fr = fr->up)
		if (runs_at_boot(an->p, fr->func))
			return true;
	for (i = 0; i < rules->last_reference.n; i++)
		alone |= is_member(an, o, rules->last_reference.v[i].record,
				   rules->last_reference.v[i].member);
	for (i = 0; i < rules->first_reference.n; i++)
		alone |= is_member(an, o, rules->first_reference.v[i].record,
				   rules->first_reference.v[i].member);
	if (is_of_no_map(an, o, a, a->map_fields))
		return true;
	if (lock_is_maps(an, &o->run, a))
		return alone;
	return lock_is_storages(an, &o->run, a) && is_of_last_put(an, &o->run, a);
}

static bool same_lock(struct analysis *an, const struct outer *o, const struct acquire *held,
		      const struct nested *n, const struct acquire *wanted)
{
	if (held->class != wanted->class || !wanted->blocking || wanted->last_put || wanted->second)
		return false;
	if (held->rule->shared && wanted->rule->shared)
		return false;
	if (held->kind != FACTS_NONE && wanted->kind != FACTS_NONE && held->kind != wanted->kind &&
	    (lock_is_storages(an, &o->run, held) || lock_is_in_value(an, held)))
		return false;
	return !locks_differ(an, o, held, n, wanted);
}

/* Where the tree itself runs, in this section, a program that may make run @h->nested; or NULL. */
static const struct frame *runs_program(struct analysis *an, const struct hazard *h)
{
	const struct run *run = &h->outer->run;
	size_t i, w;
	uint8_t j;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];
		uint64_t ways = run_ways_at(an, pt, pt->callee);

		/* What a program hands to a helper, that calls for the program: the helper is to blame. */
		if (pt->callback && h->outer->for_programs)
			continue;
		if (!point_counts(h, pt))
			continue;
		for (j = 0; ways && j < pt->n_held; j++)
			if (pt->held[j] == h->held_index && guards_equal(&pt->guards, &h->guards))
				break;
		if (!ways || j == pt->n_held)
			continue;
		for (w = 0; w < an->p->rules->attach.n; w++)
			if (ways >> w & 1 && run_gives(an, w, pt->callee, h->reenter->callable) &&
			    programs_may_call(&an->pr, w, h->reenter->callable, NULL) &&
			    (h->reenter->map_type == FACTS_NONE ||
			     programs_use_map(&an->pr, w, h->reenter->callable,
					      h->reenter->map_type)))
				return pt->frame;
	}
	return NULL;
}

/* The deepest place that both addresses lead through, which @b may be. */
static uint32_t common_place(const struct syms *syms, uint32_t a, uint32_t b)
{
	const struct sym *v;

	for (;; b = v->a) {
		if (sym_contains(syms, a, b))
			return b;
		v = sym_get(syms, b);
		if (v->op != SY_FADDR && v->op != SY_IADDR)
			return SYM_NONE;
	}
}

/* Whether @v and @w, steps of addresses, go to one member, or to elements of one number. */
static bool same_step(const struct syms *vs, const struct sym *v, const struct syms *ws,
		      const struct sym *w)
{
	int64_t i, k;

	if (v->op != w->op || v->c != w->c)
		return false;
	if (v->op == SY_FADDR)
		return v->b == w->b;
	return v->op == SY_IADDR && sym_is_int(vs, v->b, &i) && sym_is_int(ws, w->b, &k) && i == k;
}

/*
 * Whether the ways from @xb to @x and from @yb to @y are the same; SYM_NONE: from one variable.
 * @one: @x and @y are one, so are the arrays in what has them, whichever elements they are of.
 */
static bool same_way(const struct syms *xs, uint32_t x, uint32_t xb, const struct syms *ys,
		     uint32_t y, uint32_t yb, bool one)
{
	while (x != xb && y != yb) {
		const struct sym *v = sym_get(xs, x), *w = sym_get(ys, y);

		if (v->op == SY_GADDR || v->op == SY_GNAME)
			return xb == SYM_NONE && v->op == w->op && v->a == w->a;
		if (!same_step(xs, v, ys, w) &&
		    !(one && v->op == SY_IADDR && w->op == SY_IADDR && v->a != xb && w->a != yb))
			return false;
		x = v->a;
		y = w->a;
	}
	return x == xb && y == yb;
}

/*
 * Whether words @x of @held's run and @y of @wanted's are one, if @held and @wanted are one lock: a
 * variable, or an element by its number; or what is at the same place in the object, or the
 * element, that has the lock, as its term says on each side. Another element's is no guard.
 */
static bool same_word(const struct run *xr, const struct acquire *held, const struct acquire *x,
		      const struct run *yr, const struct acquire *wanted, const struct acquire *y)
{
	const struct syms *xs = &xr->syms, *ys = &yr->syms;
	uint32_t a, b;

	if (x->class != y->class)
		return false;
	if (same_way(xs, x->addr, SYM_NONE, ys, y->addr, SYM_NONE, false))
		return true;
	a = common_place(xs, held->addr, x->addr);
	b = common_place(ys, wanted->addr, y->addr);
	return a != SYM_NONE && b != SYM_NONE && same_way(xs, x->addr, a, ys, y->addr, b, false) &&
	       same_way(xs, held->addr, a, ys, wanted->addr, b, true);
}

/* Whether a program runs in @h's section after the path gave back the word that acquire @word took. */
static bool given_back(const struct hazard *h, uint32_t word)
{
	const struct run *run = &h->outer->run;
	size_t i;
	uint8_t k;

	for (i = 0; i < run->points.n; i++) {
		const struct point *pt = &run->points.v[i];
		bool in_section = false, has = false;

		for (k = 0; k < pt->n_held; k++) {
			in_section |= pt->held[k] == h->held_index;
			has |= pt->held[k] == word && !(pt->doubtful >> k & 1);
		}
		if (in_section && !has)
			return true;
	}
	return false;
}

/*
 * Whether a word stands in the way: the interrupted code has it, and the program comes to the lock
 * only with it.
 */
static bool word_stops(const struct hazard *h, const struct nested *n, const struct acquire *wanted)
{
	const struct run *xr = &h->outer->run, *yr = &n->run;
	uint8_t i, k;

	for (i = 0; i < h->held->n_under; i++)
		for (k = 0; k < wanted->n_under; k++)
			if (same_word(xr, h->held, &xr->acquires.v[h->held->under[i]], yr, wanted,
				      &yr->acquires.v[wanted->under[k]]) &&
			    !given_back(h, h->held->under[i]))
				return true;
	return false;
}

/*
 * Whether a program in @h's section finds the seqcount of @class odd somewhere: that it was written
 * there at all will do for an NMI, which hits anywhere.
 */
static bool may_be_odd(const struct hazard *h, uint32_t class)
{
	const struct run *run = &h->outer->run;
	size_t i;

	for (i = 0; i < run->acquires.n; i++)
		if (run->acquires.v[i].class == class)
			return true;
	return false;
}

static bool waits_for_held(struct analysis *an, const struct hazard *h, const struct nested *n,
			   const struct acquire *a)
{
	return same_lock(an, h->outer, h->held, n, a) && !word_stops(h, n, a) &&
	       (!a->odd || may_be_odd(h, a->odd));
}

/* The acquire of @n, a run of @r's function, that waits for what @h's section holds; or NULL. */
static const struct acquire *comes_back(struct analysis *an, const struct hazard *h,
					const struct nested *n)
{
	const struct acquire *odd = NULL;
	size_t k;

	for (k = 0; k < n->run.acquires.n; k++) {
		const struct acquire *a = &n->run.acquires.v[k];

		if ((a->odd && odd) || !waits_for_held(an, h, n, a))
			continue;
		if (!a->odd)
			return a;
		odd = a;
	}
	return odd;
}

bool hazard_only_in_nmi(struct analysis *an, const struct hazard *h)
{
	return h->context == CTX_NMI && !h->waits &&
	       !comes_back(an, h, reenter_run(an, h->reenter, &h->guards, false));
}

/*
 * Adds @h, and once more for each other way to the lock that is for maps with other fields: programs may
 * have those, and not these.
 */
static void add_hazards(struct analysis *an, struct hazard h)
{
	const struct acquire *v = h.nested->run.acquires.v;
	size_t first = an->hazards.n, i, k;

	vec_push(&an->hazards, h);
	for (k = (size_t)(h.wanted - v) + 1; h.wanted->map_fields && k < h.nested->run.acquires.n; k++) {
		for (i = first; i < an->hazards.n; i++)
			if (!(an->hazards.v[i].wanted->map_fields & ~v[k].map_fields))
				break;
		if (i < an->hazards.n || !waits_for_held(an, &h, h.nested, &v[k]))
			continue;
		h.wanted = &v[k];
		vec_push(&an->hazards, h);
	}
}

/*
 * Whether @h's program waits for a guard that the section has raised, and would take the lock if it
 * were not: fills @h then.
 */
static bool waits_for_guard(struct analysis *an, struct hazard *h)
{
	const struct run *run = &h->nested->run;
	size_t i;

	for (i = 0; i < run->tries.n; i++) {
		struct guards down = h->guards;

		if (!run->tries.v[i].waits || run->tries.v[i].guard == FACTS_NONE)
			continue;
		guards_set(&down, run->tries.v[i].guard, 0);
		h->nested = reenter_run(an, h->reenter, &down, h->context == CTX_NMI);
		h->wanted = comes_back(an, h, h->nested);
		if (h->wanted) {
			h->waits = &run->tries.v[i];
			return true;
		}
	}
	return false;
}

/*
 * Whether interrupts are off in @h's section for no other reason than that some caller of a function
 * beyond the scope may have them off. What a program calls may leave the lock alone for that.
 */
static bool may_have_irqs_on(const struct hazard *h)
{
	return h->outer->beyond && h->context != CTX_NMI &&
	       guards_get(&h->guards, GUARD_IRQS_OFF) == 1;
}

static void match_section(struct analysis *an, struct outer *o, uint32_t held,
			  const struct guards *g, enum hazard_context context)
{
	const struct acquire *a = &o->run.acquires.v[held];
	bool nmi = context == CTX_NMI, few = false;
	uint32_t guard = FACTS_NONE;
	bool wrong = acquire_wrong_guard(an, &o->run, a, &guard, &few);
	struct guards seen = *g, on = *g;
	size_t i;

	if (wrong)
		guards_set(&seen, guard, 0);
	for (i = 0; i < an->reenters.n; i++) {
		struct reenter *r = an->reenters.v[i];
		struct hazard h = { .outer = o, .held = a, .held_index = held, .guards = *g,
				    .reenter = r, .context = context };

		if (nmi && !r->in_nmi)
			continue;
		if (a->kind != FACTS_NONE && r->kind != FACTS_NONE && a->kind != r->kind &&
		    lock_is_storages(an, &o->run, a))
			continue;
		h.nested = reenter_run(an, r, g, nmi);
		h.wanted = comes_back(an, &h, h.nested);
		if (!h.wanted && !waits_for_guard(an, &h) && !guards_equal(&seen, g)) {
			h.nested = reenter_run(an, r, &seen, nmi);
			h.wanted = comes_back(an, &h, h.nested);
			h.wrong = wrong;
			h.wrong_guard = guard;
			h.wrong_if_few = few;
		}
		if (!h.wanted && may_have_irqs_on(&h)) {
			guards_set(&on, GUARD_IRQS_OFF, 0);
			h.nested = reenter_run(an, r, &on, nmi);
			h.wanted = comes_back(an, &h, h.nested);
			/* Who takes a lock with interrupts off holds it with them off everywhere. */
			if (h.wanted && guards_get(&h.wanted->guards, GUARD_IRQS_OFF) > 0)
				h.wanted = NULL;
			h.irqs_on = h.wanted;
		}
		if (!h.wanted)
			continue;
		h.run_site = nmi ? NULL : runs_program(an, &h);
		add_hazards(an, h);
	}
}

static bool is_wanted(const struct analysis *an, const struct acquire *a)
{
	return a->class && map64_get(&an->classes, a->class) != MAP64_EMPTY;
}

/*
 * Whether some paths of @o leave @acquire's lock held, and others not. Code beyond
 * the scope is taken to be balanced: the run has lost track of that lock then,
 * as of those that are taken hand over hand along a tree.
 */
static bool is_lost(const struct outer *o, uint32_t acquire)
{
	size_t i;
	uint8_t h;

	for (i = 0; i < o->run.leaves.n; i++) {
		const struct run_leave *l = &o->run.leaves.v[i];

		if (l->frame->up || map64_get(&o->run.balanced, l->frame->hash) == MAP64_EMPTY)
			continue;
		for (h = 0; h < l->n_held; h++)
			if (l->held[h] == acquire)
				return true;
	}
	return false;
}

/* Sections as seen at the places where a program can run in them. */
static void match_points(struct analysis *an, struct outer *o)
{
	VEC(struct hazard) seen = { 0 }; /* sections done: held_index and guards */
	size_t k, s;
	uint8_t j;

	for (k = 0; k < o->run.points.n; k++) {
		const struct point *pt = &o->run.points.v[k];

		for (j = 0; j < pt->n_held; j++) {
			const struct acquire *a = &o->run.acquires.v[pt->held[j]];
			struct hazard key = { .held_index = pt->held[j], .guards = pt->guards };

			if (!is_wanted(an, a) || a->looked || (o->beyond && is_lost(o, pt->held[j])))
				continue;
			for (s = 0; s < seen.n; s++)
				if (seen.v[s].held_index == key.held_index &&
				    guards_equal(&seen.v[s].guards, &key.guards))
					break;
			if (s < seen.n)
				continue;
			vec_push(&seen, key);
			if (!section_out_of_reach(an, o, a))
				match_section(an, o, pt->held[j], &pt->guards, CTX_RECURSION);
		}
	}
	vec_release(&seen);
}

/* An NMI hits anywhere: right after the lock was taken, with what was raised then. */
static void match_nmi(struct analysis *an, struct outer *o)
{
	uint32_t i;

	for (i = 0; i < o->run.acquires.n; i++) {
		const struct acquire *a = &o->run.acquires.v[i];

		if (is_wanted(an, a) && !a->callers && !a->rule->sleeps &&
		    !section_out_of_reach(an, o, a))
			match_section(an, o, i, &a->guards, CTX_NMI);
	}
}

void find_hazards(struct analysis *an)
{
	size_t i;

	for (i = 0; i < an->outers.n; i++) {
		if (an->o->progress)
			an->o->progress(an->o->data, "critical sections", i, an->outers.n);
		match_points(an, an->outers.v[i]);
		/* Beyond the scope it is enough to know that a program may come back. */
		if (!an->outers.v[i]->beyond)
			match_nmi(an, an->outers.v[i]);
	}
}
