// SPDX-License-Identifier: MIT
#include "flow/words.h"

#include <string.h>

/* An address is seldom handed on by way of more locals than this. */
#define MAX_LOCALS 4

/* What a function does to a word, by its text. */
enum {
	DOES_TAKE = 1 << 0,
	DOES_GIVE = 1 << 1,
};

/* For what is held: only its being a try is asked for. */
static const struct rule_lock word_rule = {
	.does = LOCK_TRY, .success = LOCK_ZERO, .kind = "busy word", .word = true,
};

/* The same of a word that is counted up. */
static const struct rule_lock count_rule = {
	.does = LOCK_TRY, .success = LOCK_ZERO, .kind = "busy word", .word = true, .counts = true,
};

/* The string that is the number @bit. */
static uint32_t bit_string(const struct interp *in, int64_t bit)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)bit);
	return program_string(in->p, text);
}

/* The class of bit @bit of word @class. */
static uint32_t bit_class(const struct interp *in, uint32_t class, int64_t bit)
{
	return program_joined(in->p, class, bit_string(in, bit));
}

/* Makes the number of a bit of @arg, the first argument of a function of @op; false: it is none. */
static bool is_one_bit(enum word_op op, int64_t *arg)
{
	uint64_t mask = (uint64_t)*arg;

	if (op != WORD_FETCH_OR && op != WORD_AND_NOT)
		return true;
	if (!mask || mask & (mask - 1))
		return false;
	*arg = __builtin_ctzll(mask);
	return true;
}

/* --- by the text --- */

static bool text_is_int(const struct facts *f, uint32_t e, int64_t *ret_val)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];

	*ret_val = x->op == FX_INT ? x->val : 0;
	return x->op == FX_INT;
}

/* The class of the word at @place, or 0. */
static uint32_t place_class(const struct interp *in, const struct facts *f, uint32_t place)
{
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, place)], *to;
	const char *name;

	while (x->op == FX_DEREF) {
		to = &f->exprs.v[expr_strip(f, x->a)];
		if (to->op != FX_ADDR)
			return 0;
		x = &f->exprs.v[expr_strip(f, to->a)];
	}
	if (x->op == FX_GLOBAL)
		return x->sym;
	if (x->op != FX_FIELD)
		return 0;
	name = interp_field_class(in, &in->p->arena, f, x);
	return name ? program_string(in->p, name) : 0;
}

/* Whether @insn gives the address of this CPU's copy of what its first argument is the address of. */
static bool gives_own_copy(const struct interp *in, const struct facts *f,
			   const struct fact_insn *insn)
{
	uint32_t callee = insn->op == FI_CALL && insn->n_args ? insn_callee(f, insn) : FACTS_NONE;
	const struct rule_percpu *pc = callee == FACTS_NONE ? NULL : in->p->funcs.v[callee].percpu;

	return pc && percpu_is_address(pc->op) && pc->op != PERCPU_CPU_PTR;
}

/* The class of the word that pointer @e of @fn's text is to, or 0. */
static uint32_t pointer_class(const struct interp *in, const struct func *fn, uint32_t e,
			      unsigned int depth)
{
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];
	const struct fact_insn *insn = NULL;
	uint32_t class = 0;

	if (x->op == FX_ADDR)
		return place_class(in, f, x->a);
	if (x->op != FX_LOCAL || depth == MAX_LOCALS)
		return 0;
	while (!class && (insn = func_next_value(in->p, fn, x->a, insn))) {
		if (insn->op == FI_ASSIGN)
			class = pointer_class(in, fn, insn->val, depth + 1);
		else if (gives_own_copy(in, f, insn))
			class = pointer_class(in, fn, f->arglist.v[insn->args], depth + 1);
	}
	return class;
}

/* The class of the word that call @insn of a function of @op, in @fn, is about, or 0. */
static uint32_t text_class(const struct interp *in, const struct func *fn,
			   const struct fact_insn *insn, enum word_op op)
{
	const struct facts *f = func_facts(in->p, fn);
	uint32_t class;
	int64_t bit;

	if (insn->n_args <= word_arg(op))
		return 0;
	class = pointer_class(in, fn, f->arglist.v[insn->args + word_arg(op)], 0);
	if (!class || !word_arg(op))
		return class;
	return text_is_int(f, f->arglist.v[insn->args], &bit) && is_one_bit(op, &bit)
		       ? bit_class(in, class, bit)
		       : 0;
}

