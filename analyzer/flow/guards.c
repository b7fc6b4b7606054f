// SPDX-License-Identifier: MIT
#include "flow/guards.h"

#include "flow/funcinfo.h"
#include "flow/prims.h"

/* What the text does to a variable. */
enum does {
	DOES_RAISE = 1 << 0, /* an operation that counts, by a constant */
	DOES_TEST = 1 << 1,  /* looks at it; or lowers a variable, which others may look at */
	DOES_UP = 1 << 2,    /* one more, in whatever way */
	DOES_DOWN = 1 << 3,  /* one less */
	DOES_SET = 1 << 4,   /* to something that is not 0 */
	DOES_CLEAR = 1 << 5,
	DOES_READ = 1 << 6,  /* compares it with a constant */
	DOES_TAKE = 1 << 7,  /* one function compares and sets it */
};

/* An address is seldom handed on by way of more locals than this. */
#define MAX_LOCALS 4

/* Who calls each function, and what came out for its parameters. */
struct callers {
	uint32_t *first;	/* function -> a call of it, or FACTS_NONE */
	uint32_t *next;		/* call -> another one of the same function */
	struct map64 own_param; /* (function, parameter) -> whether a caller's is its CPU's */
	struct map64 returned;	/* function -> the guard that it returns the value of, plus 1; 0: none */
};

/* A function's text. */
struct text {
	struct interp *in;
	struct callers *callers;
	uint32_t func;
	const struct facts *f;
	const struct fact_func *ff;
	struct map64 *does; /* guard -> enum does */
	bool numbers; /* of memory that it uses without a macro only numbers are looked at */
};

static void note(struct map64 *does, uint32_t guard, unsigned int bits)
{
	uint32_t old = map64_get(does, guard);

	map64_put(does, guard, (old == MAP64_EMPTY ? 0 : old) | bits);
}

/* The guard that a per-CPU operation's first argument names in the source, or FACTS_NONE. */
static uint32_t expr_guard(const struct interp *in, const struct facts *f, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)], *index;

	if (x->op == FX_ADDR) {
		x = &f->exprs.v[expr_strip(f, x->a)];
		if (x->op == FX_GLOBAL)
			return x->a;
		if (x->op == FX_INDEX && f->exprs.v[x->a].op == FX_GLOBAL &&
		    f->exprs.v[x->a].a != FACTS_NONE) {
			index = &f->exprs.v[expr_strip(f, x->b)];
			return prim_guard_element(in, f->exprs.v[x->a].a,
						  index->op == FX_INT ? index->val : 0);
		}
	}
	while (x->op == FX_INDEX || x->op == FX_DEREF || x->op == FX_CAST)
		x = &f->exprs.v[x->a];
	return x->op == FX_FIELD ? prim_guard_field(in, x->sym2, x->sym) : FACTS_NONE;
}

/* --- memory of the own CPU --- */

static uint32_t own_pointer(const struct text *t, uint32_t e, const struct fact_expr *field,
			    unsigned int depth);

/*
 * The guard at @place, if that is memory which this_cpu_ptr() gave; or per_cpu_ptr(),
 * whose CPU the run looks at. @field: the member of it, or NULL.
 */
static uint32_t own_place(const struct text *t, uint32_t place, const struct fact_expr *field,
			  unsigned int depth)
{
	const struct fact_expr *x = &t->f->exprs.v[place];

	while (x->op == FX_FIELD || x->op == FX_INDEX || x->op == FX_CAST) {
		if (x->op == FX_FIELD && !field &&
		    map64_get(&t->in->transparent, (uint64_t)x->sym2 << 32 | x->sym) == MAP64_EMPTY)
			field = x;
		x = &t->f->exprs.v[x->a];
	}
	return x->op == FX_DEREF ? own_pointer(t, x->a, field, depth) : FACTS_NONE;
}

/* Whether @fn gives the running task, or what else is as good as this CPU's. */
static bool is_own_value(const struct func *fn)
{
	return fn->value && fn->value->is == VALUE_OWN;
}

