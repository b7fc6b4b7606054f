// SPDX-License-Identifier: MIT
#include "flow/made.h"
#include "flow/summary.h"
#include "hazard/analyse.h"

#include "hazard/model.h"

#include <string.h>

/* Where the owners of this kind's storage keep it: what the kind's own function points to. */
static void find_slot(struct analysis *an, struct map_kind *k)
{
	uint32_t member = program_string(an->p, an->p->rules->tree.map_owner_member);
	uint32_t func = program_member_func(an->p, k->ops, member);
	struct run_input input = { .func = func, .kind = FACTS_NONE, .decide = true };
	struct run run;
	size_t i;

	if (func == FACTS_NONE || !an->p->funcs.v[func].defined)
		return;
	interp_run(&an->in, &input, &run);
	for (i = 0; i < run.exits.n; i++) {
		const struct sym *v = sym_get(&run.syms, run.exits.v[i].value);

		if (v->op != SY_FADDR)
			continue;
		k->slot_record = v->c;
		k->slot_field = v->b;
	}
	interp_run_release(&run);
}

static void find_kinds(struct analysis *an)
{
	size_t i, k;

	for (i = 0; i < an->t.map_types.n; i++) {
		const struct bpf_map_type *mt = &an->t.map_types.v[i];
		struct map_kind mk = { .ops = mt->ops, .type = mt->type, .type_name = mt->type_name };

		for (k = 0; k < an->kinds.n && an->kinds.v[k].ops != mt->ops; k++)
			;
		if (k == an->kinds.n) {
			find_slot(an, &mk);
			vec_push(&an->kinds, mk);
		}
	}
	an->in.kinds = an->kinds.v;
	an->in.n_kinds = an->kinds.n;
	made_find(&an->in);
}

/* What calls of a function mean beside the function itself. */
static void find_roles(struct analysis *an)
{
	const struct rules *rules = an->p->rules;
	size_t f, i, w, k;

	an->tracepoint = ARENA_ARRAY(an->arena, const char *, an->p->funcs.n);
	an->run_ways = ARENA_ARRAY(an->arena, uint64_t, an->p->funcs.n);
	for (f = 0; f < an->p->funcs.n; f++) {
		const char *name = func_name(an->p, (uint32_t)f);

		for (i = 0; i < rules->tree.tracepoint_calls.n; i++) {
			const char *prefix = rules->tree.tracepoint_calls.v[i];

			if (!strncmp(name, prefix, strlen(prefix)))
				an->tracepoint[f] = name + strlen(prefix);
		}
		for (w = 0; w < rules->attach.n; w++)
			for (k = 0; k < rules->attach.v[w].runs.n; k++)
				if (!strcmp(name, rules->attach.v[w].runs.v[k]))
					an->run_ways[f] |= UINT64_C(1) << w;
	}
}

/* From where the kernel comes to running programs, by calls of a name. */
static void find_runners(struct analysis *an)
{
	bool *runs = ARENA_ARRAY(an->arena, bool, an->p->funcs.n);
	size_t f;

	for (f = 0; f < an->p->funcs.n; f++)
		runs[f] = an->run_ways[f] != 0;
	program_reach(an->p, runs, false, NULL);
	for (f = 0; f < an->p->funcs.n; f++)
		an->p->funcs.v[f].runs = runs[f];
}

/*
 * What else runs programs when it is called: a member of a table whose members they can be, and a
 * function that one of them handed over.
 */
static void find_tables(struct analysis *an)
{
	const struct rules *rules = an->p->rules;
	const char *type = rules->tree.struct_ops_type;
	size_t i, k, w;

	an->table_of = ARENA_ARRAY(an->arena, uint32_t, an->p->funcs.n);
	for (w = 0; w < rules->attach.n; w++) {
		if (rules->attach.v[w].at == AT_CALLBACK)
			an->callback_ways |= UINT64_C(1) << w;
		else if (type && !strcmp(rules->attach.v[w].prog_type, type))
			an->table_ways |= UINT64_C(1) << w;
	}
	for (i = 0; i < an->t.prog_types.n; i++) {
		uint32_t record = an->t.prog_types.v[i].record;

		for (k = 0; record && k < an->p->targets.n; k++)
			if (an->p->targets.v[k].record == record)
				an->table_of[an->p->targets.v[k].func] = record;
	}
}

/* Whether @func is what programs call, or the body of such a function. */
static bool is_callable(const struct analysis *an, uint32_t func)
{
	const char *name = people_name(an->p, func);
	size_t i;

	for (i = 0; i < an->t.callables.n; i++)
		if (!strcmp(name, func_name(an->p, an->t.callables.v[i].func)))
			return true;
	return false;
}

