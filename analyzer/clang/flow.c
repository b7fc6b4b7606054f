// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Blocks of a function as they were made, and in the order in which the facts get them. */
struct flow {
	struct lower *l;
	uint32_t *first_insn; /* block to its first place in by_block */
	uint32_t *by_block;   /* instruction numbers, sorted by block */
	uint32_t *first_case;
	uint32_t *case_by_block;
	uint32_t *preds;
	uint32_t *number; /* block to its new number */
	uint32_t *order;  /* new number to block */
	uint32_t n;
	bool *head;
};

uint32_t lower_new_block(struct lower *l)
{
	struct lower_block b = { .cond = FACTS_NONE, .succ = { FACTS_NONE, FACTS_NONE } };

	vec_push(&l->blocks, b);
	return (uint32_t)l->blocks.n - 1;
}

void lower_end(struct lower *l, uint8_t term, uint32_t cond, struct fact_loc loc)
{
	struct lower_block *b = &l->blocks.v[l->cur];

	b->term = term;
	b->cond = cond;
	b->loc = loc;
	l->cur = lower_new_block(l);
}

void lower_jump_to(struct lower *l, uint32_t block, struct fact_loc loc)
{
	l->blocks.v[l->cur].succ[0] = block;
	lower_end(l, FTERM_JUMP, FACTS_NONE, loc);
}

void lower_branch(struct lower *l, uint32_t cond, uint32_t yes, uint32_t no, struct fact_loc loc)
{
	const struct fact_expr *e = expr_at(l->u, cond);
	uint32_t swap;

	for (; e->op == FX_UN && e->sub == FU_NOT; e = expr_at(l->u, cond)) {
		cond = e->a;
		swap = yes;
		yes = no;
		no = swap;
	}
	if (e->op == FX_INT) {
		lower_jump_to(l, e->val ? yes : no, loc);
		return;
	}
	l->blocks.v[l->cur].succ[0] = yes;
	l->blocks.v[l->cur].succ[1] = no;
	lower_end(l, FTERM_BRANCH, cond, loc);
}

void lower_emit(struct lower *l, struct fact_insn in)
{
	struct lower_insn li = { l->cur, in };

	vec_push(&l->insns, li);
}

static bool has_insns(const struct flow *w, uint32_t b)
{
	return w->first_insn[b + 1] != w->first_insn[b];
}

/* Where one gets to from @b without any instruction on the way. */
static uint32_t through(const struct flow *w, uint32_t b)
{
	const struct lower_block *v = w->l->blocks.v;

	for (uint32_t steps = 0; steps < 64; steps++) {
		if (has_insns(w, b) || v[b].term != FTERM_JUMP || v[b].succ[0] == b)
			break;
		b = v[b].succ[0];
	}
	return b;
}

static uint32_t n_succ(const struct flow *w, uint32_t b)
{
	const struct lower_block *lb = &w->l->blocks.v[b];
	uint32_t n_cases = w->first_case[b + 1] - w->first_case[b];

	switch (lb->term) {
	case FTERM_JUMP:
		return 1;
	case FTERM_BRANCH:
		return 2;
	case FTERM_SWITCH:
	case FTERM_ANY:
		return 1 + n_cases;
	default:
		return 0;
	}
}

static uint32_t *succ_at(const struct flow *w, uint32_t b, uint32_t i)
{
	struct lower_block *lb = &w->l->blocks.v[b];

	if (i == 0 || lb->term == FTERM_BRANCH)
		return &lb->succ[i];
	return &w->l->cases.v[w->case_by_block[w->first_case[b] + i - 1]].c.target;
}

/* Counting sort: what belongs to a block keeps its order. */
static void sort_by_block(struct flow *w)
{
	struct arena *a = &w->l->u->scratch;
	struct lower *l = w->l;
	size_t n = l->blocks.n;
	uint32_t *next = ARENA_ARRAY(a, uint32_t, n + 1);

	w->first_insn = ARENA_ARRAY(a, uint32_t, n + 1);
	w->by_block = ARENA_ARRAY(a, uint32_t, l->insns.n + 1);
	w->first_case = ARENA_ARRAY(a, uint32_t, n + 1);
	w->case_by_block = ARENA_ARRAY(a, uint32_t, l->cases.n + 1);
	for (size_t i = 0; i < l->insns.n; i++)
		w->first_insn[l->insns.v[i].block + 1]++;
	for (size_t i = 0; i < l->cases.n; i++)
		w->first_case[l->cases.v[i].block + 1]++;
	for (size_t i = 0; i < n; i++) {
		w->first_insn[i + 1] += w->first_insn[i];
		w->first_case[i + 1] += w->first_case[i];
	}
	memcpy(next, w->first_insn, (n + 1) * sizeof(*next));
	for (size_t i = 0; i < l->insns.n; i++)
		w->by_block[next[l->insns.v[i].block]++] = (uint32_t)i;
	memcpy(next, w->first_case, (n + 1) * sizeof(*next));
	for (size_t i = 0; i < l->cases.n; i++)
		w->case_by_block[next[l->cases.v[i].block]++] = (uint32_t)i;
}