/* The guard that a local points to after the call or assignment @insn. */
static uint32_t own_result(const struct text *t, const struct fact_insn *insn,
			   const struct fact_expr *field, unsigned int depth)
{
	const struct interp *in = t->in;
	uint32_t callee;

	if (insn->op == FI_ASSIGN)
		return own_pointer(t, insn->val, field, depth + 1);
	if (insn->op != FI_CALL)
		return FACTS_NONE;
	callee = insn_callee(t->f, insn);
	if (callee == FACTS_NONE)
		return FACTS_NONE;
	if (is_own_value(&in->p->funcs.v[callee]))
		return field ? prim_guard_field(in, field->sym2, field->sym) : FACTS_NONE;
	if (!in->p->funcs.v[callee].percpu ||
	    !percpu_is_address(in->p->funcs.v[callee].percpu->op) || !insn->n_args)
		return FACTS_NONE;
	return field ? prim_guard_field(in, field->sym2, field->sym)
		     : expr_guard(in, t->f, t->f->arglist.v[insn->args]);
}

typedef uint32_t result_fn(const struct text *t, const struct fact_insn *insn,
			   const struct fact_expr *field, unsigned int depth);

/* The first guard that @one sees in an instruction which gives local @local its value. */
static uint32_t local_guard(const struct text *t, uint32_t local, result_fn *one,
			    const struct fact_expr *field, unsigned int depth)
{
	const struct program *p = t->in->p;
	const struct fact_insn *insn = NULL;
	uint32_t guard = FACTS_NONE;

	while (guard == FACTS_NONE &&
	       (insn = func_next_value(p, &p->funcs.v[t->func], local, insn)))
		guard = one(t, insn, field, depth);
	return guard;
}

/* Whether a caller hands memory of its own CPU as @param; of @field, or any other member. */
static bool own_param(const struct text *t, uint32_t param, const struct fact_expr *field)
{
	struct callers *callers = t->callers;
	const uint64_t key = (uint64_t)t->func << 32 | param;
	uint32_t known = map64_get(&callers->own_param, key), c;
	bool own = false;

	if (known != MAP64_EMPTY)
		return known;
	map64_put(&callers->own_param, key, false); /* also ends recursion */
	for (c = callers->first[t->func]; c != FACTS_NONE && !own; c = callers->next[c]) {
		const struct call *call = &t->in->p->calls.v[c];
		const struct func *fn = &t->in->p->funcs.v[call->caller];
		struct text caller = { .in = t->in, .callers = callers, .func = call->caller,
				       .f = func_facts(t->in->p, fn),
				       .ff = func_fact(t->in->p, fn) };
		const struct fact_insn *insn = &caller.f->insns.v[call->insn];

		own = param < insn->n_args &&
		      own_pointer(&caller, caller.f->arglist.v[insn->args + param], field, 0) !=
			      FACTS_NONE;
	}
	map64_put(&callers->own_param, key, own);
	return own;
}

/* The same of what pointer @e points to. */
static uint32_t own_pointer(const struct text *t, uint32_t e, const struct fact_expr *field,
			    unsigned int depth)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, e)];

	if (x->op == FX_ADDR)
		return own_place(t, x->a, field, depth);
	if (x->op != FX_LOCAL || depth == MAX_LOCALS)
		return FACTS_NONE;
	if (field && x->a < t->ff->n_params && own_param(t, x->a, field))
		return prim_guard_field(t->in, field->sym2, field->sym);
	return local_guard(t, x->a, own_result, field, depth);
}

static uint32_t read_guard(const struct text *t, uint32_t e);

/* The guard that function @func returns the value of, or FACTS_NONE. */
static uint32_t returned_guard(const struct text *t, uint32_t func)
{
	const struct program *p = t->in->p;
	const struct func *fn = &p->funcs.v[func];
	struct text own = { .in = t->in, .callers = t->callers, .func = func };
	uint32_t b, guard = FACTS_NONE;

	if (!fn->defined || fn->value)
		return FACTS_NONE;
	if (map64_get(&t->callers->returned, func) != MAP64_EMPTY)
		return map64_get(&t->callers->returned, func) - 1;
	map64_put(&t->callers->returned, func, 0); /* also ends recursion */
	own.f = func_facts(p, fn);
	own.ff = func_fact(p, fn);
	for (b = own.ff->blocks; b < own.ff->blocks + own.ff->n_blocks && guard == FACTS_NONE; b++) {
		const struct fact_block *blk = &own.f->blocks.v[b];

		if (blk->term == FTERM_RETURN && blk->cond != FACTS_NONE)
			guard = read_guard(&own, blk->cond);
	}
	map64_put(&t->callers->returned, func, guard + 1);
	return guard;
}

