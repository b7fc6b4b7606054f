// SPDX-License-Identifier: MIT
#include "flow/funcinfo.h"

#include <string.h>

struct walk {
	const struct facts *f;
	uint64_t *set; /* locals that are used */
	bool *in_memory;
};

/* Collects the locals that expression @e reads; with in_memory, those whose address it takes. */
static void walk_expr(const struct walk *w, uint32_t e, bool address)
{
	const struct fact_expr *x;

	for (;;) {
		if (e == FACTS_NONE)
			return;
		x = &w->f->exprs.v[e];
		switch (x->op) {
		case FX_LOCAL:
			if (w->set)
				w->set[x->a / 64] |= UINT64_C(1) << (x->a % 64);
			if (w->in_memory && address)
				w->in_memory[x->a] = true;
			return;
		case FX_FIELD:
			address = true; /* a record is kept in cells, field by field */
			e = x->a;
			break;
		case FX_INDEX:
			walk_expr(w, x->b, false);
			address = true;
			e = x->a;
			break;
		case FX_ADDR:
			address = true;
			e = x->a;
			break;
		case FX_DEREF:
			address = false;
			e = x->a;
			break;
		case FX_UN:
			address = false;
			e = x->a;
			break;
		case FX_CAST:
			e = x->a;
			break;
		case FX_BIN:
			walk_expr(w, x->b, false);
			address = false;
			e = x->a;
			break;
		default:
			return;
		}
	}
}

static void walk_insn(const struct walk *w, const struct fact_insn *in)
{
	const struct fact_expr *dst = in->dst == FACTS_NONE ? NULL : &w->f->exprs.v[in->dst];
	uint32_t k;

	if (dst && dst->op != FX_LOCAL)
		walk_expr(w, in->dst, true);
	if (in->op == FI_CLOBBER)
		return;
	walk_expr(w, in->val, false);
	if (in->op == FI_CALL)
		for (k = in->args; k < in->args + in->n_args; k++)
			walk_expr(w, w->f->arglist.v[k], false);
}

static uint32_t block_succs(const struct facts *f, const struct fact_block *b, uint32_t *ret,
			    uint32_t max)
{
	uint32_t n = 0, c;

	switch (b->term) {
	case FTERM_JUMP:
		ret[n++] = b->succ[0];
		break;
	case FTERM_BRANCH:
		ret[n++] = b->succ[0];
		ret[n++] = b->succ[1];
		break;
	case FTERM_SWITCH:
	case FTERM_ANY:
		if (b->succ[0] != FACTS_NONE)
			ret[n++] = b->succ[0];
		for (c = b->cases; c < b->cases + b->n_cases && n < max; c++)
			ret[n++] = f->cases.v[c].target;
		break;
	default:
		break;
	}
	return n;
}

/* Reverse postorder by a depth-first search without recursion. */
static void make_order(struct interp *in, const struct facts *f, const struct fact_func *ff,
		       struct func_info *fi)
{
	uint32_t n = ff->n_blocks, post = 0, top = 0, b, i, max = 2;
	uint32_t *stack, *next, *succ, **succs, *n_succs;
	struct arena tmp = ARENA_INIT;
	bool *seen;

	for (b = 0; b < n; b++)
		if (f->blocks.v[ff->blocks + b].n_cases + 1 > max)
			max = f->blocks.v[ff->blocks + b].n_cases + 1;
	stack = ARENA_ARRAY(&tmp, uint32_t, n + 1);
	next = ARENA_ARRAY(&tmp, uint32_t, n);
	seen = ARENA_ARRAY(&tmp, bool, n);
	succ = ARENA_ARRAY(&tmp, uint32_t, max);
	succs = ARENA_ARRAY(&tmp, uint32_t *, n);
	n_succs = ARENA_ARRAY(&tmp, uint32_t, n);
	for (b = 0; b < n; b++) {
		n_succs[b] = block_succs(f, &f->blocks.v[ff->blocks + b], succ, max);
		succs[b] = arena_memdup(&tmp, succ, n_succs[b] * sizeof(*succ));
		if (f->blocks.v[ff->blocks + b].loop_head)
			fi->has_loop = true;
	}
	fi->order = ARENA_ARRAY(&in->p->arena, uint32_t, n);
	stack[top++] = 0;
	seen[0] = true;
	while (top) {
		b = stack[top - 1];
		if (next[b] < n_succs[b]) {
			i = succs[b][next[b]++];
			if (!seen[i]) {
				seen[i] = true;
				stack[top++] = i;
			}
			continue;
		}
		top--;
		fi->order[b] = n - 1 - post++;
	}
	fi->by_order = ARENA_ARRAY(&in->p->arena, uint32_t, n);
	for (b = 0; b < n; b++)
		fi->by_order[fi->order[b]] = b;
	arena_release(&tmp);
}

