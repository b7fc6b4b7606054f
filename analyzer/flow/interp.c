// SPDX-License-Identifier: MIT
#include "flow/interp.h"

#include "base/clock.h"
#include "base/strbuf.h"
#include "flow/aside.h"
#include "flow/funcinfo.h"
#include "flow/guards.h"
#include "flow/keep.h"
#include "flow/made.h"
#include "flow/prims.h"
#include "flow/recall.h"
#include "flow/recheck.h"
#include "flow/settled.h"
#include "flow/state.h"
#include "flow/summary.h"
#include "flow/tables.h"
#include "flow/words.h"

#include <stdlib.h>
#include <string.h>

/* Instructions of a function beyond the scope that is followed for what it leaves. */
#define NEAR_STEPS 2000

/* Bounds on the instructions of what a run looks into for programs: at one call, and in all. */
#define LOOK_STEPS 10000
#define LOOK_ALL_STEPS 100000

/*
 * Bounds. States of one block that differ in values only are merged beyond
 * MAX_STATES; a block that has MAX_PROPERTIES different sets of locks and
 * guards is more than any lock discipline explains, and the run is cut.
 */
#define MAX_STATES 8
#define MAX_PROPERTIES 64
#define MAX_EXITS 8
#define MAX_DEPTH 40
/* A function that reaches no lock is followed for its value when it has no more blocks than this. */
#define SMALL_BLOCKS 14
/* Targets of one call beyond the scope that are asked for what they have in common. */
#define MAX_COMMON 8

struct block_state {
	struct state *s;
	bool pending;
};

struct block_states {
	struct block_state *v;
	uint32_t n, cap;
};

/* One activation being interpreted. */
struct activation {
	struct flow *fl;
	const struct frame *frame;
	const struct facts *f;
	const struct fact_func *ff;
	struct func_info *fi;
	struct arena arena;
	struct block_states *blocks; /* by block */
	bool *pending;		     /* by number in order */
	uint32_t next;		     /* no block before this number in order is pending */
	struct arena *out;	     /* of the exits */
	struct exits *exits;
	const struct state *entry;
	struct fact_loc at; /* of what is being evaluated... */
	uint32_t dst; /* ...and the place that its value is for, or FACTS_NONE */
	uint64_t steps; /* of its own */
};

static void run_cut(struct flow *fl, const char *why)
{
	if (!fl->run->cut)
		fl->run->cut = why;
}

/* --- values --- */

static uint32_t place_addr(struct activation *act, struct state *s, uint32_t e);
static uint32_t flow_eval(struct activation *act, struct state *s, uint32_t e);

static uint32_t local_addr(struct activation *act, uint32_t local)
{
	return sym_make(&act->fl->run->syms, SY_LADDR, act->frame->depth, local, 0, 0);
}

/* The kind of map that ops table @ops is of, or NULL. */
static const struct map_kind *find_kind(const struct interp *in, uint32_t ops)
{
	size_t i;

	for (i = 0; i < in->n_kinds; i++)
		if (in->kinds[i].ops == ops)
			return &in->kinds[i];
	return NULL;
}

/* What the initialiser of the constant global @var says of @record.@field; of itself, where both are 0. */
static uint32_t load_const(struct flow *fl, uint32_t var, uint32_t record, uint32_t field)
{
	const struct program *p = fl->in->p;
	const struct gvar *v = &p->gvars.v[var];
	const struct facts *f = &p->units[v->unit].facts;
	const struct fact_var *fv = &f->vars.v[v->fact];
	struct syms *syms = &fl->run->syms;
	uint32_t i;

	if (!v->defined || !(fv->flags & FV_CONST))
		return SYM_NONE;
	for (i = fv->inits; i < fv->inits + fv->n_inits; i++) {
		const struct fact_init *in = &f->inits.v[i];
		const struct fact_expr *x;

		if (in->field != field || in->record != record)
			continue;
		x = &f->exprs.v[expr_strip(f, in->value)];
		if (x->op == FX_ADDR)
			x = &f->exprs.v[x->a];
		if (x->op == FX_INT)
			return sym_int(syms, x->val);
		if (x->op == FX_FUNC && x->a != FACTS_NONE)
			return sym_make(syms, SY_FUNC, x->a, 0, 0, 0);
		if (x->op == FX_GLOBAL && x->a != FACTS_NONE)
			return sym_make(syms, SY_GADDR, x->a, 0, 0, 0);
		return SYM_NONE;
	}
	return sym_int(syms, 0);
}

/* What the map's kind says is stored at the field @a, or SYM_NONE. */
static uint32_t load_by_kind(struct flow *fl, struct state *s, const struct sym *a)
{
	struct interp *in = fl->in;
	struct syms *syms = &fl->run->syms;
	const struct sym *base = sym_get(syms, a->a);
	size_t i;

	if (fl->input->map_type && a->c == in->map_record && a->b == in->type_field)
		return sym_int(syms, *fl->input->map_type);
	if (s->kind != FACTS_NONE && in->made.n) {
		const struct map_kind *k = find_kind(in, s->kind);
		int64_t val;

		/* What leads to it is a storage's, or who knows which map's. */
		if (((base->op != SY_LOAD && base->op != SY_FRESH) || (k && k->slot_record)) &&
		    made_value(in, s->kind, a->c, a->b, &val))
			return sym_int(syms, val);
	}
	if (a->c == in->map_record && s->kind != FACTS_NONE) {
		/* A bare map out of memory or out of a call may be another one than the run's. */
		if (base->op == SY_LOAD || base->op == SY_FRESH)
			return SYM_NONE;
		if (a->b == in->ops_field)
			return sym_make(syms, SY_GADDR, s->kind, 0, 0, 0);
		if (a->b == in->type_field) {
			const struct map_kind *k = find_kind(in, s->kind);

			return k ? sym_int(syms, k->type) : SYM_NONE;
		}
	}
	if (s->kind == FACTS_NONE)
		for (i = 0; i < in->n_kinds; i++)
			if (in->kinds[i].slot_record == a->c && in->kinds[i].slot_field == a->b)
				s->kind = in->kinds[i].ops; /* the owner's slot says whose it is */
	return SYM_NONE;
}

uint32_t flow_load(struct flow *fl, struct state *s, uint32_t addr)
{
	struct syms *syms = &fl->run->syms;
	uint32_t val = state_cell(s, addr);
	struct sym a = *sym_get(syms, addr);

	if (val != SYM_NONE)
		return val;
	if (a.op == SY_FADDR) {
		struct sym base = *sym_get(syms, a.a);

		val = load_by_kind(fl, s, &a);
		if (val == SYM_NONE && base.op == SY_GADDR)
			val = load_const(fl, base.a, a.c, a.b);
		if (val != SYM_NONE)
			return val;
	} else if (a.op == SY_GADDR) {
		const struct gvar *g = &fl->in->p->gvars.v[a.a];
		const struct facts *f = &fl->in->p->units[g->unit].facts;

		if (f->vars.v[g->fact].n_inits == 1)
			val = load_const(fl, a.a, 0, 0);
		else if (fl->in->unset.n && map64_get(&fl->in->unset, a.a) != MAP64_EMPTY)
			return sym_int(syms, 0);
		if (val != SYM_NONE)
			return val;
	}
	return sym_make(syms, SY_LOAD, addr, 0, 0, 0);
}

/* How many bits @e has as an operand, 0 if that is not known, and whether they are unsigned. */
static unsigned int operand_bits(const struct facts *f, uint32_t e, bool *ret_unsigned)
{
	uint32_t type = f->exprs.v[e].type;
	const struct fact_type *t = type == FACTS_NONE ? NULL : &f->types.v[type];

	*ret_unsigned = t && (t->kind == FT_PTR ||
			      (t->kind == FT_INT && !t->is_signed && t->bits >= 32));
	return !t ? 0 : t->kind == FT_INT && t->bits < 64 ? 32 : 64;
}

/* Whether @a and @b are compared as unsigned numbers: the wider type decides. */
static bool is_unsigned_pair(const struct facts *f, uint32_t a, uint32_t b)
{
	bool ua, ub;
	unsigned int na = operand_bits(f, a, &ua), nb = operand_bits(f, b, &ub);

	return na == nb ? ua || ub : na > nb ? ua : ub;
}

/* ptr - offsetof(record, field): container_of(). */
static uint32_t eval_container(struct activation *act, struct state *s, const struct fact_expr *x)
{
	const struct fact_expr *off = &act->f->exprs.v[expr_strip(act->f, x->b)];

	if (x->sub != FB_SUB || off->op != FX_OFFSETOF)
		return SYM_NONE;
	return sym_container(&act->fl->run->syms, flow_eval(act, s, x->a), off->sym2, off->sym);
}

static uint32_t eval_local(struct activation *act, struct state *s, uint32_t local)
{
	if (act->fi->in_memory[local])
		return flow_load(act->fl, s, local_addr(act, local));
	if (s->env[local] == SYM_NONE)
		s->env[local] = flow_fresh(act->fl, act->frame, local, FRESH_LOCAL);
	return s->env[local];
}

/*
 * What is stored at @addr. A guard in this CPU's memory is a number
 * of the state, and that somebody looks at it is a test; not what counts it.
 */
static uint32_t load_place(struct activation *act, struct state *s, uint32_t addr)
{
	uint32_t guard = prim_own_guard(act->fl, addr), dst = act->dst;
	struct guard_test t;

	if (guard == FACTS_NONE)
		return flow_load(act->fl, s, addr);
	prim_counted(act->fl->run, guard);
	t = (struct guard_test){ .guard = guard, .count = guards_get(&s->guards, guard),
				 .loc = act->at, .func = act->frame->func, .addr = addr };
	act->dst = FACTS_NONE;
	if (dst == FACTS_NONE || place_addr(act, s, dst) != addr)
		prim_tested(act->fl, act->frame, s, &t);
	act->dst = dst;
	return sym_int(&act->fl->run->syms, t.count);
}

static uint32_t flow_eval(struct activation *act, struct state *s, uint32_t e)
{
	struct syms *syms = &act->fl->run->syms;
	const struct fact_expr *x = &act->f->exprs.v[e];
	uint32_t a, b;

	switch (x->op) {
	case FX_INT:
		return sym_int(syms, x->val);
	case FX_STR:
		return sym_make(syms, SY_STR, x->sym, 0, 0, 0);
	case FX_LOCAL:
		return eval_local(act, s, x->a);
	case FX_FUNC:
		if (x->a == FACTS_NONE)
			return flow_fresh(act->fl, act->frame, e, FRESH_VALUE);
		return sym_make(syms, SY_FUNC, x->a, 0, 0, 0);
	case FX_GLOBAL:
	case FX_FIELD:
	case FX_DEREF:
	case FX_INDEX:
		return load_place(act, s, place_addr(act, s, e));
	case FX_ADDR:
		return place_addr(act, s, x->a);
	case FX_UN:
		return sym_un(syms, x->sub, flow_eval(act, s, x->a));
	case FX_BIN:
		a = eval_container(act, s, x);
		if (a != SYM_NONE)
			return a;
		a = flow_eval(act, s, x->a);
		b = flow_eval(act, s, x->b);
		return sym_bin(syms, x->sub, a, b, is_unsigned_pair(act->f, x->a, x->b));
	case FX_CAST:
		return flow_eval(act, s, x->a);
	default:
		return flow_fresh(act->fl, act->frame, e, FRESH_VALUE);
	}
}