static unsigned int text_does(const struct facts *f, const struct fact_insn *insn, enum word_op op)
{
	unsigned int take = insn->result_ignored ? 0 : DOES_TAKE;
	int64_t val;

	switch (op) {
	case WORD_CMPXCHG:
		if (insn->n_args < 3 || !text_is_int(f, f->arglist.v[insn->args + 1], &val) || val ||
		    (text_is_int(f, f->arglist.v[insn->args + 2], &val) && !val))
			return 0;
		return take;
	case WORD_XCHG:
	case WORD_SET:
		if (insn->n_args < 2)
			return 0;
		if (text_is_int(f, f->arglist.v[insn->args + 1], &val) && !val)
			return DOES_GIVE;
		return op == WORD_XCHG ? take : 0;
	case WORD_CLEAR_BIT:
	case WORD_AND_NOT:
	case WORD_DEC:
	case WORD_DEC_RETURN:
	case WORD_DEC_AND_TEST:
		return DOES_GIVE;
	case WORD_RAISE_BIT:
		return 0;
	default:
		return take;
	}
}

static void note(struct map64 *does, uint32_t class, unsigned int what)
{
	uint32_t old = map64_get(does, class);

	map64_put(does, class, (old == MAP64_EMPTY ? 0 : old) | what);
}

/* Notes words of @does that function @fn stores 0 to: that gives them back. */
static void note_stores(const struct interp *in, const struct func *fn, struct map64 *does)
{
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_func *ff = func_fact(in->p, fn);
	uint32_t b, i, class;
	int64_t val;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &f->insns.v[i];

			if (insn->op != FI_ASSIGN || insn->dst == FACTS_NONE ||
			    !text_is_int(f, insn->val, &val) || val)
				continue;
			class = place_class(in, f, insn->dst);
			if (class && map64_get(does, class) != MAP64_EMPTY)
				note(does, class, DOES_GIVE);
		}
	}
}

/* What reaches a word touches a state. */
static void mark_touching(struct interp *in)
{
	bool *mark = ARENA_ARRAY(&in->p->arena, bool, in->p->funcs.n);
	size_t i;

	for (i = 0; i < in->word_users.n; i++)
		mark[in->word_users.v[i].func] = true;
	program_reach(in->p, mark, true, NULL);
	for (i = 0; i < in->p->funcs.n; i++) {
		in->p->funcs.v[i].touches |= mark[i];
		in->p->funcs.v[i].touches_direct |= mark[i];
	}
}

void words_find(struct interp *in)
{
	struct program *p = in->p;
	struct map64 does = { 0 };
	size_t i, k, n = 0;
	uint32_t c;

	for (i = 0; i < p->funcs.n; i++) {
		const struct func *fn = &p->funcs.v[i];

		if (!fn->defined || func_is_beyond(p, (uint32_t)i))
			continue;
		for (c = fn->calls; c < fn->calls + fn->n_calls; c++) {
			const struct call *call = &p->calls.v[c];
			const struct facts *f = func_facts(p, fn);
			const struct fact_insn *insn = &f->insns.v[call->insn];
			const struct rule_word *rule;
			uint32_t class;

			rule = call->callee == FACTS_NONE ? NULL : p->funcs.v[call->callee].word;
			class = rule ? text_class(in, fn, insn, rule->op) : 0;
			if (!class)
				continue;
			note(&does, class, text_does(f, insn, rule->op));
			vec_push(&in->word_users, ((struct word_user){ (uint32_t)i, class }));
		}
		if (does.n)
			note_stores(in, fn, &does);
		for (k = 0; k < does.cap; k++)
			if (does.vals[k] == (DOES_TAKE | DOES_GIVE))
				map64_put(&in->words, does.keys[k], 1);
		map64_clear(&does);
	}
	for (i = 0; i < in->word_users.n; i++)
		if (map64_get(&in->words, in->word_users.v[i].class) != MAP64_EMPTY)
			in->word_users.v[n++] = in->word_users.v[i];
	in->word_users.n = n;
	if (n)
		mark_touching(in);
	map64_release(&does);
}

void words_reach(const struct interp *in, bool *mark)
{
	size_t i;

	for (i = 0; i < in->word_users.n; i++)
		mark[in->word_users.v[i].func] = true;
	if (in->word_users.n)
		program_reach(in->p, mark, false, NULL);
}

/* --- in a run --- */

/*
 * The address of what @pc is about: the word, or its bit @ret_class; SYM_NONE if it is none of
 * those that are followed.
 */
