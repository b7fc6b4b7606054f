// SPDX-License-Identifier: MIT
#include "flow/recheck.h"

#include "flow/funcinfo.h"

#include <stdlib.h>

/* Calls from the function down to one whose writes count as its own. */
#define MAX_DOWN 4
/* So many members are noted of one function. */
#define MAX_WRITTEN 256
/* And so many of what its locals point to. */
#define MAX_OWN 32
/* What sym_fresh() makes the values with; blocks have 16 and above. */
#define FRESH_MEMBER 12

/*
 * The local, no parameter, that points to what member @x is of, or FACTS_NONE. Mostly that is an
 * object that is new.
 */
static uint32_t own_local(const struct facts *f, const struct fact_func *ff,
			  const struct fact_expr *x)
{
	while (x->op == FX_FIELD || x->op == FX_INDEX)
		x = &f->exprs.v[expr_strip(f, x->a)];
	if (x->op == FX_DEREF)
		x = &f->exprs.v[expr_strip(f, x->a)];
	return x->op == FX_LOCAL && x->a >= ff->n_params ? x->a : FACTS_NONE;
}

/* Adds to @set the members that the text of @func writes, and of what it calls in @unit. */
static void add_written(const struct program *p, uint32_t func, uint32_t unit, unsigned int down,
			struct map64 *seen, struct map64 *set)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f;
	const struct fact_func *ff;
	uint32_t b, i, c;

	if (!fn->defined || fn->lock || fn->percpu || map64_get(seen, func) != MAP64_EMPTY ||
	    (fn->unit != unit && !(fn->flags & FF_HEADER)))
		return;
	map64_put(seen, func, 1);
	f = func_facts(p, fn);
	ff = func_fact(p, fn);
	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_expr *x;

			if (f->insns.v[i].op != FI_ASSIGN || set->n >= MAX_WRITTEN)
				continue;
			x = &f->exprs.v[expr_strip(f, f->insns.v[i].dst)];
			if (x->op == FX_FIELD && own_local(f, ff, x) == FACTS_NONE)
				map64_put(set, member_key(x->sym2, x->sym), 1);
		}
	}
	for (c = fn->calls; c < fn->calls + fn->n_calls && down; c++)
		if (p->calls.v[c].callee != FACTS_NONE)
			add_written(p, p->calls.v[c].callee, unit, down - 1, seen, set);
}

static int compare_keys(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Adds to @fi the members that @func writes of what its own locals point to. */
static void add_own(const struct program *p, uint32_t func, struct func_info *fi)
{
	const struct func *fn = &p->funcs.v[func];
	const struct facts *f = func_facts(p, fn);
	const struct fact_func *ff = func_fact(p, fn);
	uint32_t b, i;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns && fi->n_own < MAX_OWN; i++) {
			const struct fact_expr *x;
			uint32_t local;

			if (f->insns.v[i].op != FI_ASSIGN)
				continue;
			x = &f->exprs.v[expr_strip(f, f->insns.v[i].dst)];
			local = x->op == FX_FIELD ? own_local(f, ff, x) : FACTS_NONE;
			if (local == FACTS_NONE || fi->in_memory[local])
				continue;
			fi->own[fi->n_own++] = (struct own_written){
				.member = member_key(x->sym2, x->sym), .local = local };
		}
	}
}

static void find_written(struct interp *in, uint32_t func, struct func_info *fi)
{
	struct map64 seen = { 0 }, set = { 0 };
	size_t i;

	fi->written_made = true;
	add_written(in->p, func, in->p->funcs.v[func].unit, MAX_DOWN, &seen, &set);
	fi->written = ARENA_ARRAY(&in->p->arena, uint64_t, set.n);
	for (i = 0; i < set.cap; i++)
		if (set.vals[i] != MAP64_EMPTY)
			fi->written[fi->n_written++] = set.keys[i];
	if (fi->n_written)
		qsort(fi->written, fi->n_written, sizeof(*fi->written), compare_keys);
	fi->own = ARENA_ARRAY(&in->p->arena, struct own_written, MAX_OWN);
	add_own(in->p, func, fi);
	map64_release(&seen);
	map64_release(&set);
}

/*
 * Whether the function of @fi writes @member of what a local points to that it has in @s, and the
 * member's address @at is of the same object: it was there already when it was looked at.
 */
