// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* A value is followed through this many assignments. */
#define MAX_ASSIGNED 4

/*
 * What the source assigns to local @local of @ff, if it does so once: a value,
 * or the first argument of a header's inline function (spinlock_check()), which
 * stands for it. FACTS_NONE where that is not so.
 */
static uint32_t assigned_once(const struct program *p, const struct facts *f,
			      const struct fact_func *ff, uint32_t local)
{
	uint32_t b, i, value = FACTS_NONE, n = 0;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *in = &f->insns.v[i];
			const struct fact_expr *callee;

			if (in->dst == FACTS_NONE || f->exprs.v[in->dst].op != FX_LOCAL ||
			    f->exprs.v[in->dst].a != local)
				continue;
			n++;
			value = in->op == FI_ASSIGN ? in->val : FACTS_NONE;
			callee = in->op == FI_CALL ? &f->exprs.v[expr_strip(f, in->val)] : NULL;
			if (callee && callee->op == FX_FUNC && callee->a != FACTS_NONE &&
			    (p->funcs.v[callee->a].flags & FF_HEADER) && in->n_args)
				value = f->arglist.v[in->args];
		}
	}
	return n == 1 ? value : FACTS_NONE;
}

/* What @x points to, with what is the lock itself and no place within it taken off. */
static const struct fact_expr *strip_place(const struct interp *in, const struct facts *f,
					   const struct fact_expr *x)
{
	while (x->op == FX_INDEX ||
	       (x->op == FX_FIELD && map64_get(&in->transparent,
					       (uint64_t)x->sym2 << 32 | x->sym) != MAP64_EMPTY))
		x = &f->exprs.v[expr_strip(f, x->a)];
	if (x->op == FX_DEREF) /* &lock->rlock: the pointer itself */
		x = &f->exprs.v[expr_strip(f, x->a)];
	return x;
}

const char *lock_place_class(const struct interp *in, struct arena *arena, const struct facts *f,
			     const struct lock_place *at)
{
	const struct program *p = in->p;
	const struct fact_expr *x = at->field, *up = &f->exprs.v[expr_strip(f, x->a)];

	if (!interp_record_unnamed(in, x->sym2))
		return arena_printf(arena, "%s.%s", program_str(p, x->sym2), program_str(p, x->sym));
	if (up->op != FX_FIELD)
		return NULL;
	return arena_printf(arena, "%s.%s.%s", program_str(p, up->sym2), program_str(p, up->sym),
			    program_str(p, x->sym));
}

/* Which lock argument @e of a lock operation in @ff is. */
static struct lock_place place_of(const struct interp *in, const struct facts *f,
				  const struct fact_func *ff, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];
	uint32_t value, k;

	for (k = 0; k < MAX_ASSIGNED && x->op == FX_LOCAL && x->a >= ff->n_params; k++) {
		value = assigned_once(in->p, f, ff, x->a);
		if (value == FACTS_NONE)
			break;
		x = &f->exprs.v[expr_strip(f, value)];
	}
	if (x->op == FX_ADDR)
		x = &f->exprs.v[expr_strip(f, x->a)];
	else if (x->op != FX_LOCAL)
		return (struct lock_place){ .is = ff->flags & FF_HEADER ? PLACE_INSIDE : PLACE_ANY };
	if (x->op == FX_LOCAL && x->a >= ff->n_params)
		return (struct lock_place){ .is = PLACE_LOCAL, .sym = x->a };
	x = strip_place(in, f, x);
	if (x->op == FX_LOCAL && x->a < ff->n_params && x->a < LOCK_MAX_ARGS)
		return (struct lock_place){ .is = PLACE_PARAM, .sym = x->a };
	if (x->op == FX_GLOBAL)
		return (struct lock_place){ .is = PLACE_GLOBAL, .sym = x->sym };
	if (x->op == FX_FIELD)
		return (struct lock_place){ .is = PLACE_FIELD, .sym = x->sym, .field = x };
	return (struct lock_place){ .is = PLACE_ANY };
}

bool lock_handed_over(const struct interp *in, const uint64_t *params, const struct call *c,
		      uint32_t arg, struct lock_place *ret)
{
	const struct func *fn = &in->p->funcs.v[c->caller];
	const struct fact_insn *insn;
	const struct facts *f;

	if (c->callee == FACTS_NONE || !(params[c->callee] >> arg & 1) || fn->lock)
		return false;
	f = func_facts(in->p, fn);
	insn = &f->insns.v[c->insn];
	if (arg >= insn->n_args)
		return false;
	*ret = place_of(in, f, func_fact(in->p, fn), f->arglist.v[insn->args + arg]);
	return true;
}

uint64_t *lock_params(const struct interp *in, struct arena *arena,
		      bool (*counts)(const struct rule_lock *l))
{
	const struct program *p = in->p;
	uint64_t *params = ARENA_ARRAY(arena, uint64_t, p->funcs.n), was;
	struct lock_place at;
	bool changed = true;
	size_t i;
	uint32_t k;

	for (i = 0; i < p->funcs.n; i++)
		if (p->funcs.v[i].lock && counts(p->funcs.v[i].lock))
			params[i] = UINT64_C(1) << p->funcs.v[i].lock->arg;
	while (changed) {
		changed = false;
		for (i = 0; i < p->calls.n; i++) {
			const struct call *c = &p->calls.v[i];

			was = params[c->caller];
			for (k = 0; k < LOCK_MAX_ARGS; k++) {
				if (!lock_handed_over(in, params, c, k, &at))
					continue;
				if (at.is == PLACE_PARAM)
					params[c->caller] |= UINT64_C(1) << at.sym;
				else if (at.is == PLACE_INSIDE)
					params[c->caller] |= 0xff;
			}
			changed |= params[c->caller] != was;
		}
	}
	return params;
}