/* Which members of the maps' tables stand for what programs do to a map. Others do their part in it. */
static void find_map_ops(struct analysis *an)
{
	const struct program *p = an->p;
	const struct member_target *t;
	size_t i, k, n;

	an->map_op = ARENA_ARRAY(an->arena, bool, p->funcs.n);
	for (i = 0; i < p->calls.n; i++) {
		const struct call *c = &p->calls.v[i];

		if (c->callee != FACTS_NONE || c->record != an->in.ops_record ||
		    !is_callable(an, c->caller))
			continue;
		t = program_targets(p, c->record, c->field, &n);
		for (k = 0; k < n; k++)
			an->map_op[t[k].func] = true;
	}
}

static void add_stat(struct arena *arena, struct report *r, const char *name, uint64_t value)
{
	struct stat_entry *v = ARENA_ARRAY(arena, struct stat_entry, r->n_stats + 1);

	if (r->n_stats)
		memcpy(v, r->stats, r->n_stats * sizeof(*v));
	v[r->n_stats++] = (struct stat_entry){ name, value };
	r->stats = v;
}

/* How many functions beyond the scope were gone through, and how many of these not to the end. */
static void count_summaries(struct analysis *an, struct report *r)
{
	uint64_t cut = 0;
	size_t i;

	for (i = 0; i < an->in.summaries.n; i++)
		cut += an->in.summaries.v[i]->cut;
	add_stat(an->arena, r, "summaries", an->in.summaries.n);
	add_stat(an->arena, r, "summaries_cut", cut);
}

void analysis_release(struct analysis *an)
{
	size_t i;

	for (i = 0; i < an->reenters.n; i++)
		reenter_release(an->reenters.v[i]);
	for (i = 0; i < an->outers.n; i++)
		interp_run_release(&an->outers.v[i]->run);
	vec_release(&an->reenters);
	for (i = 0; i < an->unit_outers.n; i++)
		interp_run_release(&an->unit_outers.v[i]->run);
	vec_release(&an->unit_outers);
	vec_release(&an->outers);
	vec_release(&an->hazards);
	vec_release(&an->faults);
	vec_release(&an->causes);
	vec_release(&an->kinds);
	vec_release(&an->designated);
	vec_release(&an->places.v);
	vec_release(&an->verdict_at);
	map64_release(&an->verdicts);
	map64_release(&an->classes);
	map64_release(&an->guarded);
	map64_release(&an->run_with);
	map64_release(&an->decisive);
	map64_release(&an->cut_runs);
	map64_release(&an->near_guards);
	map64_release(&an->map_owned);
	map64_release(&an->storages);
	programs_release(&an->pr);
	bpf_tables_release(&an->t);
	interp_release(&an->in);
	free(an->cuts);
}

void analyse(struct program *p, const struct analyse_options *o, struct arena *arena,
	     struct report *ret)
{
	struct analysis an = { .p = p, .arena = arena, .o = o };

	interp_init(&an.in, p);
	if (o->profile) {
		interp_profile_init(o->profile, p->funcs.n);
		an.in.profile = o->profile;
	}
	bpf_tables_read(&an.t, p);
	for (size_t i = 0; i < p->rules->map_fields.n && i < ARRAY_SIZE(an.in.map_field_value); i++)
		bpf_enumerator(&an.t, p, p->rules->map_fields.v[i].enumerator,
			       &an.in.map_field_value[i]);
	find_roles(&an);
	find_runners(&an);
	find_tables(&an);
	find_map_ops(&an);
	find_kinds(&an);
	find_storages(&an);
	programs_init(&an.pr, &an.in, &an.t);
	find_reenters(&an);
	find_outers(&an);
	find_designated(&an);
	find_hazards(&an);
	find_faults(&an);
	make_findings(&an, ret);
	if (o->compare)
		an.reached = ARENA_ARRAY(arena, uint8_t, p->funcs.n);
	if (o->sections)
		make_sections(&an, ret);
	if (o->compare)
		make_comparison(&an, ret);
	if (o->whatif)
		make_whatif(&an, ret);
	find_beyond(&an, &ret->beyond);
	if (ret->beyond.n)
		strlist_add(&ret->assumptions, an.arena,
			    arena_printf(arena,
					 "programs are not followed into %zu file%s that they come to beyond "
					 "the scope, whose locks are not known so; the JSON report names them",
					 ret->beyond.n, ret->beyond.n == 1 ? "" : "s"));
	ret->cuts = arena_memdup(arena, an.cuts, an.n_cuts * sizeof(*an.cuts));
	ret->n_cuts = an.n_cuts;
	add_stat(arena, ret, "functions", p->funcs.n);
	add_stat(arena, ret, "map_types", an.t.map_types.n);
	add_stat(arena, ret, "callables", an.t.callables.n);
	add_stat(arena, ret, "reentering_functions", an.reenters.n);
	add_stat(arena, ret, "entry_points", an.outers.n);
	add_stat(arena, ret, "nested_runs", an.nested_runs);
	count_summaries(&an, ret);
	add_stat(arena, ret, "hazards", an.hazards.n);
	add_stat(arena, ret, "steps", an.steps);
	analysis_release(&an);
}