/* Leads the block's jumps past blocks where nothing happens. */
static void thread_jumps(const struct flow *w, uint32_t b)
{
	struct lower_block *lb = &w->l->blocks.v[b];
	uint32_t n = n_succ(w, b);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t *s = succ_at(w, b, i);

		*s = through(w, *s);
	}
	/* A condition has no effects, so nobody need look at one that decides nothing. */
	if (lb->term == FTERM_BRANCH && lb->succ[0] == lb->succ[1]) {
		lb->term = FTERM_JUMP;
		lb->cond = FACTS_NONE;
	}
}

/* Reverse postorder from the entry; what is not reached gets no number. */
static void number_blocks(struct flow *w)
{
	struct arena *a = &w->l->u->scratch;
	size_t n = w->l->blocks.n, top = 0;
	uint32_t *stack = ARENA_ARRAY(a, uint32_t, n + 1);
	uint32_t *at = ARENA_ARRAY(a, uint32_t, n);
	uint8_t *state = ARENA_ARRAY(a, uint8_t, n); /* 1: on the stack, 2: done */
	uint32_t *post = ARENA_ARRAY(a, uint32_t, n);
	uint32_t n_post = 0;

	w->preds = ARENA_ARRAY(a, uint32_t, n);
	w->number = ARENA_ARRAY(a, uint32_t, n);
	w->order = ARENA_ARRAY(a, uint32_t, n);
	w->head = ARENA_ARRAY(a, bool, n);
	stack[top++] = 0;
	state[0] = 1;
	thread_jumps(w, 0);
	while (top) {
		uint32_t b = stack[top - 1], k = n_succ(w, b);

		if (at[b] < k) {
			/* The last first, so that succ[0] comes next in the result. */
			uint32_t s = *succ_at(w, b, k - 1 - at[b]++);

			w->preds[s]++;
			if (state[s] == 1) {
				w->head[s] = true;
			} else if (!state[s]) {
				state[s] = 1;
				stack[top++] = s;
				thread_jumps(w, s);
			}
			continue;
		}
		state[b] = 2;
		post[n_post++] = b;
		top--;
	}
	w->n = n_post;
	for (uint32_t i = 0; i < n_post; i++) {
		w->order[i] = post[n_post - 1 - i];
		w->number[w->order[i]] = i;
	}
}

/* The only block after @b, if nothing else leads to it: both are one. */
static uint32_t merged_with(const struct flow *w, uint32_t b)
{
	const struct lower_block *lb = &w->l->blocks.v[b];

	if (lb->term != FTERM_JUMP || !lb->succ[0] || w->preds[lb->succ[0]] != 1 ||
	    lb->succ[0] == b)
		return FACTS_NONE;
	return lb->succ[0];
}

static void flush_insns(struct flow *w, uint32_t b)
{
	struct facts *f = w->l->u->f;

	for (uint32_t i = w->first_insn[b]; i < w->first_insn[b + 1]; i++)
		vec_push(&f->insns, w->l->insns.v[w->by_block[i]].in);
}

static void flush_block(struct flow *w, uint32_t b, const uint32_t *final)
{
	struct facts *f = w->l->u->f;
	struct fact_block fb = { .insns = (uint32_t)f->insns.n,
				 .loop_head = w->head[b],
				 .cases = (uint32_t)f->cases.n,
				 .succ = { 0, 0 } };
	const struct lower_block *lb;
	uint32_t next, k;

	flush_insns(w, b);
	while ((next = merged_with(w, b)) != FACTS_NONE) {
		b = next;
		flush_insns(w, b);
	}
	lb = &w->l->blocks.v[b];
	fb.n_insns = (uint32_t)f->insns.n - fb.insns;
	fb.term = lb->term;
	fb.loc = lb->loc;
	fb.cond = lb->cond;
	k = n_succ(w, b);
	if (k)
		fb.succ[0] = final[lb->succ[0]];
	if (lb->term == FTERM_BRANCH)
		fb.succ[1] = final[lb->succ[1]];
	for (uint32_t i = w->first_case[b]; k > 1 && lb->term != FTERM_BRANCH &&
					    i < w->first_case[b + 1]; i++) {
		struct fact_case c = w->l->cases.v[w->case_by_block[i]].c;

		c.target = final[c.target];
		vec_push(&f->cases, c);
	}
	fb.n_cases = (uint32_t)f->cases.n - fb.cases;
	vec_push(&f->blocks, fb);
}

void lower_flush(struct lower *l, struct fact_func *fn)
{
	struct flow w = { .l = l };
	struct facts *f = l->u->f;
	uint32_t *final;
	bool *merged;
	uint32_t n = 0;

	sort_by_block(&w);
	number_blocks(&w);
	final = ARENA_ARRAY(&l->u->scratch, uint32_t, l->blocks.n);
	merged = ARENA_ARRAY(&l->u->scratch, bool, l->blocks.n);
	for (uint32_t i = 0; i < w.n; i++) {
		uint32_t next = merged_with(&w, w.order[i]);

		if (next != FACTS_NONE)
			merged[next] = true;
	}
	for (uint32_t i = 0; i < w.n; i++)
		if (!merged[w.order[i]])
			final[w.order[i]] = n++;
	fn->blocks = (uint32_t)f->blocks.n;
	fn->n_blocks = n;
	for (uint32_t i = 0; i < w.n; i++)
		if (!merged[w.order[i]])
			flush_block(&w, w.order[i], final);
	fn->locals = (uint32_t)f->locals.n;
	fn->n_locals = (uint32_t)l->locals.n;
	for (size_t i = 0; i < l->locals.n; i++)
		vec_push(&f->locals, l->locals.v[i]);
}