static uint32_t place_addr(struct activation *act, struct state *s, uint32_t e)
{
	struct syms *syms = &act->fl->run->syms;
	const struct fact_expr *x = &act->f->exprs.v[e];
	uint32_t base, idx;
	int64_t n;

	switch (x->op) {
	case FX_LOCAL:
		return local_addr(act, x->a);
	case FX_GLOBAL:
		if (x->a == FACTS_NONE)
			return sym_make(syms, SY_GNAME, x->sym, 0, 0, 0);
		return sym_make(syms, SY_GADDR, x->a, 0, 0, 0);
	case FX_FUNC:
		return flow_eval(act, s, e);
	case FX_FIELD:
		return sym_faddr(syms, place_addr(act, s, x->a), x->sym2, x->sym);
	case FX_DEREF:
		return flow_eval(act, s, x->a);
	case FX_INDEX:
		base = place_addr(act, s, x->a);
		idx = flow_eval(act, s, x->b);
		if (sym_is_int(syms, idx, &n) && !n)
			return base;
		return sym_make(syms, SY_IADDR, base, idx, 0, 0);
	case FX_CAST:
		return place_addr(act, s, x->a);
	default:
		return flow_fresh(act->fl, act->frame, e, FRESH_PLACE);
	}
}

/* A function's result while it is handed to the caller: a local that no function has. */
#define RESULT_LOCAL UINT32_MAX

/* The address @addr with its base @from replaced by @to; SYM_NONE if it is not below @from. */
static uint32_t rebase(struct syms *syms, uint32_t addr, uint32_t from, uint32_t to)
{
	struct sym v = *sym_get(syms, addr);
	uint32_t base;

	if (addr == from)
		return to;
	if (v.op != SY_FADDR && v.op != SY_IADDR)
		return SYM_NONE;
	base = rebase(syms, v.a, from, to);
	if (base == SYM_NONE)
		return SYM_NONE;
	return sym_make(syms, v.op, base, v.b, v.c, v.val);
}

/* Copies what is stored below @from, a record, to below @to. */
static void copy_record(struct flow *fl, struct state *s, struct arena *a, uint32_t from,
			uint32_t to)
{
	uint32_t n = s->n_cells, i, addr;
	struct cell *cells = arena_memdup(a, s->cells, n * sizeof(*cells));

	state_forget(s, &fl->run->syms, to);
	for (i = 0; i < n; i++) {
		addr = rebase(&fl->run->syms, cells[i].addr, from, to);
		if (addr != SYM_NONE && cells[i].addr != from)
			state_store(s, a, &fl->run->syms, addr, cells[i].val);
	}
}

/* The name of the record that @e is, or 0. */
static uint32_t expr_record(const struct facts *f, uint32_t e)
{
	uint32_t type = f->exprs.v[e].type;

	return type != FACTS_NONE && f->types.v[type].kind == FT_RECORD ? f->types.v[type].name : 0;
}

static void assign(struct activation *act, struct state *s, uint32_t dst, uint32_t val)
{
	const struct fact_expr *x = &act->f->exprs.v[dst];
	struct syms *syms = &act->fl->run->syms;
	struct sym v = *sym_get(syms, val);
	uint32_t addr, guard, record = expr_record(act->f, dst);

	if (x->op == FX_LOCAL && !act->fi->in_memory[x->a]) {
		s->env[x->a] = val;
		return;
	}
	addr = place_addr(act, s, dst);
	words_store(act->fl, s, addr, record, val, &act->at);
	guard = prim_own_guard(act->fl, addr);
	if (guard != FACTS_NONE)
		prim_write_guard(act->fl, act->frame, s, guard, val);
	else if (record && v.op == SY_LOAD)
		copy_record(act->fl, s, &act->arena, v.a, addr);
	else
		state_store(s, &act->arena, syms, addr, val);
}

/* --- where paths meet --- */

/*
 * Whether a value decides branches by itself: a constant, or the address of
 * something with a name. Paths that differ in such a value stay apart.
 */
static bool is_crisp(const struct syms *syms, uint32_t sym)
{
	switch (sym_get(syms, sym)->op) {
	case SY_INT:
	case SY_STR:
	case SY_FUNC:
	case SY_GADDR:
		return true;
	default:
		return false;
	}
}

enum env_relation { ENV_SAME, ENV_SIMILAR, ENV_DIFFERENT };

static enum env_relation compare_env(const struct syms *syms, const struct state *s,
				     const struct state *o)
{
	enum env_relation r = ENV_SAME;
	uint32_t i;

	for (i = 0; i < s->n_env; i++) {
		if (s->env[i] == o->env[i])
			continue;
		if (s->env[i] == SYM_NONE || o->env[i] == SYM_NONE ||
		    is_crisp(syms, s->env[i]) || is_crisp(syms, o->env[i]))
			return ENV_DIFFERENT;
		r = ENV_SIMILAR;
	}
	return r;
}

/* Whether a bool that both know differs: it mostly says whether a lock is held, also round a loop. */
static bool bool_differs(const struct activation *act, const struct state *s, const struct state *o)
{
	const struct syms *syms = &act->fl->run->syms;
	int64_t a, b;
	uint32_t i;

	for (i = 0; i < s->n_env; i++) {
		uint32_t type = act->f->locals.v[act->ff->locals + i].type;

		if (type != FACTS_NONE && act->f->types.v[type].kind == FT_INT &&
		    act->f->types.v[type].bits == 1 && s->env[i] != SYM_NONE &&
		    o->env[i] != SYM_NONE && sym_is_int(syms, s->env[i], &a) &&
		    sym_is_int(syms, o->env[i], &b) && a != b)
			return true;
	}
	return false;
}

static void set_pending(struct activation *act, uint32_t block)
{
	uint32_t order = act->fi->order[block];

	act->pending[order] = true;
	if (order < act->next)
		act->next = order;
}

/*
 * @fresh for a value that is @a on one path and @b on another. Where these are the
 * same member of two objects it is that member of one that is new: a lock keeps
 * its name, and its address is not NULL.
 */
static uint32_t either_member(struct syms *syms, uint32_t fresh, uint32_t a, uint32_t b)
{
	struct sym va, vb;

	if (a == SYM_NONE || b == SYM_NONE)
		return fresh;
	va = *sym_get(syms, a);
	vb = *sym_get(syms, b);
	if (va.op != SY_FADDR || vb.op != SY_FADDR || va.b != vb.b || va.c != vb.c ||
	    !sym_is_address(syms, a) || !sym_is_address(syms, b))
		return fresh;
	return sym_faddr(syms, va.a == vb.a ? va.a : either_member(syms, fresh, va.a, vb.a), va.c,
			 va.b);
}

/* The place that @a and @b are where they differ in indexes only, which are @fresh then; or SYM_NONE. */
static uint32_t either_element(struct syms *syms, uint32_t fresh, uint32_t a, uint32_t b)
{
	struct sym va = *sym_get(syms, a), vb = *sym_get(syms, b);
	uint32_t of;

	if (a == b)
		return a;
	if (va.op != vb.op || va.c != vb.c ||
	    (va.op != SY_FADDR && va.op != SY_IADDR && va.op != SY_LOAD) ||
	    (va.op == SY_FADDR && va.b != vb.b))
		return SYM_NONE;
	of = either_element(syms, fresh, va.a, vb.a);
	if (of == SYM_NONE)
		return SYM_NONE;
	return sym_make(syms, (enum sym_op)va.op, of,
			va.op == SY_IADDR && va.b != vb.b ? fresh : va.b, va.c, 0);
}

/*
 * @fresh for a value that is @a on one path and @b on another. Where these are this CPU's copies of
 * elements of one array it is the copy of an element of that: a guard keeps its name.
 */
static uint32_t either_own(struct flow *fl, uint32_t fresh, uint32_t a, uint32_t b)
{
	uint32_t own;

	if (a == SYM_NONE || b == SYM_NONE || !prim_is_own(fl, a) || !prim_is_own(fl, b))
		return fresh;
	own = either_element(&fl->run->syms, fresh, a, b);
	if (own == SYM_NONE)
		return fresh;
	prim_set_own(fl, own);
	return own;
}

/* The same, with the bits that these may have. */
static uint32_t either(struct syms *syms, uint32_t fresh, uint32_t a, uint32_t b)
{
	uint64_t bits;

	if (a == SYM_NONE || b == SYM_NONE || sym_get(syms, fresh)->op != SY_FRESH)
		return fresh;
	bits = sym_bits(syms, a) | sym_bits(syms, b);
	return bits == UINT64_MAX ? fresh
				  : sym_bin(syms, FB_AND, fresh, sym_int(syms, (int64_t)bits), false);
}

/*
 * A local that was @from is @to from here on: so is what was tried in vain at that. Of constants
 * nobody knows whether an address has them from this local.
 */
static void rename_vain(struct state *s, struct syms *syms, uint32_t from, uint32_t to)
{
	if (from != SYM_NONE && !is_crisp(syms, from))
		state_rename_vain(s, syms, from, to);
}

/*
 * What differs in the memory of locals, of @s and @o, becomes one value in both where it is known
 * that it has not all of the bits that decide: flags that another one was set in. Of what else it
 * has nothing is kept, as each such value would make summaries of its own. Returns whether @s changed.
 */
static bool join_cells(struct activation *act, uint32_t block, struct state *s, struct state *o)
{
	struct syms *syms = &act->fl->run->syms;
	const uint64_t decide = act->fl->in->decide;
	bool changed = false;
	uint64_t bits;
	uint32_t i, k;

	for (i = 0; decide && i < s->n_cells; i++) {
		uint32_t addr = s->cells[i].addr, a = s->cells[i].val, fresh, both;

		for (k = 0; k < o->n_cells && o->cells[k].addr != addr; k++)
			;
		if (sym_get(syms, addr)->op != SY_LADDR || k == o->n_cells || o->cells[k].val == a ||
		    (is_crisp(syms, a) && is_crisp(syms, o->cells[k].val)))
			continue;
		bits = decide & (sym_bits(syms, a) | sym_bits(syms, o->cells[k].val));
		if (bits == decide)
			continue;
		fresh = sym_fresh(syms, addr, (uint32_t)map64_mix(act->frame->hash, block),
				  FRESH_CELL, act->frame->depth);
		both = sym_bin(syms, FB_AND, fresh, sym_int(syms, (int64_t)(bits | ~decide)), false);
		state_forget_known(o, syms, fresh);
		o->cells[k].val = both;
		if (both == a)
			continue;
		state_forget_known(s, syms, fresh);
		s->cells[i].val = both;
		changed = true;
	}
	return changed;
}