/* The guard whose value a local is given by @insn, or FACTS_NONE. */
static uint32_t read_result(const struct text *t, const struct fact_insn *insn,
			    const struct fact_expr *field, unsigned int depth)
{
	const struct func *fn;
	uint32_t callee;

	if (insn->op == FI_ASSIGN)
		return own_place(t, expr_strip(t->f, insn->val), NULL, 0);
	callee = insn->op == FI_CALL ? insn_callee(t->f, insn) : FACTS_NONE;
	if (callee == FACTS_NONE)
		return FACTS_NONE;
	fn = &t->in->p->funcs.v[callee];
	if (fn->counter && fn->counter->arg < insn->n_args)
		return own_pointer(t, t->f->arglist.v[insn->args + fn->counter->arg], NULL, 0);
	if (!fn->percpu)
		return returned_guard(t, callee);
	if (percpu_is_address(fn->percpu->op) || !insn->n_args)
		return FACTS_NONE;
	return expr_guard(t->in, t->f, t->f->arglist.v[insn->args]);
}

/* The guard that the value @e was read from: itself, or into a local that is @e now. */
static uint32_t read_guard(const struct text *t, uint32_t e)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, e)];

	if (x->op != FX_LOCAL)
		return own_place(t, expr_strip(t->f, e), NULL, 0);
	return local_guard(t, x->a, read_result, NULL, 0);
}

static bool is_number(const struct facts *f, uint32_t e)
{
	uint32_t type = f->exprs.v[e].type;

	return type != FACTS_NONE && f->types.v[type].kind == FT_INT;
}

static void note_read(const struct text *t, uint32_t e)
{
	uint32_t guard = t->numbers && !is_number(t->f, e) ? FACTS_NONE : read_guard(t, e);

	if (guard != FACTS_NONE)
		note(t->does, guard, DOES_TEST | DOES_READ);
}

/* --- warnings --- */

/* Whether expression @e has local @local in it. */
static bool has_local(const struct facts *f, uint32_t e, uint32_t local)
{
	const struct fact_expr *x = &f->exprs.v[e];

	switch (x->op) {
	case FX_LOCAL:
		return x->a == local;
	case FX_INDEX:
	case FX_BIN:
		return has_local(f, x->a, local) || has_local(f, x->b, local);
	case FX_FIELD:
	case FX_DEREF:
	case FX_ADDR:
	case FX_UN:
	case FX_CAST:
		return has_local(f, x->a, local);
	default:
		return false;
	}
}

/* Whether @insn assigns a constant to a local that is assigned nowhere else, nor by its address. */
static bool is_constant_once(const struct text *t, const struct fact_insn *insn)
{
	const struct facts *f = t->f;
	uint32_t b, i, n = 0;

	if (insn->op != FI_ASSIGN || f->exprs.v[insn->dst].op != FX_LOCAL ||
	    f->exprs.v[insn->dst].a < t->ff->n_params ||
	    f->exprs.v[expr_strip(f, insn->val)].op != FX_INT ||
	    func_info(t->in, t->func)->in_memory[f->exprs.v[insn->dst].a])
		return false;
	for (b = t->ff->blocks; b < t->ff->blocks + t->ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++)
			n += f->insns.v[i].dst != FACTS_NONE &&
			     has_local(f, f->insns.v[i].dst, f->exprs.v[insn->dst].a);
	}
	return n == 1;
}

/*
 * Whether one way of the branch at the end of @blk has assembly only, and joins the other then: it
 * says something (WARN_ON_ONCE()), and decides nothing.
 */