static uint32_t word_addr(const struct prim_call *pc, enum word_op op, uint32_t *ret_class)
{
	struct flow *fl = pc->fl;
	struct syms *syms = &fl->run->syms;
	uint32_t addr, class;
	int64_t bit;

	if (!fl->in->word_users.n || pc->insn->n_args <= word_arg(op))
		return SYM_NONE;
	addr = pc->args[word_arg(op)];
	class = interp_lock_class(fl->in, fl->run, addr);
	if (class && word_arg(op)) {
		if (!sym_is_int(syms, pc->args[0], &bit) || !is_one_bit(op, &bit))
			return SYM_NONE;
		addr = sym_faddr(syms, addr, class, bit_string(fl->in, bit));
		class = bit_class(fl->in, class, bit);
	}
	if (!class || map64_get(&fl->in->words, class) == MAP64_EMPTY)
		return SYM_NONE;
	*ret_class = class;
	return addr;
}

/* What @s has as number @i was given back at @loc. */
static void give(struct run *run, struct state *s, uint8_t i, const struct fact_loc *loc)
{
	if (!run->acquires.v[s->held[i].acquire].released.line)
		run->acquires.v[s->held[i].acquire].released = *loc;
	memmove(&s->held[i], &s->held[i + 1], (size_t)(s->n_held - i - 1) * sizeof(s->held[0]));
	s->n_held--;
}

/* Gives back the word at @addr, of @class, if the path has it; at SYM_NONE: one of the class. */
static bool give_back(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class)
{
	struct run *run = pc->fl->run;
	uint8_t i;

	for (i = 0; i < s->n_held; i++)
		if (addr == SYM_NONE ? run->acquires.v[s->held[i].acquire].class == class
				     : s->held[i].addr == addr)
			break;
	if (i == s->n_held)
		return false;
	give(run, s, i, &pc->insn->loc);
	return true;
}

/* Counts down what an attempt counted up in vain, at @addr; at SYM_NONE: at one of @class. */
static bool count_back(const struct run *run, struct state *s, uint32_t addr, uint32_t class)
{
	uint8_t i;

	for (i = 0; i < s->n_failed; i++) {
		const struct run_try *t = &run->tries.v[s->failed[i].try];

		if (!t->counts || t->class != class ||
		    (addr != SYM_NONE && s->failed[i].addr != addr))
			continue;
		s->failed[i] = s->failed[--s->n_failed];
		return true;
	}
	return false;
}

/* Whether address @addr is @base, in what is there, or counted from it. */
static bool is_below(const struct syms *syms, uint32_t addr, uint32_t base)
{
	const struct sym *v = sym_get(syms, addr);

	while (addr != base) {
		if (v->op != SY_FADDR && v->op != SY_IADDR && (v->op != SY_BIN || v->val != FB_ADD))
			return false;
		addr = v->a;
		v = sym_get(syms, addr);
	}
	return true;
}

/* Whether the word at @word has a member of @record on its way: it is in what is stored as one. */
static bool is_in_record(const struct syms *syms, uint32_t word, uint32_t record)
{
	const struct sym *v = sym_get(syms, word);

	for (; v->op == SY_FADDR || v->op == SY_IADDR; v = sym_get(syms, v->a))
		if (v->op == SY_FADDR && v->c == record)
			return true;
	return false;
}

/* Whether @addr is, or is in, the member that the word at @word is, of whichever object. */
static bool may_be_word(const struct flow *fl, uint32_t addr, uint32_t word)
{
	const struct syms *syms = &fl->run->syms;
	uint32_t class = interp_lock_class(fl->in, fl->run, word);
	const struct sym *v = sym_get(syms, addr);

	for (; class && (v->op == SY_FADDR || v->op == SY_IADDR || v->op == SY_BIN);
	     v = sym_get(syms, addr)) {
		if (v->op != SY_BIN && interp_lock_class(fl->in, fl->run, addr) == class)
			return true;
		addr = v->a;
	}
	return false;
}

void words_store(struct flow *fl, struct state *s, uint32_t addr, uint32_t record, uint32_t val,
		 const struct fact_loc *loc)
{
	const struct syms *syms = &fl->run->syms;
	int truth = -1;
	uint8_t i;

	for (i = 0; i < s->n_held; i++) {
		struct held *h = &s->held[i];
		bool whole;

		if (!h->word)
			continue;
		whole = is_below(syms, addr, h->word);
		if (whole && !record)
			truth = state_truth(s, syms, val);
		/* What is not 0 leaves the word taken, but not each bit of it. */
		if (whole && truth == 1 && h->addr == h->word)
			continue;
		if (whole && !truth)
			give(fl->run, s, i--, loc);
		else if (whole || is_below(syms, h->word, addr) || may_be_word(fl, addr, h->word) ||
			 (record && is_in_record(syms, h->word, record)))
			h->doubtful = true;
	}
}

