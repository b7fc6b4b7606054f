// SPDX-License-Identifier: MIT
#include "hazard/sequence.h"

/*
 * Tables whose members are called one after another (rules->sequences): a lock
 * that one of them leaves is held in those that follow, and a program that one
 * of them runs is run with it.
 */

/* For the test of one kind of map; it may go some way to find the map. */
#define TEST_STEPS 50000

static uint32_t member(struct analysis *an, uint32_t table, const char *name)
{
	uint32_t func = name && *name ? program_member_func(an->p, table, program_string(an->p, name))
				      : FACTS_NONE;

	return func != FACTS_NONE && an->p->funcs.v[func].defined ? func : FACTS_NONE;
}

static void add_kind(struct sequence *s, uint32_t ops)
{
	size_t i;

	for (i = 0; i < s->kinds.n; i++)
		if (s->kinds.v[i] == ops)
			return;
	vec_push(&s->kinds, ops);
}

/* Whether @test may return 0 where every map is of type @type. */
static bool takes_type(struct analysis *an, uint32_t test, int64_t type)
{
	struct run_input input = { .func = test, .kind = FACTS_NONE, .decide = true,
				   .map_type = &type, .max_steps = TEST_STEPS };
	struct run run;
	bool takes = false;
	size_t i;

	interp_run(&an->in, &input, &run);
	for (i = 0; i < run.exits.n; i++)
		takes |= !run.exits.v[i].nonzero;
	takes |= run.cut != NULL;
	interp_run_release(&run);
	return takes;
}

/* Adds the kinds that target @target says it is about; one that takes all says nothing. */
static void add_tested_kinds(struct analysis *an, struct sequence *s, uint32_t target)
{
	uint32_t test = member(an, target, s->rule->target_test);
	bool *takes = ARENA_ARRAY(an->arena, bool, an->kinds.n);
	size_t k, n = 0;

	for (k = 0; k < an->kinds.n && test != FACTS_NONE; k++) {
		takes[k] = takes_type(an, test, an->kinds.v[k].type);
		n += takes[k];
	}
	for (k = 0; k < an->kinds.n && n < an->kinds.n; k++)
		if (takes[k])
			add_kind(s, an->kinds.v[k].ops);
}

/* Which kinds of maps the sequence is about: what points to the table says so. */
static void find_sequence_kinds(struct analysis *an, struct sequence *s)
{
	struct program *p = an->p;
	const struct rule_sequence *r = s->rule;
	uint32_t info_record, info_member, map_member, target_record, target_info, i, t;
	size_t k;

	if (!r->info_record || !r->info_member)
		return;
	info_record = program_string(p, r->info_record);
	info_member = program_string(p, r->info_member);
	map_member = program_string(p, r->map_member ? r->map_member : "");
	target_record = program_string(p, r->target_record ? r->target_record : "");
	target_info = program_string(p, r->target_info ? r->target_info : "");
	for (i = 0; i < p->gvars.n; i++) {
		if (!p->gvars.v[i].defined || program_gvar_record(p, i) != info_record ||
		    program_member_global(p, i, info_member) != s->table)
			continue;
		for (k = 0; k < an->kinds.n; k++)
			if (program_member_global(p, an->kinds.v[k].ops, map_member) == i)
				add_kind(s, an->kinds.v[k].ops);
		for (t = 0; t < p->gvars.n; t++)
			if (p->gvars.v[t].defined && program_gvar_record(p, t) == target_record &&
			    program_member_global(p, t, target_info) == i)
				add_tested_kinds(an, s, t);
	}
}

static void add_step(struct analysis *an, struct sequence *s, const char *name, bool last)
{
	uint32_t func = member(an, s->table, name);
	struct run_step step = { .func = func, .handed = s->rule->handed, .last = last,
				 .via_record = program_string(an->p, s->rule->record),
				 .via_field = program_string(an->p, name ? name : "") };

	if (func != FACTS_NONE)
		vec_push(&s->steps, step);
}

void find_sequences(struct analysis *an, struct sequence_list *ret)
{
	const struct program *p = an->p;
	size_t i, k;
	uint32_t g;

	for (i = 0; i < p->rules->sequences.n; i++) {
		const struct rule_sequence *r = &p->rules->sequences.v[i];
		uint32_t record = program_find_string(p, r->record);

		for (g = 0; g < p->gvars.n && record != FACTS_NONE; g++) {
			struct sequence s = { .rule = r, .table = g };

			/* Beyond the scope functions are run one by one. */
			if (!p->gvars.v[g].defined || program_gvar_record(p, g) != record ||
			    p->units[p->gvars.v[g].unit].reached)
				continue;
			s.begin = member(an, g, r->begin);
			if (s.begin == FACTS_NONE)
				continue;
			/* Twice round the loop: what its last member leaves meets the first. */
			for (k = 0; k < 2 * r->body.n; k++)
				add_step(an, &s, r->body.v[k % r->body.n], false);
			add_step(an, &s, r->end, true);
			find_sequence_kinds(an, &s);
			vec_push(ret, s);
		}
	}
}

void sequences_release(struct sequence_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		vec_release(&l->v[i].steps);
		vec_release(&l->v[i].kinds);
	}
	vec_release(l);
}
