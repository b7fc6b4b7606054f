// SPDX-License-Identifier: MIT
#include "hazard/model.h"

#include <string.h>

static bool takes(const struct rule_lock *l)
{
	return l->does != LOCK_RELEASE && !l->sleeps;
}

static bool gives_back(const struct rule_lock *l)
{
	return l->does == LOCK_RELEASE && !l->sleeps;
}

/* A lock operation on a member: where, on which class, and by the name of which field. */
struct operation {
	uint32_t func;
	uint32_t class; /* string */
	uint32_t field; /* string */
	bool gives;	/* it is a release */
};

struct holders {
	struct program *p;
	struct interp *in;
	struct arena *arena;
	VEC(struct operation) ops;
	struct map64 of_field; /* name of a field -> class, or 0 for those of several */
	struct map64 by_func;  /* (function, class) -> 1: takes, 2: gives back, 3: both */
	struct map64 wanted;   /* classes */
};

static uint64_t func_class(const struct operation *op)
{
	return (uint64_t)op->func << 32 | op->class;
}

static void note_operation(struct holders *h, const struct operation *op)
{
	uint32_t class = map64_get(&h->of_field, op->field);
	uint32_t does = map64_get(&h->by_func, func_class(op));

	map64_put(&h->of_field, op->field,
		  class == MAP64_EMPTY || class == op->class ? op->class : 0);
	map64_put(&h->by_func, func_class(op),
		  (does == MAP64_EMPTY ? 0 : does) | (op->gives ? 2 : 1));
	vec_push(&h->ops, *op);
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

		for (k = 0; k < LOCK_MAX_ARGS; k++) {
			struct operation op = { .func = c->caller, .gives = gives };
			const char *class;

			if (!lock_handed_over(h->in, params, c, k, &at) || at.is != PLACE_FIELD)
				continue;
			class = lock_place_class(h->in, h->arena, f, &at);
			if (!class)
				continue;
			op.class = program_string(h->p, class);
			op.field = at.sym;
			note_operation(h, &op);
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
	       map64_get(&h->by_func, func_class(op)) != 3;
}

static void add_lock_words(const struct holders *h, struct strlist *ret)
{
	size_t i;

	ret->v = ARENA_ARRAY(h->arena, const char *, 2 * h->ops.n);
	ret->n = 0;
	for (i = 0; i < h->ops.n; i++) {
		const struct operation *op = &h->ops.v[i];

		if (map64_get(&h->wanted, op->class) == MAP64_EMPTY)
			continue;
		/* A name that locks of several structs have says nothing. */
		if (map64_get(&h->of_field, op->field) == op->class)
			ret->v[ret->n++] = program_str(h->p, op->field);
		if (is_half(h, op))
			ret->v[ret->n++] = func_name(h->p, op->func);
	}
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
		     struct strlist *ret_hooks)
{
	struct bpf_tables t;
	struct programs pr;
	struct interp in;
	struct holders h = { .p = p, .in = &in, .arena = arena };

	interp_init(&in, p);
	bpf_tables_read(&t, p);
	programs_init(&pr, &in, &t);
	find_operations(&h, false);
	find_operations(&h, true);
	find_wanted(&h, &pr);
	add_lock_words(&h, ret_locks);
	add_hooks(&h, ret_hooks);
	vec_release(&h.ops);
	map64_release(&h.of_field);
	map64_release(&h.by_func);
	map64_release(&h.wanted);
	programs_release(&pr);
	bpf_tables_release(&t);
	interp_release(&in);
}