bool *func_info_around(struct interp *in, struct arena *arena, uint32_t func, uint32_t block)
{
	const struct func *fn = &in->p->funcs.v[func];
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_func *ff = func_fact(in->p, fn);
	bool *seen = ARENA_ARRAY(arena, bool, ff->n_blocks);
	uint32_t *stack = ARENA_ARRAY(arena, uint32_t, ff->n_blocks), top = 0;

	if (block) {
		seen[0] = true;
		stack[top++] = 0;
	}
	while (top) {
		const struct fact_block *blk = &f->blocks.v[ff->blocks + stack[--top]];
		uint32_t max = blk->n_cases + 2, n, i;
		uint32_t *succ = ARENA_ARRAY(arena, uint32_t, max);

		n = block_succs(f, blk, succ, max);
		for (i = 0; i < n; i++) {
			if (seen[succ[i]] || succ[i] == block)
				continue;
			seen[succ[i]] = true;
			stack[top++] = succ[i];
		}
	}
	return seen;
}

/* Backward: what is read later on. Blocks are few; passes until nothing changes. */
static void make_live(struct interp *in, const struct facts *f, const struct fact_func *ff,
		      struct func_info *fi)
{
	uint32_t w, b, k, i, n = ff->n_blocks, words = (ff->n_locals + 63) / 64;
	struct arena tmp = ARENA_INIT;
	uint64_t *use, *def, *out;
	uint32_t *succ;
	bool changed = true;

	fi->words = words;
	fi->live = ARENA_ARRAY(&in->p->arena, uint64_t, (size_t)n * words);
	use = ARENA_ARRAY(&tmp, uint64_t, (size_t)n * words);
	def = ARENA_ARRAY(&tmp, uint64_t, (size_t)n * words);
	out = ARENA_ARRAY(&tmp, uint64_t, words);
	for (b = 0; b < n; b++) {
		const struct fact_block *blk = &f->blocks.v[ff->blocks + b];
		struct walk walk = { .f = f, .set = ARENA_ARRAY(&tmp, uint64_t, words) };
		uint64_t *u = use + (size_t)b * words, *d = def + (size_t)b * words;

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &f->insns.v[i];
			const struct fact_expr *dst;

			memset(walk.set, 0, words * sizeof(*walk.set));
			walk_insn(&walk, insn);
			for (w = 0; w < words; w++)
				u[w] |= walk.set[w] & ~d[w];
			if (insn->dst == FACTS_NONE)
				continue;
			dst = &f->exprs.v[insn->dst];
			if (dst->op == FX_LOCAL)
				d[dst->a / 64] |= UINT64_C(1) << (dst->a % 64);
		}
		memset(walk.set, 0, words * sizeof(*walk.set));
		walk_expr(&walk, blk->cond, false);
		for (w = 0; w < words; w++)
			u[w] |= walk.set[w] & ~d[w];
	}
	while (changed) {
		changed = false;
		for (b = n; b-- > 0;) {
			const struct fact_block *blk = &f->blocks.v[ff->blocks + b];
			uint64_t *live = fi->live + (size_t)b * words;
			uint32_t max = blk->n_cases + 2, ns;

			succ = ARENA_ARRAY(&tmp, uint32_t, max);
			ns = block_succs(f, blk, succ, max);
			memset(out, 0, words * sizeof(*out));
			for (k = 0; k < ns; k++)
				for (w = 0; w < words; w++)
					out[w] |= fi->live[(size_t)succ[k] * words + w];
			for (w = 0; w < words; w++) {
				uint64_t v = use[(size_t)b * words + w] |
					     (out[w] & ~def[(size_t)b * words + w]);

				changed |= v != live[w];
				live[w] = v;
			}
		}
	}
	arena_release(&tmp);
}