static bool only_warns(const struct text *t, const struct fact_block *blk)
{
	uint32_t side, i;

	for (side = 0; side < 2 && blk->term == FTERM_BRANCH; side++) {
		const struct fact_block *way = &t->f->blocks.v[t->ff->blocks + blk->succ[side]];
		bool quiet = way->term == FTERM_JUMP && way->succ[0] == blk->succ[!side] &&
			     way->n_insns;

		for (i = way->insns; i < way->insns + way->n_insns && quiet; i++) {
			const struct fact_insn *insn = &t->f->insns.v[i];

			quiet = (insn->op == FI_CLOBBER && insn->dst == FACTS_NONE) ||
				is_constant_once(t, insn);
		}
		if (quiet)
			return true;
	}
	return false;
}

/* Whether the local that @insn assigns is there for a warning, and for nothing else. */
static bool is_for_warning(const struct text *t, const struct fact_insn *insn)
{
	const struct facts *f = t->f;
	bool warns = false;
	uint32_t b, i, k, local;

	if (insn->op != FI_ASSIGN || f->exprs.v[insn->dst].op != FX_LOCAL)
		return false;
	local = f->exprs.v[insn->dst].a;
	for (b = t->ff->blocks; b < t->ff->blocks + t->ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *use = &f->insns.v[i];

			if (use->val != FACTS_NONE && has_local(f, use->val, local))
				return false;
			for (k = 0; use->op == FI_CALL && k < use->n_args; k++)
				if (has_local(f, f->arglist.v[use->args + k], local))
					return false;
		}
		if (blk->cond == FACTS_NONE || !has_local(f, blk->cond, local))
			continue;
		if (!only_warns(t, blk))
			return false;
		warns = true;
	}
	return warns;
}

/* --- what is read --- */

/* Notes what is compared with a constant in @e, or is a truth value itself where @truth. */
static void note_reads(const struct text *t, uint32_t e, bool truth)
{
	const struct fact_expr *x = &t->f->exprs.v[e];

	switch (x->op) {
	case FX_UN:
		note_reads(t, x->a, x->sub == FU_NOT);
		break;
	case FX_BIN:
		note_reads(t, x->a,
			   x->sub >= FB_LT && t->f->exprs.v[expr_strip(t->f, x->b)].op == FX_INT);
		note_reads(t, x->b,
			   x->sub >= FB_LT && t->f->exprs.v[expr_strip(t->f, x->a)].op == FX_INT);
		break;
	case FX_CAST:
		note_reads(t, x->a,
			   truth || (x->type != FACTS_NONE &&
				     t->f->types.v[x->type].kind == FT_INT &&
				     t->f->types.v[x->type].bits == 1));
		break;
	case FX_LOCAL:
	case FX_DEREF:
	case FX_FIELD:
	case FX_INDEX:
		if (truth)
			note_read(t, e);
		break;
	default:
		break;
	}
}

/* Whether @e is found in memory that the guard's old value leads to: the rest of a list. */
static bool leads_on(const struct text *t, uint32_t guard, uint32_t e)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, e)];

	while (x->op == FX_FIELD || x->op == FX_INDEX || x->op == FX_CAST)
		x = &t->f->exprs.v[x->a];
	return x->op == FX_DEREF && read_guard(t, x->a) == guard;
}

/* What writing @val to the guard does. */
static unsigned int write_does(const struct text *t, uint32_t guard, uint32_t val)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, val)], *by;

	if (x->op == FX_INT)
		return x->val ? DOES_SET : DOES_CLEAR;
	if (x->op == FX_BIN && (x->sub == FB_ADD || x->sub == FB_SUB)) {
		by = &t->f->exprs.v[expr_strip(t->f, x->b)];
		if (by->op != FX_INT || read_guard(t, x->a) != guard)
			return 0;
		return (x->sub == FB_ADD) == (by->val > 0) ? DOES_UP : DOES_DOWN;
	}
	if (leads_on(t, guard, val))
		return 0;
	/* Whose it is: an owner. Other numbers that are not known are no flags. */
	if (x->op == FX_ADDR || (x->type != FACTS_NONE && t->f->types.v[x->type].kind == FT_PTR))
		return DOES_SET;
	return 0;
}

