// SPDX-License-Identifier: MIT
#include "flow/settled.h"
#include "hazard/model.h"

#include <string.h>

/*
 * Whether two locks of one class can be one lock. Structures such as wait queues
 * are parts of many others: a lock in one that is embedded in a signal handler
 * is not the lock in one that is embedded in a socket.
 */

/* How many functions a pointer is followed up through, to where it is made. */
#define MAX_UP 4

/*
 * The place @v without indexes; for what a member of a global points to and keeps, @space
 * is filled with it.
 */
static const struct sym *strip_index(const struct interp *in, const struct syms *syms,
				     const struct sym *v, struct sym *space)
{
	const struct sym *member, *var;
	uint32_t to;

	while (v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	if (v->op != SY_LOAD)
		return v;
	member = sym_get(syms, v->a);
	if (member->op != SY_FADDR)
		return v;
	var = sym_get(syms, member->a);
	to = var->op == SY_GADDR ? settled_kept(in, var->a, member->b) : FACTS_NONE;
	if (to == FACTS_NONE)
		return v;
	*space = (struct sym){ .op = SY_GADDR, .a = to };
	return space;
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

bool locks_differ(const struct analysis *an, const struct outer *o, const struct acquire *held,
		  const struct nested *n, const struct acquire *wanted)
{
	const struct syms *xs = &o->run.syms, *ys = &n->run.syms;
	struct sym space[2];
	const struct sym *x = strip_index(&an->in, xs, sym_get(xs, held->addr), &space[0]);
	const struct sym *y = strip_index(&an->in, ys, sym_get(ys, wanted->addr), &space[1]);

	while (x->op == SY_FADDR && y->op == SY_FADDR) {
		if (x->b != y->b || x->c != y->c)
			return true;
		x = strip_index(&an->in, xs, sym_get(xs, x->a), &space[0]);
		y = strip_index(&an->in, ys, sym_get(ys, y->a), &space[1]);
	}
	if (is_place(x) && is_place(y))
		return x->op != y->op || x->a != y->a;
	/* Memory that each CPU has for its own is allocated as what it is, and no part of an object. */
	if ((held->each_cpus && !wanted->each_cpus && is_place(y)) ||
	    (wanted->each_cpus && !held->each_cpus && is_place(x)))
		return true;
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
