// SPDX-License-Identifier: MIT
#include "flow/words.h"

#include "program/bpf.h"

#include <string.h>

/* An address is seldom handed on by way of more locals than this. */
#define MAX_LOCALS 4

/* What a function does to a word, by its text. */
enum {
	DOES_TAKE = 1 << 0,
	DOES_GIVE = 1 << 1,
};

/* When an operation takes the word, or gives it back: by its arguments from number 1 on. */
enum when {
	NEVER,
	ALWAYS,
	NEW_SET, /* (new): that is not 0 */
	NEW_ZERO,
	OLD_ZERO, /* (old, new): only the old one is 0 */
	OLD_SET,  /* only the new one is 0 */
	OLD_THERE, /* (&old, new): as OLD_ZERO */
	ADDS_ONCE, /* (number, unless): these are one, so that who comes next adds none */
};

/* What an operation tells who takes the word with it. */
enum told {
	TOLD_WAS, /* what was there: 0 */
	TOLD_IS, /* what is there now: 1 */
	TOLD_WHETHER,
	TOLD_BITS, /* what was there, without the bit */
};

/* And who gives it back. */
enum given {
	GIVEN_ONE,
	GIVEN_ZERO,
	GIVEN_UNKNOWN, /* nothing is known of the other bits */
};

/* What each operation does to a word. */
struct word_does {
	uint8_t arg; /* number of the argument that is the word's address; 1: before it comes a bit... */
	bool mask; /* ...as a mask, and not as its number */
	enum when takes, gives;
	enum told told;
	enum given given;
	int8_t counts; /* 1: up, whoever has the word; -1: down */
};

static const struct word_does word_ops[] = {
	[WORD_CMPXCHG] = { .takes = OLD_ZERO, .gives = OLD_SET },
	[WORD_TRY_CMPXCHG] = { .takes = OLD_THERE, .told = TOLD_WHETHER },
	[WORD_XCHG] = { .takes = NEW_SET, .gives = NEW_ZERO },
	[WORD_SET] = { .gives = NEW_ZERO },
	[WORD_INC_RETURN] = { .takes = ALWAYS, .told = TOLD_IS, .counts = 1 },
	[WORD_FETCH_INC] = { .takes = ALWAYS, .counts = 1 },
	[WORD_ADD_UNLESS] = { .takes = ADDS_ONCE, .told = TOLD_WHETHER },
	[WORD_DEC] = { .gives = ALWAYS, .counts = -1 },
	[WORD_DEC_RETURN] = { .gives = ALWAYS, .given = GIVEN_ZERO, .counts = -1 },
	[WORD_DEC_AND_TEST] = { .gives = ALWAYS, .counts = -1 },
	[WORD_SET_BIT] = { .arg = 1, .takes = ALWAYS },
	[WORD_CLEAR_BIT] = { .arg = 1, .gives = ALWAYS },
	[WORD_RAISE_BIT] = { .arg = 1 },
	[WORD_FETCH_OR] = { .arg = 1, .mask = true, .takes = ALWAYS, .told = TOLD_BITS },
	[WORD_AND_NOT] = { .arg = 1, .mask = true, .gives = ALWAYS, .given = GIVEN_UNKNOWN },
};

/* Whether it is @when for arguments of which it is known that they are 0 (0), or not (1), or not (-1). */
static bool is_when(enum when when, int first, int second)
{
	switch (when) {
	case ALWAYS:
		return true;
	case NEW_SET:
		return first == 1;
	case NEW_ZERO:
		return first == 0;
	case OLD_ZERO:
		return first == 0 && second == 1;
	case OLD_SET:
		return first == 1 && second == 0;
	default:
		return false;
	}
}

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