static void add_writer(struct interp *in, uint32_t func, uint32_t guard)
{
	vec_push(&in->guard_writers, ((struct guard_writer){ func, guard }));
}

/* The parameter that points to the object which has the member @e, or FACTS_NONE. */
static uint32_t param_behind(const struct text *t, uint32_t e)
{
	const struct fact_expr *x = &t->f->exprs.v[e];

	if (x->op != FX_FIELD)
		return FACTS_NONE;
	while (x->op == FX_FIELD || x->op == FX_INDEX || x->op == FX_CAST)
		x = &t->f->exprs.v[x->a];
	if (x->op != FX_DEREF)
		return FACTS_NONE;
	x = &t->f->exprs.v[expr_strip(t->f, x->a)];
	return x->op == FX_LOCAL && x->a < t->ff->n_params ? x->a : FACTS_NONE;
}

/* Whether the function writes to a number in memory that some caller hands it, of its own CPU. */
static bool writes_handed(const struct text *t)
{
	uint32_t b, i, param;

	for (b = t->ff->blocks; b < t->ff->blocks + t->ff->n_blocks; b++) {
		const struct fact_block *blk = &t->f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &t->f->insns.v[i];

			if (insn->op != FI_ASSIGN || !is_number(t->f, insn->dst))
				continue;
			param = param_behind(t, insn->dst);
			if (param != FACTS_NONE && own_param(t, param, &t->f->exprs.v[insn->dst]))
				return true;
		}
	}
	return false;
}

/* What the function does to memory of the own CPU, without the macros. */
static void scan_memory(const struct text *t)
{
	uint32_t b, i, k, guard, callee;

	for (b = t->ff->blocks; b < t->ff->blocks + t->ff->n_blocks; b++) {
		const struct fact_block *blk = &t->f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &t->f->insns.v[i];

			callee = insn->op == FI_CALL ? insn_callee(t->f, insn) : FACTS_NONE;
			for (k = 0; insn->op == FI_CALL && k < insn->n_args; k++) {
				note_reads(t, t->f->arglist.v[insn->args + k], false);
				guard = callee == FACTS_NONE || t->numbers ||
							t->in->p->funcs.v[callee].percpu
						? FACTS_NONE
						: own_pointer(t, t->f->arglist.v[insn->args + k],
							      NULL, 0);
				if (guard == FACTS_NONE)
					continue;
				add_writer(t->in, callee, guard);
				add_writer(t->in, t->func, guard);
			}
			if (insn->op != FI_ASSIGN)
				continue;
			if (!is_for_warning(t, insn))
				note_reads(t, insn->val, false);
			if (t->numbers && !is_number(t->f, insn->dst))
				continue;
			guard = own_place(t, insn->dst, NULL, 0);
			if (guard == FACTS_NONE)
				continue;
			note(t->does, guard, write_does(t, guard, insn->val));
			add_writer(t->in, t->func, guard);
		}
		if (blk->cond != FACTS_NONE && !only_warns(t, blk))
			note_reads(t, blk->cond, blk->term == FTERM_BRANCH);
	}
}

/* --- operations --- */

/* Whether an operation counts by a constant: amounts that vary are of something else. */
static bool steps_by_constant(const struct facts *f, const struct fact_insn *insn,
			      enum percpu_op op, uint32_t amount)
{
	if (op == PERCPU_INC || op == PERCPU_DEC || op == PERCPU_INC_RETURN ||
	    op == PERCPU_DEC_RETURN)
		return true;
	return insn->n_args > amount &&
	       f->exprs.v[expr_strip(f, f->arglist.v[insn->args + amount])].op == FX_INT;
}