/* Makes one state of two, in @s; a value that differs is a new one. Returns whether @s changed. */
static bool merge_into(struct activation *act, uint32_t block, struct state *s, struct state *o)
{
	struct syms *syms = &act->fl->run->syms;
	bool in_loop = act->f->blocks.v[act->ff->blocks + block].loop_head, changed = false;
	const uint32_t zero = sym_int(syms, 0);
	uint32_t i;

	for (i = 0; i < s->n_env; i++) {
		uint32_t fresh, a = s->env[i], b = o->env[i];
		bool nonzero;

		if (a == b)
			continue;
		if (a != SYM_NONE && b != SYM_NONE && !state_truth(s, syms, a) &&
		    !state_truth(o, syms, b)) {
			changed |= a != zero;
			s->env[i] = zero;
			continue;
		}
		fresh = either_member(syms, flow_fresh(act->fl, act->frame, i, FRESH_JOIN + block), a, b);
		fresh = either_own(act->fl, fresh, a, b);
		if (!in_loop) /* there each time round would add some */
			fresh = either(syms, fresh, a, b);
		nonzero = a != SYM_NONE && b != SYM_NONE && state_truth(s, syms, a) == 1 &&
			  state_truth(o, syms, b) == 1;
		if (b != fresh) {
			state_forget_locks(o, syms, fresh);
			rename_vain(o, syms, b, fresh);
		}
		if (a != fresh) {
			s->env[i] = fresh;
			state_forget_known(s, syms, fresh);
			rename_vain(s, syms, a, fresh);
			changed = true;
			if (nonzero)
				state_assume(s, &act->arena, syms, fresh, true);
		} else if (!nonzero && state_truth(s, syms, fresh) == 1) {
			state_forget_known(s, syms, fresh);
			changed = true;
		}
	}
	if (!in_loop)
		changed |= join_cells(act, block, s, o);
	/* What is known of the new values was settled above. */
	return state_meet_but(s, o, &act->arena, syms, (uint32_t)act->frame->hash, 16 + block) ||
	       changed;
}

/*
 * @s comes to the head of a loop, where what is known of memory is forgotten. A
 * local stays what it was found to be: 0 or NULL where it was read from memory as
 * well; and a pointer another one where it was computed or returned.
 */
static void forget_at_loop(struct activation *act, uint32_t block, struct state *s)
{
	struct syms *syms = &act->fl->run->syms;
	bool *nonzero = ARENA_ARRAY(&act->arena, bool, s->n_env);
	uint32_t i;

	for (i = 0; i < s->n_env; i++) {
		uint32_t type = act->f->locals.v[act->ff->locals + i].type, val = s->env[i];
		uint8_t kind = type == FACTS_NONE ? FT_VOID : act->f->types.v[type].kind;
		int t;

		if (val == SYM_NONE || (kind != FT_PTR && kind != FT_INT) ||
		    (kind == FT_PTR && !sym_get(syms, val)->volatile_) ||
		    sym_is_address(syms, val))
			continue;
		t = state_truth(s, syms, val);
		if (!t)
			s->env[i] = sym_int(syms, 0);
		nonzero[i] = t == 1 && kind == FT_PTR && sym_get(syms, val)->op != SY_LOAD;
		if (!nonzero[i])
			continue;
		s->env[i] = flow_fresh(act->fl, act->frame, i, FRESH_JOIN + block);
		if (s->env[i] != val) {
			state_forget_locks(s, syms, s->env[i]);
			rename_vain(s, syms, val, s->env[i]);
		}
	}
	state_forget_volatile(s, syms, act->fl->forgets ? NULL : act->entry);
	for (i = 0; i < s->n_env; i++)
		if (nonzero[i])
			state_assume(s, &act->arena, syms, s->env[i], true);
}

/* State @s (which the callee may keep) reaches @block. */
static void arrive(struct activation *act, uint32_t block, struct state *s)
{
	const struct fact_block *blk = &act->f->blocks.v[act->ff->blocks + block];
	struct block_states *bs = &act->blocks[block];
	uint32_t i, same = UINT32_MAX, n_same = 0;

	for (i = 0; i < s->n_env; i++)
		if (!func_info_live(act->fi, block, i))
			s->env[i] = SYM_NONE;
	if (blk->loop_head)
		forget_at_loop(act, block, s);
	for (i = 0; i < bs->n; i++) {
		enum env_relation r;

		if (!state_same_property(bs->v[i].s, s) || !state_same_count(bs->v[i].s, s))
			continue;
		r = compare_env(&act->fl->run->syms, bs->v[i].s, s);
		if (r == ENV_DIFFERENT && blk->loop_head && n_same + 1 < MAX_STATES &&
		    bool_differs(act, bs->v[i].s, s))
			continue;
		same = i;
		if (r != ENV_DIFFERENT) {
			n_same = MAX_STATES;
			break;
		}
		n_same++;
	}
	if (same != UINT32_MAX && (blk->loop_head || n_same >= MAX_STATES)) {
		if (merge_into(act, block, bs->v[same].s, s)) {
			bs->v[same].pending = true;
			set_pending(act, block);
		}
		return;
	}
	if (bs->n == MAX_PROPERTIES * MAX_STATES || (!n_same && bs->n >= MAX_PROPERTIES)) {
		run_cut(act->fl, "too many combinations of locks and guards");
		return;
	}
	if (bs->n == bs->cap) {
		struct block_state *old = bs->v;

		bs->cap = bs->cap ? bs->cap * 2 : 4;
		bs->v = ARENA_ARRAY(&act->arena, struct block_state, bs->cap);
		if (bs->n)
			memcpy(bs->v, old, bs->n * sizeof(*old));
	}
	bs->v[bs->n++] = (struct block_state){ s, true };
	set_pending(act, block);
}

static unsigned int value_bits(const struct activation *act, const struct state *s, uint32_t value)
{
	struct syms *syms = &act->fl->run->syms;
	uint32_t type = act->ff->ret_type;
	int t;

	if (type == FACTS_NONE || act->f->types.v[type].kind == FT_VOID)
		return RUN_UNKNOWN;
	t = state_truth(s, syms, value);
	if (t <= 0)
		return t ? RUN_UNKNOWN : RUN_ZERO;
	value = sym_bin(syms, FB_LT, value, sym_int(syms, 0), false);
	return state_truth(s, syms, value) == 1 ? RUN_NEGATIVE : RUN_NONZERO;
}

/* Notes that @act returns though attempts failed. */
static void leave_in_vain(const struct activation *act, const struct state *s)
{
	struct run *run = act->fl->run;
	size_t i;

	for (i = 0; i < run->tries.n && i < STATE_MAX_IN_VAIN; i++)
		if (s->in_vain >> i & 1 && act->frame->depth < run->tries.v[i].left)
			run->tries.v[i].left = act->frame->depth;
}

/* Whether acquire @id is of a word: whoever takes one may well leave it to somebody else. */
static bool is_word(const struct run *run, uint32_t id)
{
	return run->acquires.v[id].rule && run->acquires.v[id].rule->word;
}

