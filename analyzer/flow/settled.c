// SPDX-License-Identifier: MIT
#include "flow/settled.h"

#include "program/bpf.h"

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

struct writers {
	struct map64 by; /* variable -> the only function that writes it, from 1, or 0 */
	bool candidates; /* take new variables up */
};

/* Notes in @w the globals that the text of @func assigns. */
static void note_writes(const struct program *p, uint32_t func, struct writers *w)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	uint32_t b, i, var, was;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			if (f->insns.v[i].dst == FACTS_NONE)
				continue;
			var = global_of(f, f->insns.v[i].dst);
			if (var == FACTS_NONE)
				continue;
			was = map64_get(&w->by, var);
			if (w->candidates)
				map64_put(&w->by, var, func + 1);
			else if (was != MAP64_EMPTY && was != func + 1)
				map64_put(&w->by, var, 0);
		}
	}
}

static bool is_pointer(const struct program *p, uint32_t var)
{
	const struct gvar *g = &p->gvars.v[var];
	const struct facts *f = &p->units[g->unit].facts;
	uint32_t type = f->vars.v[g->fact].type;

	return type != FACTS_NONE && f->types.v[type].kind == FT_PTR;
}

/* Takes out of @by the variable whose address the value @e is. */
static void drop_address(const struct facts *f, uint32_t e, struct map64 *by)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];
	uint32_t to = x->op == FX_ADDR ? global_of(f, x->a) : FACTS_NONE;

	if (to != FACTS_NONE && map64_get(by, to) != MAP64_EMPTY)
		map64_put(by, to, 0);
}

/* Takes out of @by the variables whose address a unit keeps or hands out, to be written there. */
static void drop_handed_out(const struct facts *f, struct map64 *by)
{
	uint32_t i;

	for (i = 0; i < f->insns.n; i++)
		if (f->insns.v[i].op == FI_ASSIGN)
			drop_address(f, f->insns.v[i].val, by);
	for (i = 0; i < f->arglist.n; i++)
		drop_address(f, f->arglist.v[i], by);
	for (i = 0; i < f->inits.n; i++)
		drop_address(f, f->inits.v[i].value, by);
}

void settled_find(struct interp *in)
{
	const struct program *p = in->p;
	const char *check = p->rules->tree.program_check;
	uint32_t func = check ? program_func(p, check) : FACTS_NONE, i;
	struct writers w = { .candidates = true };
	const struct func *fn;
	size_t k;

	if (func == FACTS_NONE || !p->funcs.v[func].defined)
		return;
	fn = &p->funcs.v[func];
	for (i = fn->calls; i < fn->calls + fn->n_calls; i++) {
		uint32_t callee = p->calls.v[i].callee;

		if (callee != FACTS_NONE && p->funcs.v[callee].defined &&
		    !func_fact(p, &p->funcs.v[callee])->n_params)
			note_writes(p, callee, &w);
	}
	w.candidates = false;
	for (i = 0; i < p->funcs.n && w.by.n; i++)
		if (p->funcs.v[i].defined)
			note_writes(p, i, &w);
	for (i = 0; i < p->n_units && w.by.n; i++)
		drop_handed_out(&p->units[i].facts, &w.by);
	for (k = 0; k < w.by.cap; k++)
		if (w.by.vals[k] != MAP64_EMPTY && w.by.vals[k] &&
		    is_pointer(p, (uint32_t)w.by.keys[k]))
			vec_push(&in->settled, (uint32_t)w.by.keys[k]);
	map64_release(&w.by);
}

