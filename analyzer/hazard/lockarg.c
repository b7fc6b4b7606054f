// SPDX-License-Identifier: MIT
#include "hazard/model.h"

/* A value is followed through this many assignments and results of functions. */
#define MAX_FOLLOWED 4

/* A function's text, and how many more values may be followed in it. */
struct text {
	const struct interp *in;
	const struct facts *f;
	const struct fact_func *ff;
	unsigned int left;
};

static struct lock_place value_place(const struct text *t, uint32_t e);

/* What is said where nothing is known of a lock. */
static struct lock_place unknown_place(const struct text *t)
{
	return (struct lock_place){ .is = t->ff->flags & FF_HEADER ? PLACE_INSIDE : PLACE_ANY };
}

static struct text next_text(const struct text *t)
{
	struct text next = *t;

	next.left--;
	return next;
}

static bool same_place(const struct interp *in, const struct lock_place *a,
		       const struct lock_place *b)
{
	if (a->is != b->is || a->sym != b->sym)
		return false;
	return a->is != PLACE_FIELD || a->field == b->field ||
	       (a->field->sym2 == b->field->sym2 && !interp_record_unnamed(in, a->field->sym2));
}

/* Places that a value may be of: one, or nothing is known. */
struct candidates {
	struct lock_place at;
	bool any, differ;
};

static void add_candidate(const struct interp *in, struct candidates *c, struct lock_place at)
{
	c->differ |= c->any && !same_place(in, &c->at, &at);
	c->at = at;
	c->any = true;
}

/* A pointer that is NULL is to no lock. */
static bool is_null(const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	return x->op == FX_INT && !x->val;
}

/* What @func returns a pointer to, in terms of its own parameters. */
static struct lock_place returned_place(const struct text *t, uint32_t func)
{
	const struct func *fn = &t->in->p->funcs.v[func];
	struct text inside = next_text(t);
	struct candidates c = { .any = false };
	uint32_t b;

	if (!fn->defined || !t->left)
		return unknown_place(t);
	inside.f = func_facts(t->in->p, fn);
	inside.ff = func_fact(t->in->p, fn);
	for (b = inside.ff->blocks; b < inside.ff->blocks + inside.ff->n_blocks; b++) {
		const struct fact_block *blk = &inside.f->blocks.v[b];

		if (blk->term == FTERM_RETURN && blk->cond != FACTS_NONE &&
		    !is_null(inside.f, blk->cond))
			add_candidate(t->in, &c, value_place(&inside, blk->cond));
	}
	return c.any && !c.differ ? c.at : unknown_place(t);
}

/* What the result of the call @insn points to. */
static struct lock_place result_place(const struct text *t, const struct fact_insn *insn)
{
	uint32_t callee = insn_callee(t->f, insn), arg = 0;
	const struct func *fn;
	struct lock_place at;

	if (callee == FACTS_NONE)
		return unknown_place(t);
	fn = &t->in->p->funcs.v[callee];
	if (!fn->percpu || !percpu_is_address(fn->percpu->op)) {
		at = returned_place(t, callee);
		if (at.is == PLACE_GLOBAL || at.is == PLACE_FIELD)
			return at;
		if (at.is != PLACE_PARAM)
			return unknown_place(t);
		arg = at.sym;
	}
	return arg < insn->n_args ? value_place(t, t->f->arglist.v[insn->args + arg])
				  : unknown_place(t);
}

/* What local @local, a pointer, points to: all that the source assigns to it says so. */
static struct lock_place local_place(const struct text *t, uint32_t local)
{
	struct text next = next_text(t);
	struct candidates c = { .any = false };
	uint32_t b, i;

	for (b = t->ff->blocks; b < t->ff->blocks + t->ff->n_blocks && !c.differ; b++) {
		const struct fact_block *blk = &t->f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *in = &t->f->insns.v[i];

			if (in->dst == FACTS_NONE || t->f->exprs.v[in->dst].op != FX_LOCAL ||
			    t->f->exprs.v[in->dst].a != local ||
			    (in->op == FI_ASSIGN && is_null(t->f, in->val)))
				continue;
			add_candidate(t->in, &c, in->op == FI_ASSIGN ? value_place(&next, in->val)
				      : in->op == FI_CALL ? result_place(&next, in)
							  : unknown_place(t));
		}
	}
	return c.any && !c.differ ? c.at : unknown_place(t);
}

/* Which lock the place @x is, with what is the lock itself and no place within it taken off. */
static struct lock_place object_place(const struct text *t, const struct fact_expr *x)
{
	while (x->op == FX_INDEX ||
	       (x->op == FX_FIELD && map64_get(&t->in->transparent,
					       (uint64_t)x->sym2 << 32 | x->sym) != MAP64_EMPTY))
		x = &t->f->exprs.v[expr_strip(t->f, x->a)];
	switch (x->op) {
	case FX_DEREF: /* &lock->rlock: the pointer itself */
		return value_place(t, x->a);
	case FX_LOCAL:
		if (x->a >= t->ff->n_params)
			return (struct lock_place){ .is = PLACE_LOCAL, .sym = x->a };
		return value_place(t, (uint32_t)(x - t->f->exprs.v));
	case FX_GLOBAL:
		return (struct lock_place){ .is = PLACE_GLOBAL, .sym = x->sym };
	case FX_FIELD:
		return (struct lock_place){ .is = PLACE_FIELD, .sym = x->sym, .field = x, .f = t->f };
	default:
		return (struct lock_place){ .is = PLACE_ANY };
	}
}

/* Which lock the value @e points to. */
static struct lock_place value_place(const struct text *t, uint32_t e)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, e)];

	if (x->op == FX_ADDR)
		return object_place(t, &t->f->exprs.v[expr_strip(t->f, x->a)]);
	if (x->op == FX_LOCAL && x->a >= t->ff->n_params && t->left)
		return local_place(t, x->a);
	if (x->op == FX_LOCAL && x->a < t->ff->n_params && x->a < LOCK_MAX_ARGS)
		return (struct lock_place){ .is = PLACE_PARAM, .sym = x->a };
	return unknown_place(t);
}

bool lock_handed_over(const struct interp *in, const uint64_t *params, const struct call *c,
		      uint32_t arg, struct lock_place *ret)
{
	const struct func *fn = &in->p->funcs.v[c->caller];
	const struct fact_insn *insn;
	const struct facts *f;
	struct text t;

	if (c->callee == FACTS_NONE || !(params[c->callee] >> arg & 1) ||
	    func_only_locks(fn))
		return false;
	f = func_facts(in->p, fn);
	insn = &f->insns.v[c->insn];
	if (arg >= insn->n_args)
		return false;
	t = (struct text){ .in = in, .f = f, .ff = func_fact(in->p, fn), .left = MAX_FOLLOWED };
	*ret = value_place(&t, f->arglist.v[insn->args + arg]);
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

			if (c->callee == FACTS_NONE || !params[c->callee])
				continue;
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