/* What the address @addr begins at: a variable, a parameter, a value. */
static const struct sym *root_of(const struct syms *syms, uint32_t addr)
{
	const struct sym *v = sym_get(syms, addr);

	while (v->op == SY_FADDR || v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	return v;
}

/* Whether the address @lock is stored where @frame's caller finds it. */
static bool is_told(const struct syms *syms, const struct state *s, const struct frame *frame,
		    uint32_t lock)
{
	uint32_t i;

	for (i = 0; i < s->n_cells; i++) {
		const struct sym *v = root_of(syms, s->cells[i].addr);

		if (s->cells[i].val == lock && (v->op != SY_LADDR || v->a != frame->depth))
			return true;
	}
	return false;
}

/* Notes what a return leaves that the function did not find, or the other way round. */
static void add_leave(struct activation *act, const struct state *s, uint32_t value,
		      const struct fact_loc *loc)
{
	const struct state *entry = act->entry;
	struct run *run = act->fl->run;
	struct run_leave l = { .frame = act->frame, .loc = *loc,
			       .value = value_bits(act, s, value), .strays = s->strays };
	uint64_t key = map64_mix(act->frame->hash, (uint64_t)loc->line << 32 | loc->col);
	uint32_t bits;
	uint8_t i, k;

	for (i = 0; i < s->n_held; i++) {
		for (k = 0; k < entry->n_held; k++)
			if (entry->held[k].acquire == s->held[i].acquire)
				break;
		if (k < entry->n_held || is_word(run, s->held[i].acquire))
			continue;
		l.told |= (uint8_t)(is_told(&run->syms, s, act->frame, s->held[i].addr) << l.n_held);
		l.lost |= (uint8_t)(s->held[i].lost << l.n_held);
		l.held[l.n_held++] = s->held[i].acquire;
		key = map64_mix(key, s->held[i].acquire);
	}
	l.guards = s->guards;
	guards_set(&l.guards, GUARD_IRQS_OFF, 0);
	for (i = 0; i < entry->guards.n; i++)
		if (entry->guards.v[i].guard != GUARD_IRQS_OFF)
			guards_add(&l.guards, entry->guards.v[i].guard, -entry->guards.v[i].count);
	key = guards_mix(key, &l.guards);
	if (!l.n_held && !l.guards.n) {
		bits = map64_get(&run->balanced, act->frame->hash);
		map64_put(&run->balanced, act->frame->hash,
			  (bits == MAP64_EMPTY ? 0 : bits) | l.value);
		return;
	}
	bits = map64_get(&act->fl->leave_seen, key);
	if (bits != MAP64_EMPTY) {
		run->leaves.v[bits].value |= l.value;
		run->leaves.v[bits].told &= l.told;
		run->leaves.v[bits].lost &= l.lost;
		run->leaves.v[bits].strays &= l.strays;
		return;
	}
	map64_put(&act->fl->leave_seen, key, (uint32_t)run->leaves.n);
	vec_push(&run->leaves, l);
	keep_frame(act->fl);
}

static void add_return(struct activation *act, const struct state *s, uint32_t value,
		       const struct fact_loc *loc)
{
	struct run_return r = { .loc = *loc, .value = value_bits(act, s, value) };
	struct run *run = act->fl->run;
	size_t i;
	uint8_t k;

	for (k = 0; k < s->n_held; k++)
		if (!is_word(run, s->held[k].acquire))
			r.held[r.n_held++] = s->held[k].acquire;
	for (i = 0; i < run->returns.n; i++) {
		struct run_return *o = &run->returns.v[i];

		if (o->loc.line != loc->line || o->loc.col != loc->col || o->n_held != r.n_held ||
		    memcmp(o->held, r.held, r.n_held * sizeof(*r.held)) != 0)
			continue;
		o->value |= r.value;
		return;
	}
	vec_push(&run->returns, r);
}

static bool stores_int(const struct state *s, const struct syms *syms, uint32_t addr, int64_t val)
{
	uint32_t v = state_cell(s, addr);
	int64_t is;

	return v != SYM_NONE && sym_is_int(syms, v, &is) && is == val;
}

/* What is known of the members of @value, if that is an object that the run came by. */
static void note_made(const struct activation *act, const struct state *s, uint32_t value)
{
	struct run *run = act->fl->run;
	struct syms *syms = &run->syms;
	uint32_t object = value, i, n = 0;
	int64_t val;

	while (sym_get(syms, object)->op == SY_FADDR)
		object = sym_get(syms, object)->a;
	/* One that was there before may have been made otherwise. */
	if (sym_get(syms, object)->op == SY_LOAD) {
		run->made.n = 0;
		run->n_makes++;
	}
	if (sym_get(syms, object)->op != SY_FRESH)
		return;
	for (i = 0; !run->n_makes && i < s->n_cells; i++) {
		const struct sym *at = sym_get(syms, s->cells[i].addr);

		if (at->op == SY_FADDR && at->a == object && sym_is_int(syms, s->cells[i].val, &val))
			vec_push(&run->made, ((struct run_made){ at->c, at->b, val }));
	}
	for (i = 0; i < run->made.n; i++) {
		const struct run_made *m = &run->made.v[i];

		if (stores_int(s, syms, sym_faddr(syms, object, m->record, m->field), m->val))
			run->made.v[n++] = *m;
	}
	run->made.n = n;
	run->n_makes++;
}

static void leave(struct activation *act, const struct state *s, uint32_t value,
		  const struct fact_loc *loc)
{
	struct syms *syms = &act->fl->run->syms;
	struct exits *ex = act->exits;
	struct state *out;
	uint32_t i, n_same = 0, last = UINT32_MAX;

	leave_in_vain(act, s);
	if (!act->fl->input->decide)
		add_leave(act, s, value, loc);
	if (act->fl->input->returns && !act->frame->up)
		add_return(act, s, value, loc);
	if (act->fl->input->makes && !act->frame->up)
		note_made(act, s, value);
	out = state_clone(act->out, s);
	if (sym_get(syms, value)->op == SY_LOAD) { /* a record by value? */
		uint32_t from = sym_get(syms, value)->a;
		uint32_t to = local_addr(act, RESULT_LOCAL);

		if (sym_get(syms, from)->op == SY_LADDR) {
			/* What another call returned was kept in the same place. */
			state_forget_known(out, syms, to);
			copy_record(act->fl, out, act->out, from, to);
			value = sym_make(syms, SY_LOAD, to, 0, 0, 0);
		}
	}
	/* The frame's own memory is gone, and what it read anew for a lock that it hands out. */
	for (i = 0; i < out->n_cells;) {
		const struct sym *v = root_of(syms, out->cells[i].addr);

		if ((v->op == SY_LADDR && v->a == act->frame->depth && v->b != RESULT_LOCAL) ||
		    (out->n_held > act->entry->n_held && recheck_is_new(syms, out->cells[i].val))) {
			memmove(&out->cells[i], &out->cells[i + 1],
				(out->n_cells - i - 1) * sizeof(*out->cells));
			out->n_cells--;
		} else {
			i++;
		}
	}
	for (i = 0; i < ex->n; i++) {
		if (!state_same_property(ex->v[i].s, out))
			continue;
		last = i;
		if (ex->v[i].value == value) {
			state_meet(ex->v[i].s, out, act->out, syms);
			return;
		}
		if (!is_crisp(syms, ex->v[i].value) && !is_crisp(syms, value)) {
			n_same = MAX_EXITS;
			break;
		}
		n_same++;
	}
	if (n_same >= MAX_EXITS) {
		struct exit *e = &ex->v[last];
		uint32_t fresh = either_member(syms, flow_fresh(act->fl, act->frame, 0, FRESH_RESULT),
					       e->value, value);
		bool nonzero = state_truth(e->s, syms, e->value) == 1 &&
			       state_truth(out, syms, value) == 1;

		state_meet(e->s, out, act->out, syms);
		e->value = fresh;
		state_forget_known(e->s, syms, fresh);
		if (nonzero)
			state_assume(e->s, act->out, syms, fresh, true);
		return;
	}
	vec_push(ex, ((struct exit){ out, value }));
}

/* --- calls --- */

/* Adds @pt, once for each of the locks, guards and fields of @s, which it gets. */
static void push_point(struct activation *act, const struct state *s, struct point *pt)
{
	struct run *run = act->fl->run;
	uint64_t key = map64_mix(pt->callee, (uint64_t)pt->via_pointer << 1 | pt->entered |
						     (uint64_t)pt->callback << 2 |
						     (uint64_t)pt->looked << 3);
	uint8_t i;

	for (i = 0; i < s->n_held; i++) {
		pt->held[i] = s->held[i].acquire;
		pt->doubtful |= (uint8_t)(s->held[i].doubtful << i);
		key = map64_mix(key, pt->held[i]);
	}
	key = map64_mix(key, pt->doubtful);
	key = guards_mix(key, &s->guards);
	/* What was come to without any field needs none. */
	if (map64_get(&act->fl->point_seen, key) != MAP64_EMPTY)
		return;
	pt->map_fields = prim_path_fields(act->fl, s);
	if (pt->map_fields) {
		key = map64_mix(key, pt->map_fields);
		if (map64_get(&act->fl->point_seen, key) != MAP64_EMPTY)
			return;
	}
	map64_put(&act->fl->point_seen, key, (uint32_t)run->points.n);
	vec_push(&run->points, *pt);
	keep_frame(act->fl);
}

static void add_point(struct activation *act, const struct state *s, const struct fact_insn *insn,
		      uint32_t callee, bool via_pointer, bool entered)
{
	const struct func *fn = &act->fl->in->p->funcs.v[callee];
	struct point pt = { .callee = callee, .loc = insn->loc, .func = act->frame->func,
			    .frame = act->frame, .guards = s->guards, .n_held = s->n_held };

	/* A macro that the rules made a function of is no place to attach to. */
	if (!s->n_held || fn->percpu || (fn->value && fn->value->header))
		return;
	/* Of what a program calls only the releases are looked at. */
	if (act->fl->input->nested && (!fn->lock || fn->lock->does != LOCK_RELEASE))
		return;
	pt.entered = entered;
	pt.via_pointer = via_pointer;
	pt.looked = act->fl->looking;
	pt.at_entry = fn->lock && fn->lock->does == LOCK_RELEASE;
	pt.at_exit = fn->lock && fn->lock->does != LOCK_RELEASE;
	pt.blocking = fn->lock && fn->lock->does == LOCK_ACQUIRE;
	push_point(act, s, &pt);
}

/* The function that is being run calls one of a program's. */
static void add_callback(struct activation *act, const struct state *s, const struct fact_insn *insn)
{
	uint32_t func = act->frame->func;
	struct point pt = { .callee = func, .callback = true, .via_pointer = true, .entered = true,
			    .loc = insn->loc, .func = func, .frame = act->frame,
			    .guards = s->guards, .n_held = s->n_held };

	if (s->n_held && !act->fl->input->nested)
		push_point(act, s, &pt);
}

/* The innermost activation of @func at @fr or above, or NULL. */
static const struct frame *on_stack(const struct frame *fr, uint32_t func)
{
	while (fr && fr->func != func)
		fr = fr->up;
	return fr;
}

/*
 * @callee is not followed, as it is being run already. It may be there to release
 * what was taken since then.
 */
static void lose_locks(struct activation *act, struct state *s, uint32_t callee)
{
	const struct frame *first = on_stack(act->frame, callee);
	const struct run *run = act->fl->run;
	uint8_t i;

	if (!act->fl->in->p->funcs.v[callee].touches_direct)
		return;
	for (i = 0; i < s->n_held; i++)
		s->held[i].lost |= run->acquires.v[s->held[i].acquire].frame->depth > first->depth;
}

static bool is_beyond(const struct activation *act, uint32_t func)
{
	return func_is_beyond(act->fl->in->p, func);
}

/*
 * Whether an entry point beyond the scope goes on into @callee, which stands
 * beside it: inline functions, and those that only functions of their own unit
 * call. With a lock held these are places where programs run, whatever they do.
 */
static bool goes_beside(const struct activation *act, const struct state *s, uint32_t callee)
{
	const struct func *fn = &act->fl->in->p->funcs.v[callee];

	if (!is_beyond(act, act->fl->input->func))
		return false;
	return fn->touches_direct ? fn->flags & FF_HEADER || fn->beside : fn->beside && s->n_held;
}

/*
 * Whether a run that is not nested follows @callee, a function beyond the scope.
 * It is an entry point itself, if it takes a lock; so another entry point beyond
 * the scope enters it only for what it leaves (a lock wrapper), and if that is
 * near. One of the scope never does.
 */
static bool followed_beyond(struct activation *act, const struct state *s, uint32_t callee,
			    const struct fact_insn *insn, const uint32_t *args)
{
	const struct summary *sm;

	if (act->fl->input->decide || !is_beyond(act, act->fl->input->func) ||
	    !act->fl->in->p->funcs.v[callee].touches_direct)
		return false;
	sm = summary_of(act->fl, s, callee, args, insn->n_args);
	return sm->open && sm->steps <= NEAR_STEPS;
}

/* Whether @callee is followed for its value alone: it is small, and goes round nothing. */
static bool followed_for_value(const struct activation *act, uint32_t callee,
			       const struct fact_insn *insn)
{
	const struct fact_func *ff = func_fact(act->fl->in->p, &act->fl->in->p->funcs.v[callee]);

	return insn->dst != FACTS_NONE && ff->n_blocks <= SMALL_BLOCKS &&
	       !func_info(act->fl->in, callee)->has_loop;
}

/*
 * A function is followed where it can change the state: where it reaches a lock
 * or a guard. While a lock is held all functions are, because what they call
 * are places where a program runs.
 */
static bool followed(struct activation *act, const struct state *s, uint32_t callee,
		     const struct fact_insn *insn, const uint32_t *args)
{
	const struct func *fn = &act->fl->in->p->funcs.v[callee];
	const struct run_input *input = act->fl->input;

	if (!fn->defined || act->frame->depth >= MAX_DEPTH || on_stack(act->frame, callee))
		return false;
	if (input->nested && func_only_holds(act->fl->in->p, callee) &&
	    !func_only_holds(act->fl->in->p, act->frame->func))
		return false;
	if (is_beyond(act, callee) && !input->nested && !goes_beside(act, s, callee))
		return followed_beyond(act, s, callee, insn, args) ||
		       (fn->flags & FF_HEADER && !fn->touches && followed_for_value(act, callee, insn));
	/* What goes on in the scope is seen from the scope's own entry points. */
	if (!is_beyond(act, callee) && !input->nested && is_beyond(act, input->func) &&
	    !(fn->flags & FF_HEADER))
		return false;
	/* Callees of another unit give back what they take; those of this one may not. */
	if (input->by_name) {
		if (fn->touches_direct)
			return true;
	} else if (input->own_unit) {
		if (!(fn->flags & FF_HEADER) &&
		    fn->unit != act->fl->in->p->funcs.v[act->frame->func].unit)
			return false;
		if (fn->touches_direct)
			return true;
	} else if (input->decide || s->n_held || (input->nested ? fn->touches : fn->touches_direct)) {
		return true;
	}
	return followed_for_value(act, callee, insn);
}

/* @lock is handed to a function that is not followed, which may release it, or tell where it is. */
static void lose_lock(struct state *s, uint32_t lock)
{
	uint8_t i;

	for (i = 0; i < s->n_held; i++)
		s->held[i].lost |= s->held[i].addr == lock;
}

/* A callee that is not followed: its result is new, and it may write where it is pointed to. */
static uint32_t opaque_call(struct activation *act, struct state *s, const struct fact_insn *insn,
			    const uint32_t *args)
{
	struct syms *syms = &act->fl->run->syms;
	uint32_t i, r;

	for (i = 0; i < insn->n_args; i++) {
		uint32_t a = args[i];

		lose_lock(s, a);
		words_handed(act->fl, s, a);
		if (root_of(syms, a)->op == SY_LADDR) {
			state_forget(s, syms, a);
			state_forget_known(s, syms, a);
		}
	}
	r = flow_fresh(act->fl, act->frame, (uint32_t)(insn - act->f->insns.v), FRESH_CALL);
	state_forget_known(s, syms, r);
	return r;
}

static void exec(struct flow *fl, const struct frame *frame, const struct state *s,
		 struct arena *out, struct exits *ret);

/*
 * Goes through the function of @fr; where what its callers know has it never come back, a loop
 * waits for that to change: so once more without.
 */
static void exec_until_back(struct flow *fl, const struct frame *fr, const struct state *s,
			    struct arena *out, struct exits *ret)
{
	exec(fl, fr, s, out, ret);
	if (ret->n || fl->run->cut || fl->forgets || !func_info(fl->in, fr->func)->has_loop)
		return;
	fl->forgets = true;
	exec(fl, fr, s, out, ret);
	fl->forgets = false;
}

/* The same, unless the run has done just that before. */
static void exec_or_recall(struct flow *fl, const struct frame *fr, const struct state *s,
			   struct arena *out, struct exits *ret)
{
	struct func_info *fi = func_info(fl->in, fr->func);
	uint64_t key = fi->costly ? recall_key(fl, fr, s) : 0, before = fl->run->steps;
	bool knew = fi->costly;

	if (knew && recall_find(fl, key, out, ret))
		return;
	exec_until_back(fl, fr, s, out, ret);
	before = fl->run->steps - before;
	if (before < RECALL_STEPS || fl->run->cut)
		return;
	fi->costly = true;
	if (knew)
		recall_keep(fl, key, before, ret);
}

static void enter(struct activation *act, struct state *s, const struct fact_insn *insn,
		  uint32_t callee, const uint32_t *args, const struct sym *through,
		  struct exits *ret)
{
	struct flow *fl = act->fl;
	struct arena_mark mark = arena_mark(&fl->run->arena);
	struct frame *fr = ARENA_NEW(&fl->run->arena, struct frame);
	uint64_t kept = fl->kept;
	uint32_t *env = s->env, n_env = s->n_env, i;
	struct exits ex = { 0 };
	struct aside as;

	fr->up = act->frame;
	fr->func = callee;
	fr->call = insn->loc;
	fr->via_pointer = through != NULL;
	if (through) {
		fr->via_record = through->c;
		fr->via_field = through->b;
	}
	fr->args = arena_memdup(&fl->run->arena, args, insn->n_args * sizeof(*args));
	fr->n_args = insn->n_args;
	fr->depth = act->frame->depth + 1;
	fr->hash = map64_mix(act->frame->hash,
			     (uint64_t)callee << 32 | (uint32_t)(insn - act->f->insns.v));
	as = aside_take(fl, fr, s, &act->arena);
	exec_or_recall(fl, fr, s, &act->arena, &ex);
	aside_give(&as, s, &act->arena); /* the caller still asks what was known before */
	/* Most calls have nothing to show: their frames go. */
	if (fl->kept == kept)
		arena_return(&fl->run->arena, &mark);
	for (i = 0; i < ex.n; i++) {
		ex.v[i].s->env = arena_memdup(&act->arena, env, n_env * sizeof(*env));
		ex.v[i].s->n_env = n_env;
		aside_give(&as, ex.v[i].s, &act->arena);
		state_settle_locals(ex.v[i].s, s, &fl->run->syms);
		vec_push(ret, ex.v[i]);
	}
	vec_release(&ex);
}

/*
 * Whether to look into @callee, which is not followed, for the programs that are run further down:
 * they may want what is held. The rest of what it does is not asked for.
 */
static bool looked_into(const struct activation *act, const struct state *s, uint32_t callee)
{
	const struct run_input *input = act->fl->input;
	const struct func *fn = &act->fl->in->p->funcs.v[callee];

	return s->n_held && fn->runs && fn->defined && is_beyond(act, input->func) &&
	       act->frame->depth < MAX_DEPTH && !on_stack(act->frame, callee) && !input->nested &&
	       !input->decide && !input->own_unit && !input->by_name;
}

/*
 * Whether @callee is called the first time with what @s holds and has raised, and with such
 * arguments, as far as it is known which are 0, or another constant.
 */
static bool first_look(struct flow *fl, const struct state *s, uint32_t callee,
		       const uint32_t *args, uint32_t n_args)
{
	uint64_t key = guards_mix(callee, &s->guards);
	int64_t val;
	uint32_t i;

	for (i = 0; i < s->n_held; i++)
		key = map64_mix(key, s->held[i].acquire);
	for (i = 0; i < n_args; i++) {
		key = map64_mix(key, (uint64_t)state_truth(s, &fl->run->syms, args[i]));
		if (sym_is_int(&fl->run->syms, args[i], &val))
			key = map64_mix(key, (uint64_t)val);
	}
	if (map64_get(&fl->look_seen, key) != MAP64_EMPTY)
		return false;
	map64_put(&fl->look_seen, key, 1);
	return true;
}

/*
 * Goes through @callee for what is called there, and comes back to where it was. The run has its
 * bound for itself: what is looked into has another. Returns whether it was gone through to its
 * end, now or before.
 */
static bool look_into(struct activation *act, const struct state *s, const struct fact_insn *insn,
		      uint32_t callee, const uint32_t *args, const struct sym *through)
{
	struct flow *fl = act->fl;
	uint64_t before = fl->run->steps, max = fl->max_steps;
	bool outermost = !fl->looking, whole;
	struct exits ex = { 0 };

	if (fl->run->cut || fl->look_steps >= LOOK_ALL_STEPS ||
	    !first_look(fl, s, callee, args, insn->n_args))
		return fl->look_steps < LOOK_ALL_STEPS;
	if (outermost) {
		fl->looking = true;
		fl->max_steps = before + LOOK_STEPS;
	}
	enter(act, state_clone(&act->arena, s), insn, callee, args, through, &ex);
	vec_release(&ex);
	whole = !fl->run->cut;
	if (outermost) {
		fl->looking = false;
		fl->run->cut = NULL;
		fl->look_steps += fl->run->steps - before;
		fl->max_steps = max + fl->run->steps - before;
	}
	return whole;
}

/* Calls @callee, which is no primitive or has more to it than what rules say of it. */
static void go_through(struct activation *act, struct state *s, const struct fact_insn *insn,
		       uint32_t callee, const uint32_t *args, const struct sym *through,
		       struct exits *ret)
{
	const struct func *fn = &act->fl->in->p->funcs.v[callee];
	struct prim_call pc = { .fl = act->fl, .arena = &act->arena, .frame = act->frame,
				.insn = insn, .f = act->f, .callee = callee, .args = args };
	bool follow = followed(act, s, callee, insn, args), again = on_stack(act->frame, callee);
	bool look = !follow && looked_into(act, s, callee);

	/* What a function further up calls has points from there. */
	if (again)
		lose_locks(act, s, callee);
	if (!fn->lock)
		add_point(act, s, insn, callee, through != NULL, follow || again || look);
	if (look && !look_into(act, s, insn, callee, args, through))
		add_point(act, s, insn, callee, through != NULL, false);
	if (follow && act->fl->input->nested && fn->touches && is_beyond(act, callee)) {
		const struct summary *sm = summary_of(act->fl, s, callee, args, insn->n_args);

		summary_apply(&pc, s, sm);
		if (sm->returns)
			vec_push(ret, ((struct exit){ s, opaque_call(act, s, insn, args) }));
		return;
	}
	if (follow) {
		enter(act, s, insn, callee, args, through, ret);
	} else {
		uint32_t value = prim_string(&pc);

		if (value == SYM_NONE)
			value = opaque_call(act, s, insn, args);
		vec_push(ret, ((struct exit){ s, value }));
	}
}

/* An acquire or release that takes and gives other locks before: @pc's. */
static void lock_after_body(struct activation *act, struct state *s, const struct fact_insn *insn,
			    const struct prim_call *pc, const struct sym *through, struct exits *ret)
{
	const enum lock_does does = act->fl->in->p->funcs.v[pc->callee].lock->does;
	struct exits body = { 0 }, taken = { 0 };
	size_t i, k;

	go_through(act, s, insn, pc->callee, pc->args, through, &body);
	for (i = 0; i < body.n; i++) {
		vec_clear(&taken);
		prim_lock(pc, body.v[i].s, &taken);
		for (k = 0; k < taken.n; k++) {
			if (taken.v[k].s->n_held && does == LOCK_ACQUIRE)
				add_point(act, taken.v[k].s, insn, pc->callee, through != NULL, false);
			vec_push(ret, taken.v[k]);
		}
	}
	vec_release(&body);
	vec_release(&taken);
}

static void call_func(struct activation *act, struct state *s, const struct fact_insn *insn,
		      uint32_t callee, const uint32_t *args, const struct sym *through,
		      struct exits *ret)
{
	const struct func *fn = &act->fl->in->p->funcs.v[callee];
	struct prim_call pc = { .fl = act->fl, .arena = &act->arena, .frame = act->frame,
				.insn = insn, .f = act->f, .callee = callee, .args = args };

	if (fn->lock) {
		size_t first = ret->n, i;

		/* A release's entry is still inside the section, an acquire's exit already is. */
		if (fn->lock->does == LOCK_RELEASE)
			add_point(act, s, insn, callee, through != NULL, false);
		if (fn->lock->body) {
			lock_after_body(act, s, insn, &pc, through, ret);
			return;
		}
		prim_lock(&pc, s, ret);
		if (act->fl->input->nested && func_wakes(fn)) {
			ret->n = first;
			go_through(act, s, insn, callee, args, through, ret);
		}
		if (rule_lock_takes(fn->lock)) {
			for (i = first; i < ret->n; i++)
				if (ret->v[i].s->n_held)
					add_point(act, ret->v[i].s, insn, callee, through != NULL, false);
		}
		return;
	}
	if (fn->percpu) {
		vec_push(ret, ((struct exit){ s, prim_percpu(&pc, s) }));
		return;
	}
	if (fn->counter) {
		uint32_t guard = prim_counter_guard(&pc);

		if (guard != FACTS_NONE) {
			vec_push(ret, ((struct exit){ s, prim_counter(&pc, s, guard) }));
			return;
		}
	}
	if (fn->word && prim_word(&pc, s, ret))
		return;
	if (fn->value && fn->value->is == VALUE_DEAD_END && act->fl->input->nested)
		return;
	if (fn->value && fn->value->is == VALUE_COUNT_CHANGED && act->fl->input->nested) {
		prim_count_changed(&pc, s, ret);
		return;
	}
	if (fn->value) {
		uint32_t value = prim_value(&pc, s);

		if (value == SYM_NONE) {
			add_point(act, s, insn, callee, through != NULL, false);
			value = opaque_call(act, s, insn, args);
		}
		vec_push(ret, ((struct exit){ s, value }));
		return;
	}
	go_through(act, s, insn, callee, args, through, ret);
}

/* Whether a guard is up that would stop what a program calls. */
static bool guarded(const struct interp *in, const struct state *s)
{
	uint8_t i;

	for (i = 0; i < s->guards.n; i++)
		if (!in->decisive || map64_get(in->decisive, s->guards.v[i].guard) != MAP64_EMPTY)
			return true;
	return false;
}

/*
 * A call of one of the @n functions of @t beyond the scope. Nobody knows which: most of them are not
 * what the object at hand has there. But what each of them waits for is waited for.
 */
static void take_in_common(struct activation *act, const struct state *s,
			   const struct fact_insn *insn, const struct member_target *t, size_t n,
			   const uint32_t *args)
{
	const struct program *p = act->fl->in->p;
	struct prim_call pc = { .fl = act->fl, .arena = &act->arena, .frame = act->frame,
				.insn = insn, .f = act->f, .args = args };
	const struct summary *sm[MAX_COMMON];
	uint32_t last = FACTS_NONE;
	size_t i, n_sm = 0;

	for (i = 0; i < n; i++) {
		if (t[i].holds || t[i].func == last)
			continue;
		last = t[i].func;
		if (n_sm == MAX_COMMON || !p->funcs.v[last].touches ||
		    !followed(act, s, last, insn, args))
			return;
		pc.callee = last;
		sm[n_sm++] = summary_of(act->fl, s, last, args, insn->n_args);
	}
	if (n_sm)
		summary_apply_common(&pc, s, sm, n_sm);
}

/* What a call through a member goes to. */
struct call_targets {
	const struct member_target *t;
	size_t n;
	size_t distinct; /* functions that it may go to; tables that are known leave some out */
	enum one_table least; /* how surely it goes to those */
	bool follow;
};

static bool is_target(const struct activation *act, const struct state *s, uint32_t at,
		      const struct call_targets *c, size_t i)
{
	return at == SYM_NONE ||
	       table_has(act->fl->in->p, &act->fl->run->syms, s, at, c->t[i].func) >= c->least;
}

static void count_targets(const struct activation *act, const struct state *s, uint32_t at,
			  struct call_targets *c)
{
	const struct program *p = act->fl->in->p;
	uint32_t last = FACTS_NONE;
	size_t i;

	c->distinct = 0;
	c->follow = false;
	for (i = 0; i < c->n; i++) {
		if (c->t[i].holds || !is_target(act, s, at, c, i))
			continue;
		c->distinct += c->t[i].func != last;
		last = c->t[i].func;
		c->follow |= p->funcs.v[last].touches;
	}
}

/*
 * The functions that a call through @through in @s may go to, and whether they are followed. @at:
 * the address that the pointer is read from, if it is that of the member alone, or SYM_NONE.
 *
 * With nothing held and no guard raised that counts the targets tell nothing that their own runs do
 * not tell: whatever is assigned to a member is an entry point too. Beyond the scope only one that
 * is sure is followed: one that is alone, or in the tables that are known.
 */
static struct call_targets find_targets(const struct activation *act, const struct state *s,
					const struct sym *through, uint32_t at)
{
	const struct interp *in = act->fl->in;
	const struct run_input *input = act->fl->input;
	struct call_targets c = { .least = ONE_TABLE_MAYBE };
	bool beyond = is_beyond(act, act->frame->func);

	c.t = program_targets(in->p, through->c, through->b, &c.n);
	count_targets(act, s, at, &c);
	if (beyond && c.distinct > 1) {
		struct call_targets sure = c;

		sure.least = ONE_TABLE_YES;
		count_targets(act, s, at, &sure);
		if (at != SYM_NONE && sure.distinct == 1)
			c = sure;
	}
	c.follow &= c.distinct && c.distinct <= INTERP_MAX_TARGETS && !input->own_unit &&
		    (c.distinct == 1 || !beyond) && !input->by_name &&
		    (input->nested || s->n_held || guarded(in, s) || c.distinct == 1);
	return c;
}

/* A call through member @through of some record; @at as for find_targets(). */
static void call_member(struct activation *act, struct state *s, const struct fact_insn *insn,
			const struct sym *through, uint32_t at, const uint32_t *args,
			struct exits *ret)
{
	struct interp *in = act->fl->in;
	struct syms *syms = &act->fl->run->syms;
	struct call_targets to = find_targets(act, s, through, at);
	const struct member_target *t = to.t;
	bool by_kind = through->c == in->ops_record && s->kind == FACTS_NONE;
	uint32_t last = FACTS_NONE, shown = FACTS_NONE;
	bool tell = at != SYM_NONE && to.distinct > 1;
	size_t i, k, first;

	for (i = 0; i < to.n; i++) {
		struct state *c;

		if (!to.follow || t[i].holds) {
			if (t[i].func != shown)
				add_point(act, s, insn, t[i].func, true, false);
			shown = t[i].func;
			continue;
		}
		if (!by_kind && t[i].func == last)
			continue;
		last = t[i].func;
		if (by_kind && (t[i].var == FACTS_NONE || !find_kind(in, t[i].var)))
			continue;
		if (!is_target(act, s, at, &to, i))
			continue;
		c = state_clone(&act->arena, s);
		if (by_kind)
			c->kind = t[i].var;
		first = ret->n;
		if (tell)
			table_entered(c, syms, at, t[i].func);
		call_func(act, c, insn, t[i].func, args, through, ret);
		/* The next call through the member may be of any, as before. */
		for (k = first; tell && k < ret->n; k++)
			table_left(ret->v[k].s, at);
		/* One kind was tried; the caller still does not know which it was. */
		for (k = first; by_kind && k < ret->n; k++)
			ret->v[k].s->kind = FACTS_NONE;
	}
	if (to.follow && to.least == ONE_TABLE_MAYBE)
		return;
	if (!to.follow && act->fl->input->nested && is_beyond(act, act->frame->func))
		take_in_common(act, s, insn, t, to.n, args);
	vec_push(ret, ((struct exit){ s, opaque_call(act, s, insn, args) }));
}

/* Whether @addr is in a constant table of a unit that was not read: nobody knows what it has there. */
static bool in_unread_table(const struct activation *act, uint32_t addr)
{
	const struct sym *v = sym_get(&act->fl->run->syms, addr);
	const struct program *p = act->fl->in->p;
	const struct gvar *g;

	if (v->op != SY_GADDR)
		return false;
	g = &p->gvars.v[v->a];
	return !g->defined && p->units[g->unit].facts.vars.v[g->fact].flags & FV_CONST;
}

/* Whether @type is that of pointers to functions of programs. */
static bool is_callback_type(const struct activation *act, uint32_t type)
{
	const struct fact_type *t = type != FACTS_NONE ? &act->f->types.v[type] : NULL;

	return t && t->kind == FT_PTR && t->name &&
	       map64_get(&act->fl->in->callback_types, t->name) != MAP64_EMPTY;
}

/* Whether @insn calls a function of a program: what it calls is of the type of such, cast or not. */
static bool is_callback(const struct activation *act, const struct fact_insn *insn)
{
	const struct fact_expr *x = &act->f->exprs.v[insn->val];

	while (!is_callback_type(act, x->type)) {
		if (x->op != FX_CAST && x->op != FX_DEREF)
			return false;
		x = &act->f->exprs.v[x->a];
	}
	return true;
}

static void call(struct activation *act, struct state *s, const struct fact_insn *insn,
		 struct exits *ret)
{
	struct syms *syms = &act->fl->run->syms;
	uint32_t callee = flow_eval(act, s, insn->val), i, at;
	uint32_t *args = ARENA_ARRAY(&act->arena, uint32_t, insn->n_args);
	static const struct sym unnamed;
	struct sym v, a;

	for (i = 0; i < insn->n_args; i++)
		args[i] = flow_eval(act, s, act->f->arglist.v[insn->args + i]);
	v = *sym_get(syms, callee);
	if (v.op == SY_FUNC) {
		/* Known, but called through a pointer: so it exists out of line. */
		bool direct = act->f->exprs.v[expr_strip(act->f, insn->val)].op == FX_FUNC;

		call_func(act, s, insn, v.a, args, direct ? NULL : &unnamed, ret);
		return;
	}
	if (v.op == SY_INT)
		return; /* a call of NULL: this path does not exist */
	if (is_callback(act, insn))
		add_callback(act, s, insn);
	if (v.op == SY_LOAD) {
		a = *sym_get(syms, v.a);
		at = a.op == SY_FADDR ? v.a : SYM_NONE;
		if (a.op == SY_IADDR) /* a table of functions in a member */
			a = *sym_get(syms, a.a);
		if (a.op == SY_GADDR) {
			a.b = a.a;
			a.c = TARGET_VARIABLE;
			a.op = SY_FADDR;
		} else if (a.op == SY_FADDR && in_unread_table(act, a.a)) {
			a.op = SY_FRESH;
		}
		if (a.op == SY_FADDR) {
			call_member(act, s, insn, &a, at, args, ret);
			return;
		}
	}
	vec_push(ret, ((struct exit){ s, opaque_call(act, s, insn, args) }));
}

/* --- blocks --- */

/* Whether @val is read from a local of one of @frame's callers. */
static bool is_callers_local(const struct syms *syms, const struct frame *frame, uint32_t val)
{
	const struct sym *v = sym_get(syms, val);

	if (v->op == SY_UN)
		return is_callers_local(syms, frame, v->a);
	if (v->op == SY_BIN)
		return is_callers_local(syms, frame, v->a) || is_callers_local(syms, frame, v->b);
	if (v->op != SY_LOAD)
		return false;
	v = root_of(syms, v->a);
	return v->op == SY_LADDR && v->a < frame->depth;
}

/*
 * A function that is there to release looks at what a caller keeps in a local, and of that nothing
 * is known any more, as paths met since it was stored. It may say whether the lock is held; so
 * where the function keeps one that it found, that is no fault.
 */
static void lose_by_local(struct activation *act, struct state *s, uint32_t cond)
{
	uint8_t i, k;

	if (!act->entry->n_held || !s->n_held ||
	    !is_callers_local(&act->fl->run->syms, act->frame, cond) ||
	    !func_only_releases(act->fl->in->p, act->frame->func))
		return;
	for (i = 0; i < s->n_held; i++)
		for (k = 0; k < act->entry->n_held; k++)
			s->held[i].lost |= act->entry->held[k].acquire == s->held[i].acquire;
}

static void branch(struct activation *act, struct state *s, const struct fact_block *blk)
{
	struct syms *syms = &act->fl->run->syms;
	uint32_t cond = flow_eval(act, s, blk->cond);
	int t = state_truth(s, syms, cond);
	struct state *o;

	if (t >= 0) {
		arrive(act, blk->succ[t ? 0 : 1], s);
		return;
	}
	lose_by_local(act, s, cond);
	o = state_clone(&act->arena, s);
	if (state_assume(s, &act->arena, syms, cond, true))
		arrive(act, blk->succ[0], s);
	if (state_assume(o, &act->arena, syms, cond, false))
		arrive(act, blk->succ[1], o);
}

/* With this many cases or more nothing is noted of the default: it would be forgotten again. */
#define SWITCH_NOTED 9

/*
 * A switch over one field after the other of those that a map's values have, @bits: what it does of
 * one that is not listed is what it does by default.
 */
static void switch_fields(struct activation *act, struct state *s, const struct fact_block *blk,
			  int64_t bits)
{
	uint32_t c;

	for (c = blk->cases; c < blk->cases + blk->n_cases; c++) {
		const struct fact_case *fc = &act->f->cases.v[c];

		if (!(fc->lo & bits))
			continue;
		arrive(act, fc->target, state_clone(&act->arena, s));
		bits &= ~fc->lo;
	}
	if (bits && blk->succ[0] != FACTS_NONE)
		arrive(act, blk->succ[0], s);
}

static void branch_switch(struct activation *act, struct state *s, const struct fact_block *blk)
{
	struct syms *syms = &act->fl->run->syms;
	uint32_t cond = flow_eval(act, s, blk->cond), c;
	int64_t val, bits = prim_switch_fields(act->fl, cond);
	bool closed = false;

	if (bits) {
		switch_fields(act, s, blk, bits);
		return;
	}

	for (c = blk->cases; c < blk->cases + blk->n_cases; c++) {
		const struct fact_case *fc = &act->f->cases.v[c];
		struct state *o;

		if (sym_is_int(syms, cond, &val)) {
			if (val < fc->lo || val > fc->hi)
				continue;
			arrive(act, fc->target, s);
			return;
		}
		o = state_clone(&act->arena, s);
		if (state_assume(o, &act->arena, syms,
				 sym_bin(syms, FB_GE, cond, sym_int(syms, fc->lo), false), true) &&
		    state_assume(o, &act->arena, syms,
				 sym_bin(syms, FB_LE, cond, sym_int(syms, fc->hi), false), true))
			arrive(act, fc->target, o);
		if (fc->lo == fc->hi && blk->n_cases < SWITCH_NOTED &&
		    !state_assume(s, &act->arena, syms,
				  sym_bin(syms, FB_EQ, cond, sym_int(syms, fc->lo), false), false))
			closed = true;
	}
	if (!closed && blk->succ[0] != FACTS_NONE)
		arrive(act, blk->succ[0], s);
}

static void end_block(struct activation *act, struct state *s, const struct fact_block *blk)
{
	uint32_t c;

	act->at = blk->loc;
	switch (blk->term) {
	case FTERM_JUMP:
		arrive(act, blk->succ[0], s);
		break;
	case FTERM_BRANCH:
		branch(act, s, blk);
		break;
	case FTERM_SWITCH:
		branch_switch(act, s, blk);
		break;
	case FTERM_ANY:
		for (c = blk->cases; c < blk->cases + blk->n_cases; c++)
			arrive(act, act->f->cases.v[c].target, state_clone(&act->arena, s));
		if (blk->succ[0] != FACTS_NONE)
			arrive(act, blk->succ[0], s);
		break;
	case FTERM_RETURN:
		leave(act, s, blk->cond == FACTS_NONE ? 0 : flow_eval(act, s, blk->cond), &blk->loc);
		break;
	default:
		break;
	}
}

static void run_block(struct activation *act, const struct fact_block *blk, uint32_t i,
		      struct state *s)
{
	struct syms *syms = &act->fl->run->syms;

	for (; i < blk->n_insns; i++) {
		const struct fact_insn *insn = &act->f->insns.v[blk->insns + i];
		struct exits ex = { 0 };
		bool alone = !s->n_held;
		uint32_t val;
		size_t k;

		act->steps++;
		if (++act->fl->run->steps > act->fl->max_steps) {
			run_cut(act->fl, "too many steps");
			return;
		}
		act->at = insn->loc;
		switch (insn->op) {
		case FI_ASSIGN:
			act->dst = insn->dst;
			val = flow_eval(act, s, insn->val);
			act->dst = FACTS_NONE;
			assign(act, s, insn->dst, val);
			continue;
		case FI_CLOBBER:
			if (insn->dst != FACTS_NONE) {
				uint32_t fresh = flow_fresh(act->fl, act->frame, blk->insns + i, FRESH_CLOBBER);

				state_forget_known(s, syms, fresh);
				assign(act, s, insn->dst, fresh);
			}
			continue;
		default:
			break;
		}
		call(act, s, insn, &ex);
		for (k = 0; k < ex.n; k++) {
			if (alone && ex.v[k].s->n_held)
				recheck_members(act->fl, &act->arena, act->frame, blk, insn,
						act->entry, s, ex.v[k].s);
			if (insn->dst != FACTS_NONE)
				assign(act, ex.v[k].s, insn->dst, ex.v[k].value);
			state_forget(ex.v[k].s, syms,
				     sym_make(syms, SY_LADDR, act->frame->depth + 1, RESULT_LOCAL,
					      0, 0));
			if (k + 1 < ex.n)
				run_block(act, blk, i + 1, ex.v[k].s);
		}
		s = ex.n ? ex.v[ex.n - 1].s : NULL;
		vec_release(&ex);
		if (!s)
			return;
	}
	end_block(act, s, blk);
}

static void count_activation(const struct activation *act)
{
	struct func_profile *fp;

	if (!act->fl->in->profile)
		return;
	fp = &act->fl->in->profile->funcs[act->frame->func];
	fp->entered++;
	fp->steps += act->steps;
	for (uint32_t b = 0; b < act->ff->n_blocks; b++)
		fp->states += act->blocks[b].n;
}

static void count_run(const struct interp *in, const struct run_input *input,
		      const struct run *run, double begin)
{
	struct func_profile *fp;

	if (!in->profile)
		return;
	fp = &in->profile->funcs[run->func];
	fp->runs++;
	fp->nested += input->nested;
	fp->run_steps += run->steps;
	fp->run_seconds += seconds_now() - begin;
	fp->cut += run->cut != NULL;
}

/* Interprets the function of @frame from state @s on; the exits are made in @out. */
static void exec(struct flow *fl, const struct frame *frame, const struct state *s,
		 struct arena *out, struct exits *ret)
{
	const struct func *fn = &fl->in->p->funcs.v[frame->func];
	struct activation act = { .fl = fl, .frame = frame, .f = func_facts(fl->in->p, fn),
				  .ff = func_fact(fl->in->p, fn),
				  .fi = func_info(fl->in, frame->func), .out = out,
				  .exits = ret, .entry = s, .dst = FACTS_NONE };
	struct state *first;
	uint32_t i, n = act.ff->n_blocks;

	arena_init(&act.arena);
	act.blocks = ARENA_ARRAY(&act.arena, struct block_states, n);
	act.pending = ARENA_ARRAY(&act.arena, bool, n);
	first = state_clone(&act.arena, s);
	first->n_env = act.ff->n_locals;
	first->env = ARENA_ARRAY(&act.arena, uint32_t, act.ff->n_locals);
	for (i = 0; i < act.ff->n_locals; i++) {
		first->env[i] = SYM_NONE;
		if (i >= act.ff->n_params || i >= frame->n_args)
			continue;
		if (act.fi->in_memory[i])
			state_store(first, &act.arena, &fl->run->syms, local_addr(&act, i),
				    frame->args[i]);
		else
			first->env[i] = frame->args[i];
	}
	act.next = n;
	arrive(&act, 0, first);
	while (act.next < n) {
		uint32_t order = act.next, block = act.fi->by_order[order];
		struct block_states *bs = &act.blocks[block];

		if (!act.pending[order]) {
			act.next++;
			continue;
		}
		act.pending[order] = false;
		for (i = 0; i < bs->n; i++) {
			struct state *at = bs->v[i].s;

			if (!bs->v[i].pending)
				continue;
			bs->v[i].pending = false;
			/* Where nothing comes round again no other state will meet this one here. */
			run_block(&act, &act.f->blocks.v[act.ff->blocks + block], 0,
				  act.fi->has_loop ? state_clone(&act.arena, at) : at);
		}
	}
	count_activation(&act);
	arena_release(&act.arena);
}

/* --- runs --- */

/* Whether the run's function is for programs, and always returns with a lock held. */
static bool hands_out_lock(const struct run_input *input, const struct exits *ex)
{
	size_t i;

	for (i = 0; i < ex->n; i++)
		if (!ex->v[i].s->n_held)
			return false;
	return input->for_programs;
}

/* Notes the exit of the run's own function as a place in the section that it leaves open. */
static void add_exit_point(struct flow *fl, const struct frame *frame, const struct state *s)
{
	const struct func *fn = &fl->in->p->funcs.v[frame->func];
	struct point pt = { .callee = frame->func, .loc = func_fact(fl->in->p, fn)->loc,
			    .func = frame->func, .frame = frame, .guards = s->guards,
			    .n_held = s->n_held, .at_exit = true, .entered = true };
	uint8_t i;

	for (i = 0; i < s->n_held; i++) {
		pt.held[i] = s->held[i].acquire;
		pt.doubtful |= (uint8_t)(s->held[i].doubtful << i);
	}
	vec_push(&fl->run->points, pt);
}

/* Whether @run takes a lock of @class itself, and may only have lost track of it. */
static bool takes_class(const struct run *run, uint32_t class)
{
	size_t i;

	for (i = 0; i < run->acquires.n; i++)
		if (run->acquires.v[i].class == class)
			return true;
	return false;
}

/*
 * Notes the entry of the run's own function as a place in the sections that it
 * is there to end: programs began them by another function.
 */
static void add_entry_points(struct flow *fl, const struct frame *frame, const struct guards *g)
{
	struct run *run = fl->run;
	const struct fact_loc loc = func_fact(fl->in->p, &fl->in->p->funcs.v[frame->func])->loc;
	size_t i;

	for (i = 0; i < run->strays.n; i++) {
		const struct run_stray *s = &run->strays.v[i];
		struct acquire a = { .class = s->class, .addr = s->addr, .kind = fl->input->kind,
				     .rule = s->rule, .primitive = frame->func, .callers = true,
				     .loc = loc, .released = s->loc, .func = frame->func,
				     .frame = frame, .guards = *g };
		struct point pt = { .held = { (uint32_t)run->acquires.n }, .n_held = 1,
				    .callee = frame->func, .loc = loc, .func = frame->func,
				    .frame = frame, .guards = *g, .at_entry = true, .entered = true };

		if (!s->class || takes_class(run, s->class))
			continue;
		vec_push(&run->acquires, a);
		vec_push(&run->points, pt);
	}
}

/*
 * An attempt that is made until it succeeds waits like an acquire: a loop comes back to it, and its
 * function never returns without the lock.
 */
static bool is_waiting(const struct run_try *t)
{
	return t->again != UINT32_MAX && t->left > t->again;
}

static bool any_waiting(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->tries.n; i++)
		if (is_waiting(&run->tries.v[i]))
			return true;
	return false;
}