static bool writes_own(const struct syms *syms, const struct func_info *fi, const struct state *s,
		       const struct sym *at, uint64_t member)
{
	uint32_t i, base = at->a;

	while (sym_get(syms, base)->op == SY_FADDR || sym_get(syms, base)->op == SY_IADDR)
		base = sym_get(syms, base)->a;
	for (i = 0; i < fi->n_own; i++)
		if (fi->own[i].member == member && s->env[fi->own[i].local] == base)
			return true;
	return false;
}

/* Adds to @ret the members that term @sym reads and @fi, in @s, has as written. */
static void add_members(const struct syms *syms, const struct func_info *fi, const struct state *s,
			uint32_t sym, struct map64 *ret)
{
	const struct sym *v = sym_get(syms, sym), *at;
	uint64_t key;

	switch (v->op) {
	case SY_LOAD:
		at = sym_get(syms, v->a);
		if (at->op != SY_FADDR || !v->volatile_)
			return;
		key = member_key(at->c, at->b);
		if (bsearch(&key, fi->written, fi->n_written, sizeof(key), compare_keys) ||
		    writes_own(syms, fi, s, at, key))
			map64_put(ret, v->a, sym);
		return;
	case SY_UN:
		add_members(syms, fi, s, v->a, ret);
		return;
	case SY_BIN:
		add_members(syms, fi, s, v->a, ret);
		add_members(syms, fi, s, v->b, ret);
		return;
	default:
		return;
	}
}

/* Whether one of @func's blocks from which a lock may be released is come to without @block. */
static bool released_around(struct interp *in, uint32_t func, uint32_t block)
{
	const struct func *fn = &in->p->funcs.v[func];
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_func *ff = func_fact(in->p, fn);
	struct arena tmp = ARENA_INIT;
	bool *seen = func_info_around(in, &tmp, func, block), ret = false;
	uint32_t b, c;

	for (c = fn->calls; c < fn->calls + fn->n_calls && !ret; c++) {
		const struct call *call = &in->p->calls.v[c];

		if (call->callee == FACTS_NONE || !func_only_releases(in->p, call->callee))
			continue;
		for (b = 0; b < ff->n_blocks; b++) {
			const struct fact_block *blk = &f->blocks.v[ff->blocks + b];

			ret |= seen[b] && call->insn >= blk->insns &&
			       call->insn < blk->insns + blk->n_insns;
		}
	}
	arena_release(&tmp);
	return ret;
}

void recheck_members(struct flow *fl, struct arena *arena, const struct frame *frame,
		     const struct fact_block *blk, const struct fact_insn *insn,
		     const struct state *entry, const struct state *before, struct state *s)
{
	const struct func *fn = &fl->in->p->funcs.v[frame->func];
	struct syms *syms = &fl->run->syms;
	struct func_info *fi = func_info(fl->in, frame->func);
	const struct facts *f = func_facts(fl->in->p, fn);
	uint32_t block = (uint32_t)(blk - f->blocks.v) - func_fact(fl->in->p, fn)->blocks;
	uint32_t callee = insn_callee(f, insn), i, fresh;
	struct map64 members = { 0 };
	size_t k;

	if (callee == FACTS_NONE || !func_takes(fl->in->p, callee))
		return;
	for (i = 0; i < s->n_known; i++) {
		uint32_t sym = s->known[i].sym;

		if (!sym_get(syms, sym)->volatile_ || state_knows(entry, sym) ||
		    !state_knows(before, sym))
			continue;
		if (!fi->written_made)
			find_written(fl->in, frame->func, fi);
		add_members(syms, fi, s, sym, &members);
	}
	if (members.n && !released_around(fl->in, frame->func, block)) {
		for (k = 0; k < members.cap; k++) {
			uint32_t addr = (uint32_t)members.keys[k];

			if (members.vals[k] == MAP64_EMPTY || state_cell(s, addr) != SYM_NONE ||
			    state_knows(entry, members.vals[k]))
				continue;
			fresh = sym_fresh(syms, addr, (uint32_t)map64_mix(frame->hash, block),
					  FRESH_MEMBER, frame->depth);
			state_forget_known(s, syms, fresh);
			state_renew(s, arena, addr, fresh);
		}
	}
	map64_release(&members);
}

bool recheck_is_new(const struct syms *syms, uint32_t val)
{
	const struct sym *v = sym_get(syms, val);

	return v->op == SY_FRESH && v->c == FRESH_MEMBER;
}
