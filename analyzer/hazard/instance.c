// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

/*
 * Whether two locks of one class can be one lock. Structures such as wait queues
 * are parts of many others: a lock in one that is embedded in a signal handler
 * is not the lock in one that is embedded in a socket.
 */

/* How many functions a pointer is followed up through, to where it is made. */
#define MAX_UP 4

static const struct sym *strip_index(const struct syms *syms, const struct sym *v)
{
	while (v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	return v;
}

/* Whether @x is a place: a global, or a member of something. */
static bool is_place(const struct sym *x)
{
	return x->op == SY_FADDR || x->op == SY_GADDR;
}

static bool is_address(const struct analysis *an, uint32_t caller, uint32_t e,
		       const struct sym *want, unsigned int up);

/* Whether some call hands @func, as parameter @param, the address of the place @want. */
static bool is_handed(const struct analysis *an, uint32_t func, uint32_t param,
		      const struct sym *want, unsigned int up)
{
	const struct program *p = an->p;
	const struct func *fn = &p->funcs.v[func];
	uint32_t i;

	for (i = fn->sites; i < fn->sites + fn->n_sites && up < MAX_UP; i++) {
		const struct call *c = &p->calls.v[p->sites.v[i]];
		const struct facts *f = func_facts(p, &p->funcs.v[c->caller]);
		const struct fact_insn *insn = &f->insns.v[c->insn];

		if (param < insn->n_args &&
		    is_address(an, c->caller, f->arglist.v[insn->args + param], want, up + 1))
			return true;
	}
	return false;
}

/* Whether the value @e in @caller is the address of a place like @want, or is handed one. */
static bool is_address(const struct analysis *an, uint32_t caller, uint32_t e,
		       const struct sym *want, unsigned int up)
{
	const struct func *fn = &an->p->funcs.v[caller];
	const struct facts *f = func_facts(an->p, fn);
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	if (x->op == FX_LOCAL)
		return x->a < func_fact(an->p, fn)->n_params &&
		       is_handed(an, caller, x->a, want, up);
	if (x->op != FX_ADDR)
		return false;
	x = &f->exprs.v[expr_strip(f, x->a)];
	while (x->op == FX_INDEX)
		x = &f->exprs.v[expr_strip(f, x->a)];
	if (x->op == FX_FIELD)
		return want->op == SY_FADDR && x->sym2 == want->c && x->sym == want->b;
	return x->op == FX_GLOBAL && want->op == SY_GADDR;
}

/* --- pointers that own --- */

/* A value is followed through this many locals. */
#define MAX_LOCALS 4

static bool is_fresh(const struct analysis *an, const struct func *fn, uint32_t e, unsigned int left);

/* Whether all that @fn assigns to its local @local is memory that nobody else has, or NULL. */
static bool is_fresh_local(const struct analysis *an, const struct func *fn, uint32_t local,
			   unsigned int left)
{
	const struct names *fresh = &an->p->rules->tree.fresh_memory;
	const struct facts *f = func_facts(an->p, fn);
	const struct fact_func *ff = func_fact(an->p, fn);
	bool any = false;
	uint32_t b, i;
	size_t k;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *in = &f->insns.v[i];
			const struct fact_expr *callee;

			if (in->dst == FACTS_NONE || f->exprs.v[in->dst].op != FX_LOCAL ||
			    f->exprs.v[in->dst].a != local)
				continue;
			any = true;
			if (in->op == FI_ASSIGN && is_fresh(an, fn, in->val, left))
				continue;
			if (in->op != FI_CALL)
				return false;
			callee = &f->exprs.v[expr_strip(f, in->val)];
			if (callee->op != FX_FUNC)
				return false;
			for (k = 0; k < fresh->n; k++)
				if (!strcmp(fresh->v[k], program_str(an->p, callee->sym)))
					break;
			if (k == fresh->n)
				return false;
		}
	}
	return any;
}

static bool is_fresh(const struct analysis *an, const struct func *fn, uint32_t e, unsigned int left)
{
	const struct facts *f = func_facts(an->p, fn);
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	if (x->op == FX_INT)
		return !x->val;
	return x->op == FX_LOCAL && left && x->a >= func_fact(an->p, fn)->n_params &&
	       is_fresh_local(an, fn, x->a, left - 1);
}

/* Whether some initialiser gives @record.@field a value. */
static bool is_initialised(const struct analysis *an, uint32_t record, uint32_t field)
{
	size_t u, i;

	for (u = 0; u < an->p->n_units; u++) {
		const struct facts *f = &an->p->units[u].facts;

		for (i = 0; i < f->inits.n; i++)
			if (f->inits.v[i].record == record && f->inits.v[i].field == field &&
			    f->exprs.v[expr_strip(f, f->inits.v[i].value)].op != FX_INT)
				return true;
	}
	return false;
}

/* Whether @in of @fn writes to @record.@field what may not be the object's own. */
static bool shares(const struct analysis *an, const struct func *fn, const struct fact_insn *in,
		   uint32_t record, uint32_t field)
{
	const struct facts *f = func_facts(an->p, fn);
	const struct fact_expr *x;

	if (in->op == FI_CALL || in->dst == FACTS_NONE)
		return false;
	x = &f->exprs.v[in->dst];
	if (x->op != FX_FIELD || x->sym2 != record || x->sym != field)
		return x->type != FACTS_NONE && f->types.v[x->type].kind == FT_RECORD &&
		       f->types.v[x->type].name == record; /* the whole of it is copied */
	return in->op != FI_ASSIGN || !is_fresh(an, fn, in->val, MAX_LOCALS);
}