/* What @op does to its counter; @amount: number of the argument that says by how much. */
static unsigned int op_does(const struct text *t, const struct fact_insn *insn, enum percpu_op op,
			    uint32_t guard, uint32_t amount)
{
	bool used = insn->dst != FACTS_NONE;
	unsigned int does = 0;

	if (op < PERCPU_READ && steps_by_constant(t->f, insn, op, amount))
		does |= DOES_RAISE | DOES_UP;
	/* A member that is only counted counts references: no CPU looks at its own. */
	if ((op == PERCPU_DEC || op == PERCPU_SUB) && !(guard & GUARD_FIELD))
		does |= DOES_TEST;
	if (op == PERCPU_DEC || op == PERCPU_SUB || op == PERCPU_DEC_RETURN ||
	    op == PERCPU_SUB_RETURN)
		does |= DOES_DOWN | DOES_CLEAR;
	if (op >= PERCPU_INC_RETURN && op != PERCPU_WRITE && used)
		does |= DOES_TEST;
	if (op == PERCPU_CMPXCHG)
		amount++;
	if ((op == PERCPU_WRITE || op == PERCPU_XCHG || op == PERCPU_CMPXCHG) &&
	    insn->n_args > amount)
		does |= write_does(t, guard, t->f->arglist.v[insn->args + amount]);
	return does;
}

/* Whether @e is the address of a per-CPU variable, or of a member of one. */
static bool is_of_percpu(const struct text *t, uint32_t e)
{
	const struct fact_expr *x = &t->f->exprs.v[expr_strip(t->f, e)];

	if (x->op != FX_ADDR)
		return false;
	do
		x = &t->f->exprs.v[expr_strip(t->f, x->a)];
	while (x->op == FX_FIELD || x->op == FX_INDEX);
	return x->op == FX_GLOBAL && x->a != FACTS_NONE && t->in->p->gvars.v[x->a].percpu;
}

/* What call @insn of @callee does to counters. */
static void scan_call(const struct text *t, const struct fact_insn *insn, uint32_t callee)
{
	const struct func *fn = &t->in->p->funcs.v[callee];
	const struct rule_percpu *pc = fn->percpu;
	unsigned int does;
	uint32_t g, k;

	for (k = 0; k < insn->n_args; k++) {
		if (fn->counter) {
			g = k == fn->counter->arg
				    ? own_pointer(t, t->f->arglist.v[insn->args + k], NULL, 0)
				    : FACTS_NONE;
			if (g == FACTS_NONE)
				continue;
			does = op_does(t, insn, fn->counter->op, g, !k);
			/* Statistics are read as well, to be added up: scan_memory() sees comparisons. */
			if (fn->counter->op == PERCPU_READ && g & GUARD_FIELD)
				does &= ~DOES_TEST;
			note(t->does, g, does);
			add_writer(t->in, t->func, g);
			continue;
		}
		g = expr_guard(t->in, t->f, t->f->arglist.v[insn->args + k]);
		if (g == FACTS_NONE)
			continue;
		if (pc && !k && !percpu_is_address(pc->op))
			note(t->does, g, op_does(t, insn, pc->op, g, 1));
		else if (!pc && is_of_percpu(t, t->f->arglist.v[insn->args + k]) &&
			 interp_param_is_guard(t->in, callee, k))
			note(t->does, g, DOES_RAISE | DOES_TEST);
	}
}

static bool is_guard(unsigned int does)
{
	const unsigned int counter = DOES_RAISE | DOES_TEST;
	const unsigned int number = DOES_UP | DOES_DOWN | DOES_READ;
	const unsigned int flag = DOES_TAKE | DOES_CLEAR;

	return (does & counter) == counter || (does & number) == number || (does & flag) == flag;
}

/* Adds what one function does to what all do. */
static void add_does(struct map64 *all, const struct map64 *own)
{
	const unsigned int take = DOES_SET | DOES_READ;
	size_t i;

	for (i = 0; i < own->cap; i++)
		if (own->vals[i] != MAP64_EMPTY)
			note(all, (uint32_t)own->keys[i],
			     own->vals[i] | ((own->vals[i] & take) == take ? DOES_TAKE : 0));
}