static bool same_place(const struct run_try *t, const struct frame *fr, const struct fact_loc *loc)
{
	return t->frame->hash == fr->hash && t->loc.line == loc->line && t->loc.col == loc->col;
}

/* Whether @t waits in @run, too. */
static bool waits_in(const struct run *run, const struct run_try *t)
{
	size_t i;

	for (i = 0; i < run->tries.n; i++) {
		const struct run_try *o = &run->tries.v[i];

		if (same_place(o, t->frame, &t->loc) && o->class == t->class && o->guard == t->guard)
			return is_waiting(o);
	}
	return false;
}

/*
 * Finds what waits in @run; acquires that do are blocking. Such a loop may wait for what its callers
 * saw to change as well: so the run is made once more, without what is known.
 */
static void find_waiting(struct interp *in, const struct run_input *input, struct run *run)
{
	struct run_input again = *input;
	struct run second;
	size_t i, k;

	if (run->cut || input->forgets || !any_waiting(run))
		return;
	again.forgets = true;
	interp_run(in, &again, &second);
	for (i = 0; i < run->tries.n && !second.cut; i++) {
		struct run_try *t = &run->tries.v[i];

		t->waits = is_waiting(t) && waits_in(&second, t);
		if (!t->waits || t->guard != FACTS_NONE)
			continue;
		for (k = 0; k < run->acquires.n; k++) {
			struct acquire *a = &run->acquires.v[k];

			if (!a->callers && !a->beyond && a->class == t->class &&
			    same_place(t, a->frame, &a->loc))
				a->blocking = true;
		}
	}
	interp_run_release(&second);
}

