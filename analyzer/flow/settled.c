// SPDX-License-Identifier: MIT
#include "flow/settled.h"

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