static void mark_touching(struct interp *in)
{
	bool *mark = ARENA_ARRAY(&in->p->arena, bool, in->p->funcs.n);
	size_t i;

	for (i = 0; i < in->guard_writers.n; i++)
		mark[in->guard_writers.v[i].func] = true;
	program_reach(in->p, mark, true, NULL);
	for (i = 0; i < in->p->funcs.n; i++) {
		in->p->funcs.v[i].touches |= mark[i];
		in->p->funcs.v[i].touches_direct |= mark[i];
	}
}

static void find_callers(struct program *p, struct callers *ret)
{
	size_t i;

	ret->first = ARENA_ARRAY(&p->arena, uint32_t, p->funcs.n);
	ret->next = ARENA_ARRAY(&p->arena, uint32_t, p->calls.n);
	for (i = 0; i < p->funcs.n; i++)
		ret->first[i] = FACTS_NONE;
	for (i = 0; i < p->calls.n; i++) {
		uint32_t callee = p->calls.v[i].callee;

		if (callee == FACTS_NONE || func_is_beyond(p, p->calls.v[i].caller))
			continue;
		ret->next[i] = ret->first[callee];
		ret->first[callee] = (uint32_t)i;
	}
}

void guards_find(struct interp *in)
{
	struct map64 does = { 0 }, of_func = { 0 };
	struct callers callers = { 0 };
	size_t i, n = 0;
	uint32_t c;

	find_callers(in->p, &callers);
	for (i = 0; i < in->p->funcs.n; i++) {
		const struct func *fn = &in->p->funcs.v[i];
		struct text t = { .in = in, .callers = &callers, .func = (uint32_t)i,
				  .does = &of_func };
		bool own = false;

		if (!fn->defined || func_is_beyond(in->p, (uint32_t)i))
			continue;
		t.f = func_facts(in->p, fn);
		t.ff = func_fact(in->p, fn);
		for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
			const struct call *call = &in->p->calls.v[c];
			const struct rule_percpu *pc;

			if (call->callee == FACTS_NONE)
				continue;
			pc = in->p->funcs.v[call->callee].percpu;
			own |= (pc && pc->op >= PERCPU_READ) ||
			       is_own_value(&in->p->funcs.v[call->callee]);
			scan_call(&t, &t.f->insns.v[call->insn], call->callee);
		}
		t.numbers = !own;
		if (own || writes_handed(&t))
			scan_memory(&t);
		add_does(&does, &of_func);
		map64_clear(&of_func);
	}
	for (i = 0; i < does.cap; i++)
		if (does.vals[i] != MAP64_EMPTY && is_guard(does.vals[i]))
			map64_put(&in->guard_classes, does.keys[i], 1);
	for (i = 0; i < in->guard_writers.n; i++)
		if (map64_get(&in->guard_classes, in->guard_writers.v[i].guard) != MAP64_EMPTY)
			in->guard_writers.v[n++] = in->guard_writers.v[i];
	in->guard_writers.n = n;
	if (n)
		mark_touching(in);
	map64_release(&does);
	map64_release(&of_func);
	map64_release(&callers.own_param);
	map64_release(&callers.returned);
}

void interp_counting(const struct interp *in, const struct map64 *guards, bool *mark)
{
	size_t c;

	for (c = 0; c < in->p->calls.n; c++) {
		const struct call *call = &in->p->calls.v[c];
		const struct facts *f = func_facts(in->p, &in->p->funcs.v[call->caller]);
		const struct fact_insn *insn = &f->insns.v[call->insn];
		const struct rule_percpu *pc;
		uint32_t g;

		pc = call->callee == FACTS_NONE ? NULL : in->p->funcs.v[call->callee].percpu;
		if (!pc || percpu_is_address(pc->op) || !insn->n_args)
			continue;
		/* A counter that came as a parameter may be any guard. */
		g = expr_guard(in, f, f->arglist.v[insn->args]);
		if (g == FACTS_NONE || map64_get(guards, g) != MAP64_EMPTY)
			mark[call->caller] = true;
	}
	for (c = 0; c < in->guard_writers.n; c++)
		if (map64_get(guards, in->guard_writers.v[c].guard) != MAP64_EMPTY)
			mark[in->guard_writers.v[c].func] = true;
	program_reach(in->p, mark, false, NULL);
}