void words_handed(const struct flow *fl, struct state *s, uint32_t addr)
{
	uint8_t i;

	for (i = 0; i < s->n_held; i++)
		if (s->held[i].word && is_below(&fl->run->syms, addr, s->held[i].word))
			s->held[i].doubtful = true;
}

/* Whether @pc is about one bit, known by its number, of a word that the path has a bit of. */
static bool is_other_bit(const struct prim_call *pc, const struct state *s, enum word_op op)
{
	int64_t bit;
	uint8_t i;

	if (!word_arg(op) || pc->insn->n_args < 2 ||
	    !sym_is_int(&pc->fl->run->syms, pc->args[0], &bit) || !is_one_bit(op, &bit))
		return false;
	for (i = 0; i < s->n_held; i++)
		if (s->held[i].word == pc->args[1] && s->held[i].addr != s->held[i].word)
			return true;
	return false;
}

/* Whether argument @arg is 0 (0), is not (1), or is not known (-1). */
static int arg_truth(const struct prim_call *pc, const struct state *s, uint32_t arg)
{
	return arg < pc->insn->n_args ? state_truth(s, &pc->fl->run->syms, pc->args[arg]) : -1;
}

/* Whether the call tries to take a word that nobody has. */
static bool takes(const struct prim_call *pc, struct state *s, enum word_op op)
{
	struct syms *syms = &pc->fl->run->syms;
	int64_t old, unless;

	switch (op) {
	case WORD_CMPXCHG:
		return arg_truth(pc, s, 1) == 0 && arg_truth(pc, s, 2) == 1;
	case WORD_TRY_CMPXCHG:
		return arg_truth(pc, s, 2) == 1 &&
		       sym_is_int(syms, flow_load(pc->fl, s, pc->args[1]), &old) && !old;
	case WORD_XCHG:
		return arg_truth(pc, s, 1) == 1;
	case WORD_ADD_UNLESS: /* who comes next finds what it does not want */
		return pc->insn->n_args > 2 && sym_is_int(syms, pc->args[1], &old) &&
		       sym_is_int(syms, pc->args[2], &unless) && old && old == unless;
	case WORD_SET_BIT:
	case WORD_FETCH_OR:
	case WORD_INC_RETURN:
	case WORD_FETCH_INC:
		return true;
	default:
		return false;
	}
}

/* Whether the call gives the word back, if the path has it. */
static bool gives(const struct prim_call *pc, const struct state *s, enum word_op op)
{
	switch (op) {
	case WORD_CLEAR_BIT:
	case WORD_AND_NOT:
	case WORD_DEC:
	case WORD_DEC_RETURN:
	case WORD_DEC_AND_TEST:
		return true;
	case WORD_XCHG:
	case WORD_SET:
		return !arg_truth(pc, s, 1);
	case WORD_CMPXCHG:
		return arg_truth(pc, s, 1) == 1 && !arg_truth(pc, s, 2);
	default:
		return false;
	}
}

/* Whether the call counts down. */
static bool counts_down(enum word_op op)
{
	return op == WORD_DEC || op == WORD_DEC_RETURN || op == WORD_DEC_AND_TEST;
}

/* What the call returns that gives the word back. */
static uint32_t given_value(const struct prim_call *pc, enum word_op op)
{
	struct syms *syms = &pc->fl->run->syms;

	switch (op) {
	case WORD_DEC_RETURN:
		return sym_int(syms, 0);
	case WORD_AND_NOT: /* of the other bits nothing is known */
		return call_fresh(pc, FRESH_WAS);
	default:
		return sym_int(syms, 1);
	}
}

/* Pushes what the call returns in @s, which has the word now, and in @fail, which has not. */
static void push_taken(const struct prim_call *pc, struct state *s, struct state *fail,
		       enum word_op op, struct exits *ret)
{
	struct syms *syms = &pc->fl->run->syms;
	uint32_t there = call_fresh(pc, FRESH_THERE), was;