/* Makes the number of a bit of @arg, the first argument of what does @d; false: it is none. */
static bool is_one_bit(const struct word_does *d, int64_t *arg)
{
	uint64_t mask = (uint64_t)*arg;

	if (!d->mask)
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

/* The class of the word that call @insn of a function that does @d, in @fn, is about, or 0. */
static uint32_t text_class(const struct interp *in, const struct func *fn,
			   const struct fact_insn *insn, const struct word_does *d)
{
	const struct facts *f = func_facts(in->p, fn);
	uint32_t class;
	int64_t bit;

	if (insn->n_args <= d->arg)
		return 0;
	class = pointer_class(in, fn, f->arglist.v[insn->args + d->arg], 0);
	if (!class || !d->arg)
		return class;
	return text_is_int(f, f->arglist.v[insn->args], &bit) && is_one_bit(d, &bit)
		       ? bit_class(in, class, bit)
		       : 0;
}

/*
 * The record that a parameter of @fn is a pointer to, if pointer @e of its text is that one with
 * another type, or 0.
 */
static uint32_t cast_record(const struct interp *in, const struct func *fn, uint32_t e)
{
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_func *ff = func_fact(in->p, fn);
	const struct fact_expr *x = &f->exprs.v[expr_strip(f, e)];
	uint32_t type = f->exprs.v[e].type, record;
	const struct fact_insn *insn;
	unsigned int left;

	if (x->op != FX_LOCAL)
		return 0;
	if (f->exprs.v[e].op != FX_CAST)
		type = f->locals.v[ff->locals + x->a].type;
	for (left = MAX_LOCALS; x->a >= ff->n_params; left--) {
		insn = func_next_value(in->p, fn, x->a, NULL);
		if (!left || !insn || insn->op != FI_ASSIGN || func_next_value(in->p, fn, x->a, insn))
			return 0;
		x = &f->exprs.v[expr_strip(f, insn->val)];
		if (x->op != FX_LOCAL)
			return 0;
	}
	record = bpf_pointee_record(f, f->locals.v[ff->locals + x->a].type);
	return record == bpf_pointee_record(f, type) ? 0 : record;
}

/* Whether argument @arg is something else than the constant 0, as far as the text says. */
static bool text_truth(const struct facts *f, const struct fact_insn *insn, uint32_t arg)
{
	int64_t val;

	return arg >= insn->n_args || !text_is_int(f, f->arglist.v[insn->args + arg], &val) || val;
}

static unsigned int text_does(const struct facts *f, const struct fact_insn *insn,
			      const struct word_does *d)
{
	bool first = text_truth(f, insn, 1), second = text_truth(f, insn, 2);
	bool takes = d->takes == OLD_THERE || d->takes == ADDS_ONCE ||
		     is_when(d->takes, first, second);

	return (takes && !insn->result_ignored ? DOES_TAKE : 0) |
	       (is_when(d->gives, first, second) ? DOES_GIVE : 0);
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

/* Notes, in @records, those that function @fn is handed and stores 0 to as to a word. */
static void note_handed_stores(const struct interp *in, const struct func *fn, struct map64 *records)
{
	const struct facts *f = func_facts(in->p, fn);
	const struct fact_func *ff = func_fact(in->p, fn);
	uint32_t b, i, record;
	int64_t val;

	for (b = ff->blocks; b < ff->blocks + ff->n_blocks; b++) {
		const struct fact_block *blk = &f->blocks.v[b];

		for (i = blk->insns; i < blk->insns + blk->n_insns; i++) {
			const struct fact_insn *insn = &f->insns.v[i];
			const struct fact_expr *x;

			if (insn->op != FI_ASSIGN || insn->dst == FACTS_NONE ||
			    !text_is_int(f, insn->val, &val) || val)
				continue;
			x = &f->exprs.v[expr_strip(f, insn->dst)];
			while (x->op == FX_FIELD)
				x = &f->exprs.v[expr_strip(f, x->a)];
			record = x->op == FX_DEREF ? cast_record(in, fn, x->a) : 0;
			if (record && map64_get(records, record) != MAP64_EMPTY)
				note(records, record, DOES_GIVE);
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

/* One of more is there for something else, and its count may be one of references. */
static bool has_one_member(const struct program *p, uint32_t record)
{
	const struct facts *f;
	const struct fact_record *r = program_record(p, record, &f);

	return r && r->n_fields == 1;
}

void words_find(struct interp *in)
{
	struct program *p = in->p;
	struct map64 does = { 0 }, records = { 0 };
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
			const struct word_does *d;
			const struct rule_word *rule;
			uint32_t class, record;

			rule = call->callee == FACTS_NONE ? NULL : p->funcs.v[call->callee].word;
			d = rule ? &word_ops[rule->op] : NULL;
			class = d ? text_class(in, fn, insn, d) : 0;
			record = d && !class && !d->arg && !d->counts && insn->n_args
					 ? cast_record(in, fn, f->arglist.v[insn->args])
					 : 0;
			if (!class && !record)
				continue;
			note(class ? &does : &records, class ? class : record,
			     text_does(f, insn, d));
			vec_push(&in->word_users, ((struct word_user){ (uint32_t)i,
								       class ? class : record,
								       !class }));
		}
		if (does.n)
			note_stores(in, fn, &does);
		for (k = 0; k < does.cap; k++)
			if (does.vals[k] == (DOES_TAKE | DOES_GIVE))
				map64_put(&in->words, does.keys[k], 1);
		map64_clear(&does);
	}
	for (i = 0; i < p->funcs.n && records.n; i++)
		if (p->funcs.v[i].defined && !func_is_beyond(p, (uint32_t)i))
			note_handed_stores(in, &p->funcs.v[i], &records);
	for (k = 0; k < records.cap; k++)
		if (records.vals[k] == (DOES_TAKE | DOES_GIVE) &&
		    has_one_member(p, (uint32_t)records.keys[k]))
			map64_put(&in->word_records, records.keys[k], 1);
	for (i = 0; i < in->word_users.n; i++) {
		const struct word_user *u = &in->word_users.v[i];

		if (map64_get(u->handed ? &in->word_records : &in->words, u->class) != MAP64_EMPTY)
			in->word_users.v[n++] = *u;
	}
	in->word_users.n = n;
	if (n)
		mark_touching(in);
	map64_release(&does);
	map64_release(&records);
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

/* The record that is a word itself which @addr was handed on as, to @fr or what called it, or 0. */
static uint32_t handed_record(const struct interp *in, const struct frame *fr, uint32_t addr)
{
	uint32_t i, record;

	for (; fr && in->word_records.n; fr = fr->up)
		for (i = 0; i < fr->n_args; i++) {
			record = fr->args[i] == addr ? bpf_param_record(in->p, fr->func, i) : 0;
			if (record && map64_get(&in->word_records, record) != MAP64_EMPTY)
				return record;
		}
	return 0;
}

/*
 * The address of what @pc is about: the word, or its bit @ret_class; SYM_NONE if it is none of
 * those that are followed.
 */
static uint32_t word_addr(const struct prim_call *pc, const struct word_does *d,
			  uint32_t *ret_class)
{
	struct flow *fl = pc->fl;
	struct syms *syms = &fl->run->syms;
	uint32_t addr, class, record;
	int64_t bit;

	if (!fl->in->word_users.n || pc->insn->n_args <= d->arg)
		return SYM_NONE;
	addr = pc->args[d->arg];
	class = interp_lock_class(fl->in, fl->run, addr);
	if (class && d->arg) {
		if (!sym_is_int(syms, pc->args[0], &bit) || !is_one_bit(d, &bit))
			return SYM_NONE;
		addr = sym_faddr(syms, addr, class, bit_string(fl->in, bit));
		class = bit_class(fl->in, class, bit);
	}
	if (!class || map64_get(&fl->in->words, class) == MAP64_EMPTY) {
		record = d->arg ? 0 : handed_record(fl->in, pc->frame, addr);
		if (!record)
			return SYM_NONE;
		class = class ? class : record;
	}
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
static bool is_other_bit(const struct prim_call *pc, const struct state *s,
			 const struct word_does *d)
{
	int64_t bit;
	uint8_t i;

	if (!d->arg || pc->insn->n_args < 2 ||
	    !sym_is_int(&pc->fl->run->syms, pc->args[0], &bit) || !is_one_bit(d, &bit))
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
static bool takes(const struct prim_call *pc, struct state *s, const struct word_does *d)
{
	struct syms *syms = &pc->fl->run->syms;
	int64_t old, unless;

	switch (d->takes) {
	case OLD_THERE:
		return arg_truth(pc, s, 2) == 1 &&
		       sym_is_int(syms, flow_load(pc->fl, s, pc->args[1]), &old) && !old;
	case ADDS_ONCE:
		return pc->insn->n_args > 2 && sym_is_int(syms, pc->args[1], &old) &&
		       sym_is_int(syms, pc->args[2], &unless) && old && old == unless;
	default:
		return is_when(d->takes, arg_truth(pc, s, 1), arg_truth(pc, s, 2));
	}
}

/* What the call returns that gives the word back. */
static uint32_t given_value(const struct prim_call *pc, const struct word_does *d)
{
	return d->given == GIVEN_UNKNOWN ? call_fresh(pc, FRESH_WAS)
					 : sym_int(&pc->fl->run->syms, d->given == GIVEN_ONE);
}

/* Pushes what the call returns in @s, which has the word now, and in @fail, which has not. */
static void push_taken(const struct prim_call *pc, struct state *s, struct state *fail,
		       const struct word_does *d, struct exits *ret)
{
	struct syms *syms = &pc->fl->run->syms;
	uint32_t there = call_fresh(pc, FRESH_THERE), was;

	state_forget_known(fail, syms, there);
	state_assume(fail, pc->arena, syms, there, true);
	switch (d->told) {
	case TOLD_WHETHER:
		vec_push(ret, ((struct exit){ s, sym_int(syms, 1) }));
		if (d->takes == OLD_THERE)
			state_store(fail, pc->arena, syms, pc->args[1], there);
		vec_push(ret, ((struct exit){ fail, sym_int(syms, 0) }));
		return;
	case TOLD_BITS:
		was = call_fresh(pc, FRESH_WAS);
		state_forget_known(s, syms, was);
		state_assume(s, pc->arena, syms, sym_bin(syms, FB_AND, was, pc->args[0], false),
			     false);
		vec_push(ret, ((struct exit){ s, was }));
		state_assume(fail, pc->arena, syms, sym_bin(syms, FB_AND, there, pc->args[0], false),
			     true);
		break;
	default:
		was = sym_int(syms, d->told == TOLD_IS);
		vec_push(ret, ((struct exit){ s, was }));
		if (d->counts)
			state_assume(fail, pc->arena, syms, sym_bin(syms, FB_GT, there, was, false),
				     true);
		break;
	}
	vec_push(ret, ((struct exit){ fail, there }));
}

/*
 * A call that gives back the word at @addr, of @class, or counts down what was counted up in vain:
 * of that word; where terms differ, of one of its class. Returns false if there is none of either.
 */
static bool push_given(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class,
		       const struct word_does *d, struct exits *ret)
{
	const uint32_t where[] = { addr, SYM_NONE };
	uint32_t value = SYM_NONE;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(where) && value == SYM_NONE; i++) {
		if (d->counts < 0 && count_back(pc->fl->run, s, where[i], class)) {
			value = call_fresh(pc, FRESH_WAS);
			state_forget_known(s, &pc->fl->run->syms, value);
		} else if (give_back(pc, s, where[i], class)) {
			value = given_value(pc, d);
		}
	}
	if (value == SYM_NONE)
		return false;
	vec_push(ret, ((struct exit){ s, value }));
	return true;
}

/*
 * What a macro on any word does to one that is none of those that are followed. Who exchanges expects
 * others to write, so of what was there nothing is known, whatever the path stored.
 */
static void push_exchanged(const struct prim_call *pc, struct state *s,
			   const struct word_does *d, struct exits *ret)
{
	struct syms *syms = &pc->fl->run->syms;
	uint32_t there = call_fresh(pc, FRESH_THERE), was = call_fresh(pc, FRESH_WAS);

	state_forget_known(s, syms, there);
	state_forget_known(s, syms, was);
	state_store(s, pc->arena, syms, pc->args[0], there);
	if (d->takes == OLD_THERE)
		state_store(s, pc->arena, syms, pc->args[1], there);
	vec_push(ret, ((struct exit){ s, was }));
}

bool prim_word(const struct prim_call *pc, struct state *s, struct exits *ret)
{
	const struct rule_word *rule = pc->fl->in->p->funcs.v[pc->callee].word;
	const struct word_does *d = &word_ops[rule->op];
	struct syms *syms = &pc->fl->run->syms;
	uint32_t class, addr = word_addr(pc, d, &class), there;
	struct state *fail;

	if (addr != SYM_NONE && is_when(d->gives, arg_truth(pc, s, 1), arg_truth(pc, s, 2)) &&
	    push_given(pc, s, addr, class, d, ret))
		return true;
	if (addr != SYM_NONE && takes(pc, s, d)) {
		fail = prim_try(pc, s, addr, class, d->counts ? &count_rule : &word_rule,
				pc->args[d->arg]);
		push_taken(pc, s, fail, d, ret);
		return true;
	}
	if (rule->header && pc->insn->n_args > 1) {
		push_exchanged(pc, s, d, ret);
		return true;
	}
	if (!is_other_bit(pc, s, d))
		return false;
	there = call_fresh(pc, FRESH_WAS);
	state_forget_known(s, syms, there);
	state_store(s, pc->arena, syms, pc->args[1], there);
	vec_push(ret, ((struct exit){ s, there }));
	return true;
}