static bool returns_pointer(const struct program *p, uint32_t func)
{
	const struct func *fn = &p->funcs.v[func];
	uint32_t type = func_fact(p, fn)->ret_type;

	return type != FACTS_NONE && func_facts(p, fn)->types.v[type].kind == FT_PTR;
}

/* Runs @step in each state of @from; what it leaves becomes @from. @value: of the last pointer. */
static void run_step(struct flow *fl, const struct frame *first, const struct run_step *step,
		     struct arena *tmp, struct exits *from)
{
	struct interp *in = fl->in;
	struct syms *syms = &fl->run->syms;
	const struct fact_func *ff = func_fact(in->p, &in->p->funcs.v[step->func]);
	struct exits all = { 0 };
	size_t i, k;
	uint32_t a;

	for (i = 0; i < from->n; i++) {
		struct state *s = from->v[i].s;
		uint32_t value = from->v[i].value;
		struct frame *fr = ARENA_NEW(&fl->run->arena, struct frame);
		uint32_t *args = ARENA_ARRAY(&fl->run->arena, uint32_t, ff->n_params);
		struct exits ex = { 0 };

		if (!step->last && !state_assume_pointer(s, tmp, syms, value)) {
			vec_push(&all, from->v[i]); /* nothing was found: only the last one is called */
			continue;
		}
		for (a = 0; a < ff->n_params; a++)
			args[a] = a == step->handed ? value
				  : a < first->n_args ? first->args[a]
						      : sym_make(syms, SY_PARAM, a, 0, 0, 0);
		*fr = (struct frame){ .func = step->func, .via_pointer = step->via_record != 0,
				      .via_record = step->via_record, .via_field = step->via_field,
				      .args = args, .n_args = ff->n_params,
				      .hash = map64_mix(map64_mix(step->func, step->via_field), 1) };
		exec(fl, fr, s, tmp, &ex);
		for (k = 0; k < ex.n; k++) {
			if (!returns_pointer(in->p, step->func))
				ex.v[k].value = value;
			vec_push(&all, ex.v[k]);
		}
		vec_release(&ex);
	}
	vec_release(from);
	*from = all;
}