/* --- members that keep what their initialiser says --- */

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
static void each_member(const struct program *p, uint32_t var, struct map64 *members,
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

/* The record that a place of @type is, or that such a pointer leads to where @pointer; or 0. */
static uint32_t record_of(const struct facts *f, uint32_t type, bool pointer)
{
	if (pointer && type != FACTS_NONE)
		type = f->types.v[type].kind == FT_PTR ? f->types.v[type].to : FACTS_NONE;
	return type != FACTS_NONE && f->types.v[type].kind == FT_RECORD ? f->types.v[type].name : 0;
}

/* Adds to @whole the records whose address call @insn hands over as that of something else. */
static void add_handed(const struct program *p, const struct facts *f,
		       const struct fact_insn *insn, struct map64 *whole)
{
	const struct fact_expr *x;
	uint32_t callee = insn_callee(f, insn), i, record;

	for (i = 0; i < insn->n_args; i++) {
		x = &f->exprs.v[expr_strip(f, f->arglist.v[insn->args + i])];
		record = x->op == FX_ADDR ? record_of(f, f->exprs.v[x->a].type, false) : 0;
		if (record && (callee == FACTS_NONE || bpf_param_record(p, callee, i) != record))
			map64_put(whole, record, 1);
	}
}

/*
 * Takes out of @members what a unit writes, or hands out the address of. A whole
 * record may be written as well, or its address become one of who knows what:
 * memset(). @whole gets these.
 */
static void drop_written(const struct program *p, const struct facts *f, struct map64 *members,
			 struct map64 *whole)
{
	uint32_t i, record, inner;

	for (i = 0; i < f->insns.n; i++) {
		const struct fact_insn *insn = &f->insns.v[i];

		if (insn->op == FI_CALL)
			add_handed(p, f, insn, whole);
		if (insn->dst == FACTS_NONE)
			continue;
		drop_member(f, expr_strip(f, insn->dst), members);
		record = record_of(f, f->exprs.v[expr_strip(f, insn->dst)].type, false);
		if (record)
			map64_put(whole, record, 1);
	}
	for (i = 0; i < f->exprs.n; i++) {
		const struct fact_expr *x = &f->exprs.v[i];

		if (x->op == FX_ADDR)
			drop_member(f, x->a, members);
		if (x->op != FX_CAST || x->type == FACTS_NONE ||
		    f->types.v[x->type].kind != FT_PTR || record_of(f, x->type, true))
			continue;
		inner = expr_strip(f, x->a);
		record = f->exprs.v[inner].op == FX_ADDR
				 ? record_of(f, f->exprs.v[f->exprs.v[inner].a].type, false)
				 : record_of(f, f->exprs.v[inner].type, true);
		if (record)
			map64_put(whole, record, 1);
	}
}

/* Whether only its unit can name the variable: one that is not read may write others. */
static bool is_units_own(const struct program *p, uint32_t var)
{
	const struct gvar *g = &p->gvars.v[var];

	return g->defined && p->units[g->unit].facts.vars.v[g->fact].flags & FV_STATIC;
}

void settled_find_kept(struct interp *in)
{
	const struct program *p = in->p;
	struct map64 members = { 0 }, whole = { 0 };
	uint32_t i;
	size_t k;

	for (i = 0; i < p->gvars.n; i++)
		if (is_units_own(p, i))
			each_member(p, i, &members, NULL);
	for (i = 0; i < p->n_units && members.n; i++)
		drop_written(p, &p->units[i].facts, &members, &whole);
	for (k = 0; k < members.cap; k++)
		if (members.vals[k] != MAP64_EMPTY &&
		    map64_get(&whole, members.keys[k] >> 32) != MAP64_EMPTY)
			members.vals[k] = 0;
	for (i = 0; i < p->gvars.n && members.n; i++)
		if (is_units_own(p, i))
			each_member(p, i, &members, in);
	map64_release(&members);
	map64_release(&whole);
}

uint32_t settled_kept(const struct interp *in, uint32_t var, uint32_t field)
{
	uint32_t to = in->kept.n ? map64_get(&in->kept, member_key(var, field)) : MAP64_EMPTY;

	return to == MAP64_EMPTY ? FACTS_NONE : to;
}

/* --- pointers that nobody writes --- */

/* Takes out of @vars what a unit writes, or takes the address of. */
static void drop_used(const struct facts *f, struct map64 *vars)
{
	uint32_t i, var;

	for (i = 0; i < f->insns.n; i++) {
		var = f->insns.v[i].dst == FACTS_NONE ? FACTS_NONE : global_of(f, f->insns.v[i].dst);
		if (var != FACTS_NONE && map64_get(vars, var) != MAP64_EMPTY)
			map64_put(vars, var, 0);
	}
	for (i = 0; i < f->exprs.n; i++) {
		var = f->exprs.v[i].op == FX_ADDR ? global_of(f, f->exprs.v[i].a) : FACTS_NONE;
		if (var != FACTS_NONE && map64_get(vars, var) != MAP64_EMPTY)
			map64_put(vars, var, 0);
	}
}

void settled_find_unset(struct interp *in)
{
	const struct program *p = in->p;
	struct map64 vars = { 0 };
	uint32_t i;
	size_t k;

	for (i = 0; i < p->gvars.n; i++) {
		const struct gvar *g = &p->gvars.v[i];

		if (is_units_own(p, i) && is_pointer(p, i) && !g->percpu &&
		    !p->units[g->unit].facts.vars.v[g->fact].n_inits)
			map64_put(&vars, i, 1);
	}
	for (i = 0; i < p->n_units && vars.n; i++)
		drop_used(&p->units[i].facts, &vars);
	for (k = 0; k < vars.cap; k++)
		if (vars.vals[k] == 1)
			map64_put(&in->unset, vars.keys[k], 1);
	map64_release(&vars);
}