/*
 * Whether what the pointer @record.@field leads to belongs to that object alone: all
 * that the source ever stores there is memory that was allocated for it.
 */
static bool member_owns(struct analysis *an, uint32_t record, uint32_t field)
{
	const uint64_t key = (uint64_t)record << 32 | field;
	uint32_t known = map64_get(&an->owning, key);
	bool owns = known == 1, any = false;
	size_t i;
	uint32_t k;

	if (known != MAP64_EMPTY)
		return owns;
	owns = !is_initialised(an, record, field);
	for (i = 0; i < an->p->funcs.n && owns; i++) {
		const struct func *fn = &an->p->funcs.v[i];
		const struct fact_func *ff;
		const struct facts *f;

		if (!fn->defined)
			continue;
		f = func_facts(an->p, fn);
		ff = func_fact(an->p, fn);
		for (uint32_t b = ff->blocks; b < ff->blocks + ff->n_blocks && owns; b++) {
			const struct fact_block *blk = &f->blocks.v[b];

			for (k = blk->insns; k < blk->insns + blk->n_insns && owns; k++) {
				const struct fact_insn *in = &f->insns.v[k];
				const struct fact_expr *x =
					in->dst == FACTS_NONE ? NULL : &f->exprs.v[in->dst];

				any |= x && x->op == FX_FIELD && x->sym2 == record &&
				       x->sym == field;
				owns = !shares(an, fn, in, record, field);
			}
		}
	}
	owns &= any;
	map64_put(&an->owning, key, owns);
	return owns;
}

/* The member that pointer @v was read from, or NULL. */
static const struct sym *read_from(const struct syms *syms, const struct sym *v)
{
	if (v->op != SY_LOAD)
		return NULL;
	v = strip_index(syms, sym_get(syms, v->a));
	return v->op == SY_FADDR ? v : NULL;
}

/* What @v is in: the variable, or the pointer to the object, that its members lead up to. */
static const struct sym *root_of(const struct syms *syms, const struct sym *v)
{
	while (v->op == SY_FADDR || v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	return v;
}

/* Whether @x and @y, roots of two addresses, are in memory of two members' own, or of one and a variable. */
static bool in_other_memory(struct analysis *an, const struct syms *xs, const struct sym *x,
			    const struct syms *ys, const struct sym *y)
{
	const struct sym *xp = read_from(xs, x), *yp = read_from(ys, y);

	if (xp && !member_owns(an, xp->c, xp->b))
		return false;
	if (yp && !member_owns(an, yp->c, yp->b))
		return false;
	if (xp && yp)
		return xp->b != yp->b || xp->c != yp->c;
	return (xp && y->op == SY_GADDR) || (yp && x->op == SY_GADDR);
}

bool locks_differ(struct analysis *an, const struct outer *o, const struct acquire *held,
		  const struct nested *n, const struct acquire *wanted)
{
	const struct syms *xs = &o->run.syms, *ys = &n->run.syms;
	const struct sym *x = strip_index(xs, sym_get(xs, held->addr));
	const struct sym *y = strip_index(ys, sym_get(ys, wanted->addr));

	for (;;) {
		const struct sym *xp, *yp;

		while (x->op == SY_FADDR && y->op == SY_FADDR) {
			if (x->b != y->b || x->c != y->c)
				return true;
			x = strip_index(xs, sym_get(xs, x->a));
			y = strip_index(ys, sym_get(ys, y->a));
		}
		/* What two objects own is as different as they are. */
		xp = read_from(xs, x);
		yp = read_from(ys, y);
		if (!xp || !yp || xp->b != yp->b || xp->c != yp->c || !member_owns(an, xp->c, xp->b))
			break;
		x = xp;
		y = yp;
	}
	if (in_other_memory(an, xs, root_of(xs, x), ys, root_of(ys, y)))
		return true;
	if (is_place(x) && is_place(y))
		return x->op != y->op || x->a != y->a;
	/* Beyond the scope a function may serve many: some caller has to be seen to hand it this lock. */
	return o->beyond && x->op == SY_PARAM && is_place(y) && !is_handed(an, o->func, x->a, y, 0);
}

/* Whether @a of @run is a lock in objects of @record, or in the storage that such an object owns. */
static bool is_in_record(const struct analysis *an, const struct run *run, const struct acquire *a,
			 const char *record)
{
	uint32_t name = program_find_string(an->p, record);
	const struct sym *v = sym_get(&run->syms, a->addr);
	size_t i;

	for (; v->op == SY_FADDR || v->op == SY_IADDR; v = sym_get(&run->syms, v->a))
		if (v->op == SY_FADDR && v->c == name)
			return true;
	for (i = 0; i < an->in.n_kinds; i++)
		if (an->in.kinds[i].ops == a->kind && an->in.kinds[i].slot_record &&
		    an->in.kinds[i].slot_record == name)
			return true;
	return false;
}

bool is_of_last_put(const struct analysis *an, const struct run *run, const struct acquire *a)
{
	const struct rules *rules = an->p->rules;
	const struct frame *fr;
	size_t i;

	for (fr = a->frame; fr && rules->last_puts.n; fr = fr->up)
		for (i = 0; i < rules->last_puts.n; i++)
			if (!strcmp(func_name(an->p, fr->func), rules->last_puts.v[i].function) &&
			    is_in_record(an, run, a, rules->last_puts.v[i].record))
				return true;
	return false;
}
