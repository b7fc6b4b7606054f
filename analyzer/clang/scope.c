// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Labels, gotos, and what runs when a scope is left. */

void lower_leave_scopes(struct lower *l, const struct cleanup *from, const struct cleanup *to,
			 struct fact_loc loc)
{
	for (const struct cleanup *s = from; s && s != to && (!to || s->depth > to->depth);
	     s = s->outer) {
		struct fact_insn in = { .op = FI_CALL, .cleanup = 1, .loc = loc,
					.dst = FACTS_NONE, .val = s->func, .n_args = 1 };

		in.args = (uint32_t)l->u->f->arglist.n;
		vec_push(&l->u->f->arglist, s->arg);
		lower_emit(l, in);
	}
}

void lower_push_cleanup(struct lower *l, const char *func, uint32_t local)
{
	struct cleanup *s = ARENA_NEW(&l->u->scratch, struct cleanup);
	struct fact_expr e = { .op = FX_FUNC, .type = FACTS_NONE };

	unit_func_by_name(l->u, func);
	e.a = e.b = FACTS_NONE;
	e.sym = facts_string(l->u->f, func);
	s->func = expr_add(l->u, e);
	s->arg = expr_addr(l->u, local);
	s->outer = l->scope;
	s->depth = l->scope ? l->scope->depth + 1 : 1;
	l->scope = s;
}

uint32_t lower_label(struct lower *l, CXCursor stmt)
{
	struct lower_label label = { .stmt = stmt, .at = clang_getCursorLocation(stmt) };

	/* The cursor that a goto refers to does not compare equal to the label's own. */
	for (size_t i = 0; i < l->labels.n; i++)
		if (clang_equalLocations(l->labels.v[i].at, label.at))
			return (uint32_t)i;
	label.block = lower_new_block(l);
	vec_push(&l->labels, label);
	return (uint32_t)l->labels.n - 1;
}

void lower_place_label(struct lower *l, CXCursor stmt, struct fact_loc loc)
{
	uint32_t id = lower_label(l, stmt);

	l->labels.v[id].placed = true;
	l->labels.v[id].scope = l->scope;
	lower_jump_to(l, l->labels.v[id].block, loc);
	l->cur = l->labels.v[id].block;
}

void lower_goto(struct lower *l, uint32_t label, struct fact_loc loc)
{
	struct lower_goto g = { .label = label, .scope = l->scope, .loc = loc };

	if (!l->scope) {
		lower_jump_to(l, l->labels.v[label].block, loc);
		return;
	}
	/* Which scopes it leaves is known when the label has been seen. */
	g.block = lower_new_block(l);
	vec_push(&l->gotos, g);
	lower_jump_to(l, g.block, loc);
}

static void finish_gotos(struct lower *l)
{
	for (size_t i = 0; i < l->gotos.n; i++) {
		const struct lower_goto *g = &l->gotos.v[i];
		const struct cleanup *to = l->labels.v[g->label].scope, *from = g->scope;

		/* Only what both have in common stays. */
		while (to && from && to != from) {
			if (to->depth >= from->depth)
				to = to->outer;
			else
				from = from->outer;
		}
		if (!from)
			to = NULL;
		l->cur = g->block;
		lower_leave_scopes(l, g->scope, to, g->loc);
		lower_jump_to(l, l->labels.v[g->label].block, g->loc);
	}
}

static void add_target(struct lower *l, uint32_t block, uint32_t target)
{
	struct lower_case lc = { .block = block, .c = { .target = target } };

	if (l->blocks.v[block].succ[0] == FACTS_NONE)
		l->blocks.v[block].succ[0] = target;
	else if (l->blocks.v[block].succ[0] != target)
		vec_push(&l->cases, lc);
}

/* The label that a word of the source names. */
static const struct lower_label *label_named(struct lower *l, const char *word, size_t len)
{
	const struct lower_label *ret = NULL;

	for (size_t i = 0; i < l->labels.n && !ret; i++) {
		CXString s = clang_getCursorSpelling(l->labels.v[i].stmt);
		const char *name = clang_getCString(s);

		if (name && strlen(name) == len && !strncmp(name, word, len))
			ret = &l->labels.v[i];
		clang_disposeString(s);
	}
	return ret;
}

/* An asm goto goes to the labels that its text names, or past itself. */
static void finish_asm_gotos(struct lower *l)
{
	for (size_t i = 0; i < l->asm_gotos.n; i++) {
		const struct lower_asm_goto *g = &l->asm_gotos.v[i];
		bool found = false;

		for (size_t at = 0; at < g->len && g->names[at] != ')';) {
			const struct lower_label *label;
			size_t word = at;

			while (at < g->len && text_is_word(g->names[at]))
				at++;
			if (at == word) {
				at++;
				continue;
			}
			label = label_named(l, g->names + word, at - word);
			if (!label)
				continue;
			add_target(l, g->block, label->block);
			found = true;
		}
		if (!found)
			vec_push(&l->any, g->block);
	}
}

/* Jumps whose targets are not said: to every label of the function. */
static void finish_any(struct lower *l)
{
	for (size_t i = 0; i < l->any.n; i++) {
		uint32_t b = l->any.v[i];

		for (size_t j = 0; j < l->labels.n; j++)
			if (l->labels.v[j].placed)
				add_target(l, b, l->labels.v[j].block);
		if (l->blocks.v[b].succ[0] == FACTS_NONE)
			l->blocks.v[b].term = FTERM_UNREACHABLE;
	}
}

void lower_finish_jumps(struct lower *l)
{
	finish_gotos(l);
	finish_asm_gotos(l);
	finish_any(l);
}
