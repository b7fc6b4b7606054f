// SPDX-License-Identifier: MIT
#include "flow/tables.h"

#include <string.h>

enum one_table table_has(const struct program *p, const struct syms *syms, const struct state *s,
			 uint32_t at, uint32_t func)
{
	const struct sym *v = sym_get(syms, at), *o, *val;
	enum one_table ret = ONE_TABLE_MAYBE, one;
	uint32_t i;

	for (i = 0; i < s->n_tables; i++) {
		o = sym_get(syms, s->tables[i].addr);
		val = sym_get(syms, s->tables[i].val);
		if (o->a != v->a || o->c != v->c)
			continue;
		one = program_one_table(p, v->c, v->b, func, o->b, val->a);
		if (one != ONE_TABLE_MAYBE)
			ret = one;
		if (one == ONE_TABLE_NO)
			break;
	}
	return ret;
}

void table_entered(struct state *s, struct syms *syms, uint32_t at, uint32_t func)
{
	if (s->n_tables == STATE_MAX_TABLES) { /* the outermost one says least of what is called now */
		memmove(&s->tables[0], &s->tables[1],
			(STATE_MAX_TABLES - 1) * sizeof(s->tables[0]));
		s->n_tables--;
	}
	s->tables[s->n_tables++] =
		(struct cell){ .addr = at, .val = sym_make(syms, SY_FUNC, func, 0, 0, 0) };
}

void table_left(struct state *s, uint32_t at)
{
	uint8_t i = s->n_tables;

	while (i && s->tables[i - 1].addr != at)
		i--;
	if (!i)
		return;
	memmove(&s->tables[i - 1], &s->tables[i],
		(size_t)(s->n_tables - i) * sizeof(s->tables[0]));
	s->n_tables--;
}

/* Fills @ret with the way from one of @args to @at. Returns whether there is one. */
static bool find_way(const struct syms *syms, uint32_t at, const uint32_t *args, uint32_t n_args,
		     struct table_hint *ret)
{
	uint32_t i;

	for (ret->n_steps = 0;; ret->n_steps++) {
		const struct sym *v = sym_get(syms, at);

		for (i = 0; i < n_args; i++)
			if (args[i] == at) {
				ret->param = i;
				return ret->n_steps != 0;
			}
		if ((v->op != SY_FADDR && v->op != SY_LOAD) || ret->n_steps == TABLE_MAX_STEPS)
			return false;
		ret->steps[ret->n_steps] = (struct table_step){ v->op == SY_LOAD, v->c, v->b };
		at = v->a;
	}
}

uint8_t table_hints(const struct syms *syms, const struct state *s, const uint32_t *args,
		    uint32_t n_args, struct table_hint *ret)
{
	uint32_t i;
	uint8_t n = 0;

	for (i = 0; i < s->n_tables && n < TABLE_MAX_HINTS; i++) {
		if (!find_way(syms, s->tables[i].addr, args, n_args, &ret[n]))
			continue;
		ret[n++].func = sym_get(syms, s->tables[i].val)->a;
	}
	return n;
}

void table_take_hint(struct state *s, struct syms *syms, const uint32_t *args, uint32_t n,
		     const struct table_hint *h)
{
	uint32_t at;
	uint8_t i;

	if (h->param >= n)
		return;
	at = args[h->param];
	for (i = h->n_steps; i-- > 0;)
		at = h->steps[i].loads ? sym_make(syms, SY_LOAD, at, 0, 0, 0)
				       : sym_faddr(syms, at, h->steps[i].record, h->steps[i].field);
	if (sym_get(syms, at)->op == SY_FADDR)
		table_entered(s, syms, at, h->func);
}
