// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * What an outer run shows by itself: what its returns leave, and what it
 * releases. Whether that is right is judged at entry points, and below them
 * where no caller can tell the returns apart.
 */

bool value_tells(const struct run_leave *l, unsigned int other)
{
	return !(l->value & (RUN_UNKNOWN | RUN_NEGATIVE)) && !(other & (RUN_UNKNOWN | l->value));
}

unsigned int balanced_values(const struct run *run, const struct frame *frame)
{
	uint32_t bits = map64_get(&run->balanced, frame->hash);

	return bits == MAP64_EMPTY ? 0 : bits;
}

static bool same_fault(const struct fault *a, const struct fault *b)
{
	return !strcmp(a->code, b->code) && a->loc.file == b->loc.file &&
	       a->loc.line == b->loc.line && a->loc.col == b->loc.col && a->class == b->class &&
	       a->guard == b->guard;
}

void add_fault(struct analysis *an, const struct fault *ft)
{
	size_t i;

	for (i = 0; i < an->faults.n; i++) {
		if (!same_fault(&an->faults.v[i], ft))
			continue;
		if (ft->lowers && !an->faults.v[i].lowers) /* the worse of the two */
			an->faults.v[i] = *ft;
		return;
	}
	vec_push(&an->faults, *ft);
}

static struct location location_in(struct analysis *an, const struct fact_loc *loc, uint32_t func)
{
	struct location l = program_location(an->p, loc, func);

	l.function = people_name(an->p, func);
	return l;
}

/* A lock that the guard is meant for; the guard itself where there is none. */
static void fill_guarded_lock(struct analysis *an, uint32_t guard, struct finding *f)
{
	size_t i;

	f->lock.class = guard_name(an->p, guard);
	for (i = 0; i < an->designated.n; i++) {
		const struct designated *d = &an->designated.v[i];

		if (d->guard != guard || !guard_is_designated(an, d->class, d->kind, guard))
			continue;
		f->lock.class = program_str(an->p, d->class);
		f->lock.kind = d->kind == FACTS_NONE ? NULL : kind_people_name(an, d->kind);
		return;
	}
}

static struct step make_step(struct analysis *an, enum step_kind kind, const struct frame *frame,
			     const struct fact_loc *loc, const char *note)
{
	return (struct step){ .kind = kind, .depth = frame->depth,
			      .function = people_name(an->p, frame->func),
			      .location = program_location(an->p, loc, frame->func),
			      .note = note };
}

void make_fault_finding(struct analysis *an, const struct fault *ft, struct finding *f)
{
	const struct rule_hazard *rule = rules_hazard(an->p->rules, ft->code);
	const struct frame *from = ft->held ? ft->held->frame : ft->frame;
	struct step begin = { .function = NULL }, end;

	memset(f, 0, sizeof(*f));
	f->cause = UINT32_MAX;
	f->context = "recursion";
	f->code = ft->code;
	f->rule = rule ? rule->name : ft->code;
	f->severity = ft->severity;
	if (ft->assumption)
		strlist_add(&f->assumptions, an->arena, ft->assumption);
	f->message = ft->message;
	f->location = location_in(an, &ft->loc, ft->frame->func);
	if (ft->class)
		f->lock.class = program_str(an->p, ft->class);
	else
		fill_guarded_lock(an, ft->guard, f);
	if (ft->held) {
		f->lock.acquired = location_in(an, &ft->held->loc, ft->held->func);
		f->lock.released = location_in(an, &ft->held->released, ft->held->func);
		begin = make_step(an, STEP_ACQUIRE, from, &ft->held->loc, ft->begin_note);
	} else if (ft->begin_note) {
		begin = make_step(an, ft->guard == FACTS_NONE ? STEP_ACQUIRE : STEP_GUARD, from,
				  &ft->loc, ft->begin_note);
	}
	if (ft->guard != FACTS_NONE) {
		f->guard_expected.v = ARENA_NEW(an->arena, const char *);
		f->guard_expected.v[0] = guard_name(an->p, ft->guard);
		f->guard_expected.n = 1;
	}
	f->entry_function = people_name(an->p, ft->outer->func);
	f->entry_via = ft->outer->via;
	end = make_step(an, STEP_RETURN, ft->frame, &ft->end, ft->end_note);
	f->ladders = ARENA_NEW(an->arena, struct ladder);
	f->n_ladders = 1;
	f->ladders[0] = make_path(an, ft->outer, from, &begin, &end);
	f->remedies = ARENA_NEW(an->arena, struct remedy);
	f->n_remedies = 1;
	f->remedies[0] = (struct remedy){ "guard", ft->help, true, 0 };
}

void find_faults(struct analysis *an)
{
	find_rl107(an);
	find_rl104(an);
	find_rl110(an);
	find_rl110_elsewhere(an);
	find_rl110_claims(an);
}
