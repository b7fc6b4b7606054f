// SPDX-License-Identifier: MIT
#include "flow/made.h"

#include <string.h>

/* An operation that makes a map is not long. */
#define MAKE_STEPS 100000

/* Records lie no deeper in each other that one would be assigned with the outermost. */
#define MAX_NESTED 4

struct making {
	struct interp *in;
	bool *makes; /* by function: it is such an operation, or called by these alone */
	struct map64 members; /* (record, field) -> 1, or 0: somebody else writes it */
	VEC(struct made_member {
		uint32_t kind;
		struct run_made is;
	}) found;
};

static uint64_t value_key(uint32_t kind, uint32_t record, uint32_t field)
{
	return map64_mix(map64_mix(kind, record), field);
}

/* Whether others write the member by another name. */
static bool lies_in_union(const struct program *p, uint32_t record, uint32_t field)
{
	const struct facts *f;
	const struct fact_record *r = program_record(p, record, &f);
	const struct fact_field *fd = program_field(p, record, field, &f);

	return !r || (fd && (r->is_union || fd->in_union));
}

/* Runs what makes maps of the kind that @ops is the table of. */
static void make_one(struct making *mk, uint32_t ops)
{
	struct program *p = mk->in->p;
	size_t i, k;

	for (i = 0; i < p->rules->first_reference.n; i++) {
		uint32_t member = program_string(p, p->rules->first_reference.v[i].member);
		struct run_input input = { .func = program_member_func(p, ops, member), .kind = ops,
					   .decide = true, .makes = true, .max_steps = MAKE_STEPS };
		struct run run;

		if (input.func == FACTS_NONE || !p->funcs.v[input.func].defined)
			continue;
		mk->makes[input.func] = true;
		interp_run(mk->in, &input, &run);
		for (k = 0; k < run.made.n && !run.cut; k++) {
			if (lies_in_union(p, run.made.v[k].record, run.made.v[k].field))
				continue;
			vec_push(&mk->found, ((struct made_member){ ops, run.made.v[k] }));
			map64_put(&mk->members,
				  member_key(run.made.v[k].record, run.made.v[k].field), 1);
		}
		interp_run_release(&run);
	}
}

/* Adds to those that make maps what is called by them alone, and by its name. */
static void add_helpers(struct making *mk)
{
	const struct program *p = mk->in->p;
	bool *others = xcalloc(p->funcs.n, sizeof(*others));
	bool again = true;
	size_t i;

	while (again) {
		again = false;
		memset(others, 0, p->funcs.n * sizeof(*others));
		for (i = 0; i < p->calls.n; i++)
			if (p->calls.v[i].callee != FACTS_NONE && !mk->makes[p->calls.v[i].caller])
				others[p->calls.v[i].callee] = true;
		for (i = 0; i < p->calls.n; i++) {
			uint32_t to = p->calls.v[i].callee;

			if (to == FACTS_NONE || !mk->makes[p->calls.v[i].caller] || mk->makes[to] ||
			    others[to] || p->funcs.v[to].address_taken)
				continue;
			mk->makes[to] = true;
			again = true;
		}
	}
	free(others);
}

/* Whether a record @outer is, or has in it, a @record. */
static bool has_record(const struct program *p, uint32_t outer, uint32_t record, unsigned int depth)
{
	const struct facts *f;
	const struct fact_record *r = program_record(p, outer, &f);
	uint32_t i;

	if (outer == record)
		return true;
	for (i = 0; depth && r && i < r->n_fields; i++) {
		uint32_t type = f->fields.v[r->fields + i].type;
		const struct fact_type *t = type == FACTS_NONE ? NULL : &f->types.v[type];

		if (t && t->kind == FT_RECORD && has_record(p, t->name, record, depth - 1))
			return true;
	}
	return false;
}

/* The member at place @e is written, or all of a record if that is one. */
static void drop_place(struct making *mk, const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];
	const struct fact_type *t = x->type == FACTS_NONE ? NULL : &f->types.v[x->type];
	size_t i;

	for (i = 0; t && t->kind == FT_RECORD && i < mk->found.n; i++)
		if (has_record(mk->in->p, t->name, mk->found.v[i].is.record, MAX_NESTED))
			map64_put(&mk->members,
				  member_key(mk->found.v[i].is.record, mk->found.v[i].is.field), 0);
	if (x->op == FX_FIELD &&
	    map64_get(&mk->members, member_key(x->sym2, x->sym)) != MAP64_EMPTY)
		map64_put(&mk->members, member_key(x->sym2, x->sym), 0);
}

/* Takes out of the members what is written elsewhere, or may be through its address. */
static void drop_written(struct making *mk)
{
	const struct program *p = mk->in->p;
	uint32_t b, i;
	size_t k;

	for (k = 0; k < p->funcs.n; k++) {
		const struct func *fn = &p->funcs.v[k];
		const struct facts *f = fn->defined ? func_facts(p, fn) : NULL;
		const struct fact_func *ff = fn->defined ? func_fact(p, fn) : NULL;

		for (b = 0; f && !mk->makes[k] && b < ff->n_blocks; b++) {
			const struct fact_block *blk = &f->blocks.v[ff->blocks + b];

			for (i = blk->insns; i < blk->insns + blk->n_insns; i++)
				if (f->insns.v[i].dst != FACTS_NONE)
					drop_place(mk, f, f->insns.v[i].dst);
		}
	}
	for (k = 0; k < p->n_units; k++) {
		const struct facts *f = &p->units[k].facts;

		for (i = 0; i < f->exprs.n; i++)
			if (f->exprs.v[i].op == FX_ADDR && f->exprs.v[f->exprs.v[i].a].op == FX_FIELD)
				drop_place(mk, f, f->exprs.v[i].a);
	}
}

void made_find(struct interp *in)
{
	struct making mk = { .in = in, .makes = xcalloc(in->p->funcs.n, sizeof(bool)) };
	size_t i;

	for (i = 0; i < in->n_kinds; i++)
		make_one(&mk, in->kinds[i].ops);
	if (mk.found.n) {
		add_helpers(&mk);
		drop_written(&mk);
	}
	for (i = 0; i < mk.found.n; i++) {
		const struct made_member *m = &mk.found.v[i];

		if (map64_get(&mk.members, member_key(m->is.record, m->is.field)) != 1)
			continue;
		map64_put(&in->made_at, value_key(m->kind, m->is.record, m->is.field),
			  (uint32_t)in->made.n);
		vec_push(&in->made, m->is.val);
	}
	vec_release(&mk.found);
	map64_release(&mk.members);
	free(mk.makes);
}

bool made_value(const struct interp *in, uint32_t kind, uint32_t record, uint32_t field,
		int64_t *ret)
{
	uint32_t at = map64_get(&in->made_at, value_key(kind, record, field));

	if (at == MAP64_EMPTY)
		return false;
	*ret = in->made.v[at];
	return true;
}