struct func_info *func_info(struct interp *in, uint32_t func)
{
	struct func_info *fi = &in->info[func];
	const struct func *fn = &in->p->funcs.v[func];
	const struct facts *f;
	const struct fact_func *ff;
	struct walk walk;
	uint32_t b, i, k;

	if (fi->made)
		return fi;
	fi->made = true;
	f = func_facts(in->p, fn);
	ff = func_fact(in->p, fn);
	fi->in_memory = ARENA_ARRAY(&in->p->arena, bool, ff->n_locals);
	walk = (struct walk){ .f = f, .in_memory = fi->in_memory };
	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++)
			walk_insn(&walk, &f->insns.v[i]);
		walk_expr(&walk, blk->cond, false);
	}
	for (k = 0; k < ff->n_locals; k++) {
		uint32_t type = f->locals.v[ff->locals + k].type;

		if (type != FACTS_NONE && (f->types.v[type].kind == FT_RECORD ||
					   f->types.v[type].kind == FT_ARRAY))
			fi->in_memory[k] = true;
	}
	make_order(in, f, ff, fi);
	make_live(in, f, ff, fi);
	return fi;
}

/* The parameter that value @e is, or FACTS_NONE. */
static uint32_t expr_param(const struct facts *f, const struct fact_func *ff, uint32_t e)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	return x->op == FX_LOCAL && x->a < ff->n_params ? x->a : FACTS_NONE;
}

bool interp_param_is_guard(struct interp *in, uint32_t func, uint32_t param)
{
	const struct func *fn = &in->p->funcs.v[func];
	struct func_info *fi;
	const struct facts *f;
	const struct fact_func *ff;
	uint32_t c, k;

	if (!fn->defined || param >= 64)
		return false;
	fi = func_info(in, func);
	if (fi->guard_params_made)
		return fi->guard_params >> param & 1;
	fi->guard_params_made = true; /* also ends recursion */
	f = func_facts(in->p, fn);
	ff = func_fact(in->p, fn);
	for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
		const struct call *call = &in->p->calls.v[c];
		const struct fact_insn *insn = &f->insns.v[call->insn];

		if (call->callee == FACTS_NONE)
			continue;
		for (k = 0; k < insn->n_args; k++) {
			uint32_t p = expr_param(f, ff, f->arglist.v[insn->args + k]);
			const struct func *callee = &in->p->funcs.v[call->callee];

			if (p == FACTS_NONE || p >= 64)
				continue;
			if (callee->percpu ? !k && !percpu_is_address(callee->percpu->op)
					   : interp_param_is_guard(in, call->callee, k))
				fi->guard_params |= UINT64_C(1) << p;
		}
	}
	return fi->guard_params >> param & 1;
}

/* Whether @func, or its own text, takes locks, or releases them. */
static void what_it_does(const struct program *p, uint32_t func, bool *ret_takes,
			 bool *ret_releases)
{
	const struct func *fn = &p->funcs.v[func];
	uint32_t c;

	*ret_takes = fn->lock && rule_lock_takes(fn->lock);
	*ret_releases = fn->lock && fn->lock->does == LOCK_RELEASE;
	for (c = fn->calls; c < fn->calls + fn->n_calls && !fn->lock; c++) {
		const struct rule_lock *lock;

		if (p->calls.v[c].callee == FACTS_NONE)
			continue;
		lock = p->funcs.v[p->calls.v[c].callee].lock;
		*ret_takes |= lock && rule_lock_takes(lock);
		*ret_releases |= lock && lock->does == LOCK_RELEASE;
	}
}

bool func_takes(const struct program *p, uint32_t func)
{
	bool takes, releases;

	what_it_does(p, func, &takes, &releases);
	return takes;
}

bool func_only_releases(const struct program *p, uint32_t func)
{
	bool takes, releases;

	what_it_does(p, func, &takes, &releases);
	return releases && !takes;
}
