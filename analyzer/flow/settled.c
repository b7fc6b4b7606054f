// SPDX-License-Identifier: MIT
#include "flow/settled.h"

#include <string.h>

/* The global that @e is itself, however macros write it, or FACTS_NONE. */
static uint32_t global_of(const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)], *to;

	while (x->op == FX_DEREF) {
		to = &f->exprs.v[expr_strip(f, x->a)];
		if (to->op != FX_ADDR)
			return FACTS_NONE;
		x = &f->exprs.v[expr_strip(f, to->a)];
	}
	return x->op == FX_GLOBAL ? x->a : FACTS_NONE;
}

typedef void wrote_fn(void *data, uint32_t func, uint32_t var);

/* Calls @wrote for each global that the text of @func assigns. */
static void each_write(const struct program *p, uint32_t func, wrote_fn *wrote, void *data)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	uint32_t b, i, var;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &f->insns.v[i];

			if (insn->dst == FACTS_NONE)
				continue;
			var = global_of(f, insn->dst);
			if (var != FACTS_NONE)
				wrote(data, func, var);
		}
	}
}

struct writers {
	const struct program *p;
	struct map64 by; /* variable -> the only function that writes it, from 1, or 0 */
	bool candidates; /* take new variables up */
};

static void note_writer(void *data, uint32_t func, uint32_t var)
{
	struct writers *w = data;

	if (w->candidates)
		map64_put(&w->by, var, func + 1);
	else if (map64_get(&w->by, var) != MAP64_EMPTY && map64_get(&w->by, var) != func + 1)
		map64_put(&w->by, var, 0);
}

static bool is_pointer(const struct program *p, uint32_t var)
{
	const struct gvar *g = &p->gvars.v[var];
	const struct facts *f = &p->units[g->unit].facts;
	uint32_t type = f->vars.v[g->fact].type;

	return type != FACTS_NONE && f->types.v[type].kind == FT_PTR;
}

void settled_find(struct interp *in)
{
	const struct program *p = in->p;
	const char *check = p->rules->tree.program_check;
	uint32_t func = check ? program_func(p, check) : FACTS_NONE, i;
	struct writers w = { .p = p, .candidates = true };
	const struct func *fn;
	size_t k;

	if (func == FACTS_NONE || !p->funcs.v[func].defined)
		return;
	fn = &p->funcs.v[func];
	for (i = fn->calls; i < fn->calls + fn->n_calls; i++) {
		uint32_t callee = p->calls.v[i].callee;

		if (callee != FACTS_NONE && p->funcs.v[callee].defined &&
		    !func_fact(p, &p->funcs.v[callee])->n_params)
			each_write(p, callee, note_writer, &w);
	}
	w.candidates = false;
	for (i = 0; i < p->funcs.n && w.by.n; i++)
		if (p->funcs.v[i].defined)
			each_write(p, i, note_writer, &w);
	for (k = 0; k < w.by.cap; k++)
		if (w.by.vals[k] != MAP64_EMPTY && w.by.vals[k] &&
		    is_pointer(p, (uint32_t)w.by.keys[k]))
			vec_push(&in->settled, (uint32_t)w.by.keys[k]);
	map64_release(&w.by);
}

/* --- members that keep what their initialiser says --- */

static uint64_t member_key(uint32_t a, uint32_t field)
{
	return (uint64_t)a << 32 | field;
}

/* The global, or the array, whose address @e is, and not that of a part; or FACTS_NONE. */
static uint32_t pointed_to(const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	if (x->op != FX_ADDR)
		return FACTS_NONE;
	x = &f->exprs.v[expr_strip(f, x->a)];
	while (x->op == FX_INDEX)
		x = &f->exprs.v[x->a];
	return x->op == FX_GLOBAL ? x->a : FACTS_NONE;
}

/*
 * Goes through what the initialiser of @var says of its own members, pointers to
 * globals. @in: those of them are kept that @members has; NULL: they are added to it.
 */
static void go_through(const struct program *p, uint32_t var, struct map64 *members,
		       struct interp *in)
{
	const struct gvar *g = &p->gvars.v[var];
	const struct facts *f = &p->units[g->unit].facts;
	const struct fact_var *fv = &f->vars.v[g->fact];
	uint32_t i, to;
	uint64_t key;

	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		const struct fact_init *init = &f->inits.v[i];

		if (!init->field || strcmp(program_str(p, init->path),
					   program_str(p, init->field)) != 0)
			continue;
		to = pointed_to(f, init->value);
		key = member_key(init->record, init->field);
		if (to == FACTS_NONE)
			continue;
		if (!in)
			map64_put(members, key, 1);
		else if (map64_get(members, key) == 1)
			map64_put(&in->kept, member_key(var, init->field), to);
	}
}

static void drop_member(const struct facts *f, uint32_t e, struct map64 *members)
{
	const struct fact_expr *x = &f->exprs.v[e];

	if (x->op == FX_FIELD && map64_get(members, member_key(x->sym2, x->sym)) != MAP64_EMPTY)
		map64_put(members, member_key(x->sym2, x->sym), 0);
}

/* Takes out of @members what a unit writes, or hands out the address of. */
static void drop_written(const struct facts *f, struct map64 *members)
{
	uint32_t i;

	for (i = 0; i < f->insns.n; i++)
		if (f->insns.v[i].dst != FACTS_NONE)
			drop_member(f, expr_strip(f, f->insns.v[i].dst), members);
	for (i = 0; i < f->exprs.n; i++)
		if (f->exprs.v[i].op == FX_ADDR)
			drop_member(f, f->exprs.v[i].a, members);
}

void settled_find_kept(struct interp *in)
{
	const struct program *p = in->p;
	struct map64 members = { 0 };
	uint32_t i;

	for (i = 0; i < p->gvars.n; i++)
		if (p->gvars.v[i].defined)
			go_through(p, i, &members, NULL);
	for (i = 0; i < p->n_units && members.n; i++)
		drop_written(&p->units[i].facts, &members);
	for (i = 0; i < p->gvars.n && members.n; i++)
		if (p->gvars.v[i].defined)
			go_through(p, i, &members, in);
	map64_release(&members);
}

uint32_t settled_kept(const struct interp *in, uint32_t var, uint32_t field)
{
	uint32_t to = in->kept.n ? map64_get(&in->kept, member_key(var, field)) : MAP64_EMPTY;

	return to == MAP64_EMPTY ? FACTS_NONE : to;
}