/* Whether @ex has a state with a lock or a guard that the run began without. */
static bool anything_left(const struct exits *ex)
{
	size_t i;

	for (i = 0; i < ex->n; i++)
		if (ex->v[i].s->n_held || ex->v[i].s->guards.n)
			return true;
	return false;
}

/* What parameter @i is when the run starts. */
static uint32_t first_value(struct syms *syms, const struct run_input *input, uint32_t i)
{
	uint32_t param = sym_make(syms, SY_PARAM, i, 0, 0, 0);

	if (i >= input->n_known)
		return param;
	if (input->param_known[i])
		return sym_int(syms, input->param_value[i]);
	if (!input->param_hint || input->param_hint[i].bits == UINT64_MAX)
		return param;
	return sym_bin(syms, FB_AND, param, sym_int(syms, (int64_t)input->param_hint[i].bits), false);
}

void interp_run(struct interp *in, const struct run_input *input, struct run *ret)
{
	const struct func *fn = &in->p->funcs.v[input->func];
	const struct fact_func *ff = func_fact(in->p, fn);
	struct flow fl = { .in = in, .run = ret, .input = input,
			   .max_steps = input->max_steps ? input->max_steps : INTERP_MAX_STEPS,
			   .forgets = input->forgets };
	struct arena tmp = ARENA_INIT;
	struct state s = { .kind = input->kind };
	struct exits ex = { 0 };
	double begin = in->profile ? seconds_now() : 0;
	struct frame *fr;
	uint32_t *args, i;

	memset(ret, 0, sizeof(*ret));
	arena_init(&ret->arena);
	syms_init(&ret->syms);
	ret->func = input->func;
	ret->kind = input->kind;
	if (input->guards)
		s.guards = *input->guards;
	if (input->nmi && guards_get(&s.guards, GUARD_IRQS_OFF) <= 0)
		guards_set(&s.guards, GUARD_IRQS_OFF, 1);
	args = ARENA_ARRAY(&ret->arena, uint32_t, ff->n_params);
	for (i = 0; i < ff->n_params; i++)
		args[i] = first_value(&ret->syms, input, i);
	for (i = 0; i < input->n_known && i < ff->n_params && input->param_hint; i++) {
		if (input->param_hint[i].nonnull)
			state_assume(&s, &tmp, &ret->syms, args[i], true);
		state_assume_one_of(&s, &tmp, args[i], input->param_hint[i].one_of);
		if (input->param_hint[i].points)
			state_store(&s, &tmp, &ret->syms, args[i],
				    sym_int(&ret->syms, input->param_hint[i].to));
	}
	for (i = 0; i < input->n_table_hints; i++)
		table_take_hint(&s, &ret->syms, args, ff->n_params, &input->table_hints[i]);
	for (i = 0; i < in->settled.n && (input->nested || input->decide); i++)
		state_assume(&s, &tmp, &ret->syms,
			     sym_make(&ret->syms, SY_LOAD,
				      sym_make(&ret->syms, SY_GADDR, in->settled.v[i], 0, 0, 0), 0, 0, 0),
			     true);
	for (i = 0; i < input->n_fields; i++) {
		const struct known_field *kf = &input->fields[i];

		uint32_t base = args[kf->param];

		state_assume(&s, &tmp, &ret->syms, base, true); /* it is there */
		if (kf->via_record) {
			base = sym_faddr(&ret->syms, base, kf->via_record, kf->via_field);
			base = flow_load(&fl, &s, base);
			state_assume(&s, &tmp, &ret->syms, base, true);
		}
		state_store(&s, &tmp, &ret->syms,
			    sym_faddr(&ret->syms, base, kf->record, kf->field),
			    sym_int(&ret->syms, kf->value));
	}
	fr = ARENA_NEW(&ret->arena, struct frame);
	fr->func = input->func;
	fr->args = args;
	fr->n_args = ff->n_params;
	fr->hash = map64_mix(input->func, 0);
	for (i = 0; i < input->n_held; i++)
		prim_held_before(&fl, fr, &s, &input->held[i]);
	exec(&fl, fr, &s, &tmp, &ex);
	for (i = 0; i < ex.n; i++) {
		struct run_exit e = { ex.v[i].value,
				      state_truth(ex.v[i].s, &ret->syms, ex.v[i].value) == 1 };

		vec_push(&ret->exits, e);
		ret->tested |= ex.v[i].s->tests.n != 0;
		ret->open |= ex.v[i].s->n_held || !guards_equal(&ex.v[i].s->guards, &s.guards);
		if (hands_out_lock(input, &ex))
			add_exit_point(&fl, fr, ex.v[i].s);
	}
	ret->open |= ret->strays.n != 0;
	if (input->for_programs)
		add_entry_points(&fl, fr, &s.guards);
	ret->followed = input->n_then && (input->then_always || anything_left(&ex));
	for (i = 0; i < input->n_then && ret->followed; i++)
		run_step(&fl, fr, &input->then[i], &tmp, &ex);
	find_waiting(in, input, ret);
	vec_release(&ex);
	map64_release(&fl.point_seen);
	map64_release(&fl.acquire_seen);
	map64_release(&fl.leave_seen);
	map64_release(&fl.try_seen);
	map64_release(&fl.look_seen);
	map64_release(&fl.own_cpu);
	recall_release(&fl.recalled);
	arena_release(&tmp);
	keep_what_counts(ret);
	count_run(in, input, ret, begin);
}