	state_forget_known(fail, syms, there);
	state_assume(fail, pc->arena, syms, there, true);
	switch (op) {
	case WORD_TRY_CMPXCHG:
		vec_push(ret, ((struct exit){ s, sym_int(syms, 1) }));
		state_store(fail, pc->arena, syms, pc->args[1], there);
		vec_push(ret, ((struct exit){ fail, sym_int(syms, 0) }));
		return;
	case WORD_ADD_UNLESS:
		vec_push(ret, ((struct exit){ s, sym_int(syms, 1) }));
		vec_push(ret, ((struct exit){ fail, sym_int(syms, 0) }));
		return;
	case WORD_INC_RETURN:
	case WORD_FETCH_INC:
		was = sym_int(syms, op == WORD_INC_RETURN);
		vec_push(ret, ((struct exit){ s, was }));
		state_assume(fail, pc->arena, syms, sym_bin(syms, FB_GT, there, was, false), true);
		break;
	case WORD_FETCH_OR:
		was = call_fresh(pc, FRESH_WAS);
		state_forget_known(s, syms, was);
		state_assume(s, pc->arena, syms, sym_bin(syms, FB_AND, was, pc->args[0], false),
			     false);
		vec_push(ret, ((struct exit){ s, was }));
		state_assume(fail, pc->arena, syms, sym_bin(syms, FB_AND, there, pc->args[0], false),
			     true);
		break;
	default:
		vec_push(ret, ((struct exit){ s, sym_int(syms, 0) }));
		break;
	}
	vec_push(ret, ((struct exit){ fail, there }));
}

/*
 * A call that gives back the word at @addr, of @class, or counts down what was counted up in vain:
 * of that word; where terms differ, of one of its class. Returns false if there is none of either.
 */
static bool push_given(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class,
		       enum word_op op, struct exits *ret)
{
	const uint32_t where[] = { addr, SYM_NONE };
	uint32_t value = SYM_NONE;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(where) && value == SYM_NONE; i++) {
		if (counts_down(op) && count_back(pc->fl->run, s, where[i], class)) {
			value = call_fresh(pc, FRESH_WAS);
			state_forget_known(s, &pc->fl->run->syms, value);
		} else if (give_back(pc, s, where[i], class)) {
			value = given_value(pc, op);
		}
	}
	if (value == SYM_NONE)
		return false;
	vec_push(ret, ((struct exit){ s, value }));
	return true;
}

/*
 * What a macro on any word does to one that is none of those that are followed. Of what was there only
 * what the path stored is known: who exchanges expects others to write.
 */
static void push_exchanged(const struct prim_call *pc, struct state *s, enum word_op op,
			   struct exits *ret)
{
	struct syms *syms = &pc->fl->run->syms;
	uint32_t there = call_fresh(pc, FRESH_THERE), was = call_fresh(pc, FRESH_WAS), stored;

	state_forget_known(s, syms, there);
	state_forget_known(s, syms, was);
	if (op == WORD_XCHG) {
		stored = state_cell(s, pc->args[0]);
		was = stored == SYM_NONE ? was : stored;
		there = pc->args[1];
	}
	state_store(s, pc->arena, syms, pc->args[0], there);
	if (op == WORD_TRY_CMPXCHG)
		state_store(s, pc->arena, syms, pc->args[1], there);
	vec_push(ret, ((struct exit){ s, was }));
}

bool prim_word(const struct prim_call *pc, struct state *s, struct exits *ret)
{
	const struct rule_word *rule = pc->fl->in->p->funcs.v[pc->callee].word;
	enum word_op op = rule->op;
	struct syms *syms = &pc->fl->run->syms;
	bool counts = op == WORD_INC_RETURN || op == WORD_FETCH_INC;
	uint32_t class, addr = word_addr(pc, op, &class), there;
	struct state *fail;

	if (addr != SYM_NONE && gives(pc, s, op) && push_given(pc, s, addr, class, op, ret))
		return true;
	if (addr != SYM_NONE && takes(pc, s, op)) {
		fail = prim_try(pc, s, addr, class, counts ? &count_rule : &word_rule,
				pc->args[word_arg(op)]);
		push_taken(pc, s, fail, op, ret);
		return true;
	}
	if (rule->header && pc->insn->n_args > 1) {
		push_exchanged(pc, s, op, ret);
		return true;
	}
	if (!is_other_bit(pc, s, op))
		return false;
	there = call_fresh(pc, FRESH_WAS);
	state_forget_known(s, syms, there);
	state_store(s, pc->arena, syms, pc->args[1], there);
	vec_push(ret, ((struct exit){ s, there }));
	return true;
}
