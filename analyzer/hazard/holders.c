// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

static bool takes(const struct rule_lock *l)
{
	return rule_lock_takes(l) && !l->sleeps;
}

static bool gives_back(const struct rule_lock *l)
{
	return l->does == LOCK_RELEASE && !l->sleeps;
}

/* A lock operation on a member or a global: where, and on which class. */
struct operation {
	uint32_t func;
	uint32_t class; /* string */
	uint32_t name;	/* string: of the field, or the global */
	uint32_t macro; /* string: that it is written as, or 0 */
	bool gives;	/* it is a release */
	bool global;
};

struct holders {
	struct program *p;
	struct interp *in;
	struct arena *arena;
	VEC(struct operation) ops;
	struct map64 class_of; /* name of a field, global or macro -> class, or 0: of several */
	struct map64 by_func;  /* (function, class) -> 1: takes, 2: gives back, 3: both */
	struct map64 scoped;   /* functions that give back at the end of a scope: guard() */
	struct map64 wanted;   /* classes */
};

static uint64_t func_class(const struct operation *op)
{
	return (uint64_t)op->func << 32 | op->class;
}

static void note_name(struct holders *h, uint32_t name, uint32_t class)
{
	uint32_t was = map64_get(&h->class_of, name);

	map64_put(&h->class_of, name, was == MAP64_EMPTY || was == class ? class : 0);
}

static void note_operation(struct holders *h, const struct operation *op)
{
	uint32_t does = map64_get(&h->by_func, func_class(op));

	note_name(h, op->name, op->class);
	if (op->macro)
		note_name(h, op->macro, op->class);
	map64_put(&h->by_func, func_class(op),
		  (does == MAP64_EMPTY ? 0 : does) | (op->gives ? 2 : 1));
	vec_push(&h->ops, *op);
}

/* Fills in @op what lock @at is. Returns whether it has a name that other units can know. */
static bool name_lock(const struct holders *h, const struct lock_place *at, struct operation *op)
{
	const char *class;

	op->name = op->class = at->sym;
	op->global = at->is == PLACE_GLOBAL;
	if (op->global)
		return map64_get(&h->p->gvar_by_name, at->sym) != MAP64_EMPTY;
	if (at->is != PLACE_FIELD)
		return false;
	class = interp_field_class(h->in, h->arena, at->f, at->field);
	if (class)
		op->class = program_string(h->p, class);
	return class;
}

static void find_operations(struct holders *h, bool gives)
{
	const struct program *p = h->p;
	uint64_t *params = lock_params(h->in, h->arena, gives ? gives_back : takes);
	struct lock_place at;
	uint32_t k;
	size_t i;

	for (i = 0; i < p->calls.n; i++) {
		const struct call *c = &p->calls.v[i];
		const struct facts *f = func_facts(p, &p->funcs.v[c->caller]);
		struct operation op = { .func = c->caller,
					.macro = f->insns.v[c->insn].macro,
					.gives = gives };

		for (k = 0; k < LOCK_MAX_ARGS; k++) {
			if (!lock_handed_over(h->in, params, c, k, &at))
				continue;
			if (name_lock(h, &at, &op)) {
				note_operation(h, &op);
				continue;
			}
			/* A macro that is handed any lock stands for none. */
			if (op.macro)
				note_name(h, op.macro, 0);
			if (gives && at.is == PLACE_LOCAL)
				map64_put(&h->scoped, c->caller, 1);
		}
	}
}

/* What programs on hooks come to takes locks of these classes. */
static void find_wanted(struct holders *h, const struct programs *pr)
{
	struct reach r;
	size_t i;

	find_reach(pr, h->arena, programs_on_hooks, &r);
	for (i = 0; i < h->ops.n; i++)
		if (!h->ops.v[i].gives && r.seen[h->ops.v[i].func])
			map64_put(&h->wanted, h->ops.v[i].class, 1);
}

/* A function that other units can call, and that does one of both: who calls it does the other. */
static bool is_half(const struct holders *h, const struct operation *op)
{
	uint32_t flags = h->p->funcs.v[op->func].flags;

	return (!(flags & FF_STATIC) || flags & FF_HEADER) &&
	       map64_get(&h->by_func, func_class(op)) != 3 &&
	       map64_get(&h->scoped, op->func) == MAP64_EMPTY;
}

/* Whether @name stands for @class and no other: one that several locks have says nothing. */
static bool is_word_of(const struct holders *h, uint32_t name, uint32_t class)
{
	return name && map64_get(&h->class_of, name) == class;
}

static void add_lock_words(const struct holders *h, struct strlist *ret)
{
	size_t i;

	ret->v = ARENA_ARRAY(h->arena, const char *, 3 * h->ops.n);
	ret->n = 0;
	for (i = 0; i < h->ops.n; i++) {
		const struct operation *op = &h->ops.v[i];

		if (map64_get(&h->wanted, op->class) == MAP64_EMPTY)
			continue;
		if (is_word_of(h, op->name, op->class))
			ret->v[ret->n++] = program_str(h->p, op->name);
		if (is_word_of(h, op->macro, op->class))
			ret->v[ret->n++] = program_str(h->p, op->macro);
		if (is_half(h, op))
			ret->v[ret->n++] = func_name(h->p, op->func);
	}
	sort_once(ret);
}

/* Locks that are variables, and that what programs anywhere call comes to: every unit may take one. */
static void add_globals(const struct holders *h, const struct programs *pr, struct strlist *ret)
{
	struct reach r;
	size_t i;

	find_reach(pr, h->arena, programs_anywhere, &r);
	ret->v = ARENA_ARRAY(h->arena, const char *, h->ops.n);
	ret->n = 0;
	for (i = 0; i < h->ops.n; i++)
		if (!h->ops.v[i].gives && h->ops.v[i].global && r.seen[h->ops.v[i].func])
			ret->v[ret->n++] = program_str(h->p, h->ops.v[i].name);
	sort_once(ret);
}

/* The functions that call the hooks: a hook's program says which by its name. */
static void add_hooks(const struct holders *h, struct strlist *ret)
{
	const struct rule_tree *t = &h->p->rules->tree;
	size_t len = t->lsm_program_prefix ? strlen(t->lsm_program_prefix) : 0, i, k;

	ret->v = ARENA_ARRAY(h->arena, const char *, h->p->funcs.n * t->lsm_hook_prefixes.n);
	ret->n = 0;
	for (i = 0; i < h->p->funcs.n && len; i++) {
		const char *name = func_name(h->p, (uint32_t)i);

		if (strncmp(name, t->lsm_program_prefix, len) != 0)
			continue;
		for (k = 0; k < t->lsm_hook_prefixes.n; k++)
			ret->v[ret->n++] = arena_printf(h->arena, "%s%s",
							t->lsm_hook_prefixes.v[k], name + len);
	}
	sort_once(ret);
}

void analyse_holders(struct program *p, struct arena *arena, struct strlist *ret_locks,
		     struct strlist *ret_hooks, struct strlist *ret_globals)
{
	struct by_name b;
	struct holders h = { .p = p, .in = &b.in, .arena = arena };

	by_name_begin(&b, p);
	find_operations(&h, false);
	find_operations(&h, true);
	find_wanted(&h, &b.pr);
	add_lock_words(&h, ret_locks);
	add_hooks(&h, ret_hooks);
	add_globals(&h, &b.pr, ret_globals);
	vec_release(&h.ops);
	map64_release(&h.class_of);
	map64_release(&h.scoped);
	map64_release(&h.by_func);
	map64_release(&h.wanted);
	by_name_end(&b);
}