void interp_run_release(struct run *r)
{
	syms_release(&r->syms);
	vec_release(&r->acquires);
	vec_release(&r->points);
	vec_release(&r->exits);
	vec_release(&r->leaves);
	vec_release(&r->returns);
	vec_release(&r->made);
	vec_release(&r->tries);
	vec_release(&r->strays);
	vec_release(&r->lowers);
	vec_release(&r->counted);
	map64_release(&r->releases);
	map64_release(&r->balanced);
	map64_release(&r->raised);
	map64_release(&r->lowered);
	arena_release(&r->arena);
}

void interp_init(struct interp *in, struct program *p)
{
	const struct rule_tree *t = &p->rules->tree;
	size_t i;

	memset(in, 0, sizeof(*in));
	in->p = p;
	in->n_info = p->funcs.n;
	in->info = ARENA_ARRAY(&p->arena, struct func_info, p->funcs.n);
	in->ops_record = program_string(p, t->map_ops_record);
	in->map_record = program_string(p, t->map_record);
	in->ops_field = program_string(p, t->map_ops_field);
	in->type_field = program_string(p, t->compat_type_field);
	in->map_field_record = program_string(p, t->field_record);
	in->map_field_type = program_string(p, t->field_type);
	in->fields_record = t->fields_record ? program_string(p, t->fields_record) : 0;
	in->fields_mask = t->fields_mask ? program_string(p, t->fields_mask) : 0;
	for (i = 0; i < p->rules->arguments.n; i++)
		in->decide |= (uint64_t)p->rules->arguments.v[i].decides;
	for (i = 0; i < t->callback_types.n; i++)
		map64_put(&in->callback_types, program_string(p, t->callback_types.v[i]), 1);
	for (i = 0; i < p->rules->transparent.n; i++) {
		const struct rule_field *rf = &p->rules->transparent.v[i];

		map64_put(&in->transparent,
			  (uint64_t)program_string(p, rf->record) << 32 | program_string(p, rf->field),
			  1);
	}
	syms_init(&in->summary_syms);
	guards_find(in);
	words_find(in);
	settled_find(in);
	settled_find_kept(in);
	settled_find_unset(in);
}

void interp_release(struct interp *in)
{
	map64_release(&in->made_at);
	vec_release(&in->made);
	map64_release(&in->transparent);
	map64_release(&in->guard_classes);
	map64_release(&in->plural_guards);
	map64_release(&in->chosen_guards);
	vec_release(&in->guard_writers);
	vec_release(&in->settled);
	map64_release(&in->kept);
	map64_release(&in->unset);
	map64_release(&in->words);
	map64_release(&in->callback_types);
	vec_release(&in->word_users);
	map64_release(&in->word_records);
	map64_release(&in->summary_at);
	vec_release(&in->summaries);
	syms_release(&in->summary_syms);
}
