// SPDX-License-Identifier: MIT
#include "flow/prims.h"
#include "hazard/sites.h"

#include <string.h>

/*
 * RL105 guard-mismatch: a guard of such a lock is raised, but the helper tests
 * another: another variable, or the counter of another lock of an array.
 */

/* Of an address: the index into an array that it goes through, or SYM_NONE; @ret_of: the array's owner. */
static uint32_t index_of(const struct syms *syms, uint32_t addr, uint32_t *ret_of)
{
	const struct sym *v = sym_get(syms, addr);
	uint32_t index = SYM_NONE;

	for (;; v = sym_get(syms, v->a)) {
		if (v->op == SY_IADDR && !v->c && index == SYM_NONE)
			index = v->b;
		if (v->op == SY_FADDR && index != SYM_NONE)
			break;
		if (v->op != SY_IADDR && v->op != SY_FADDR && v->op != SY_LOAD)
			break;
	}
	*ret_of = v->op == SY_FADDR ? v->a : SYM_NONE;
	return index;
}

/* What an index is made of, beside constants and what it is cut off with. */
#define MAX_PARTS 8

struct parts {
	uint32_t v[MAX_PARTS];
	uint8_t n;
	bool unknown; /* there is more, or some of it may be anything */
};

/* Adds the parts of @id; members of @owner are the same for all indices. */
static void add_parts(const struct syms *syms, uint32_t id, uint32_t owner, struct parts *ret)
{
	const struct sym *v = sym_get(syms, id);

	switch (v->op) {
	case SY_INT:
		return;
	case SY_UN:
		add_parts(syms, v->a, owner, ret);
		return;
	case SY_BIN:
		add_parts(syms, v->a, owner, ret);
		add_parts(syms, v->b, owner, ret);
		return;
	case SY_LOAD:
		if (sym_get(syms, v->a)->op == SY_FADDR && sym_get(syms, v->a)->a == owner)
			return;
		break;
	case SY_PARAM:
		break;
	default:
		ret->unknown = true;
	}
	if (ret->n == MAX_PARTS)
		ret->unknown = true;
	else
		ret->v[ret->n++] = id;
}

static bool share_part(const struct parts *a, const struct parts *b)
{
	uint8_t i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (a->v[i] == b->v[k])
				return true;
	return false;
}

/* Whether index @id keeps constant bits of a value, rather than as many as there are elements. */
static bool keeps_constant_bits(const struct syms *syms, uint32_t id, bool *ret_masks)
{
	const struct sym *v = sym_get(syms, id);
	int64_t n;

	*ret_masks = v->op == SY_BIN && v->val == FB_AND;
	return *ret_masks && (sym_is_int(syms, v->b, &n) || sym_is_int(syms, v->a, &n));
}

/* Whether these say nothing of the lock: all are kept by the CPU, as its number is. */
static bool is_of_cpu(const struct analysis *an, const struct syms *syms, const struct parts *parts)
{
	uint8_t i;

	for (i = 0; i < parts->n; i++) {
		const struct sym *v = sym_get(syms, parts->v[i]);

		if (v->op == SY_LOAD)
			v = sym_get(syms, v->a);
		while (v->op == SY_FADDR)
			v = sym_get(syms, v->a);
		if (v->op != SY_GADDR || !an->p->gvars.v[v->a].percpu)
			return false;
	}
	return parts->n != 0;
}

/* Whether @index is a constant (none: the first), though others find @guard by one that they compute. */
static bool is_fixed(const struct analysis *an, const struct syms *syms, uint32_t index, uint32_t guard)
{
	int64_t n;

	return (index == SYM_NONE || sym_is_int(syms, index, &n)) &&
	       map64_get(&an->in.chosen_guards, guard) != MAP64_EMPTY;
}

/* Whether the guard at @addr is found by something that @lock is not found by. */
static bool found_apart(const struct syms *syms, uint32_t addr, uint32_t lock)
{
	uint32_t owner, index = index_of(syms, addr, &owner);
	struct parts parts = { .n = 0 };
	uint8_t i;

	if (index == SYM_NONE)
		return false;
	add_parts(syms, index, owner, &parts);
	for (i = 0; i < parts.n; i++)
		if (sym_get(syms, parts.v[i])->roots & (sym_get(syms, lock)->roots | SYM_GLOBAL))
			return false;
	return parts.n && !parts.unknown;
}

/*
 * A lock of a storage is its owner's, and there is one for all maps of the kind: a program with
 * another map finds another guard, if that is found by the map, and comes to the same lock.
 */
static bool storages_wrong_guard(const struct analysis *an, const struct run *run,
				 const struct acquire *a, uint32_t *ret_guard)
{
	uint8_t t;

	if (a->kind == FACTS_NONE || !kind_is_storage(an, a->kind) || lock_is_maps(an, run, a) ||
	    !lock_is_storages(an, run, a))
		return false;
	for (t = 0; t < a->tests.n; t++) {
		const struct guard_test *gt = &a->tests.v[t];

		if (gt->addr == SYM_NONE || guards_get(&a->guards, gt->guard) <= 0 ||
		    map64_get(&an->in.plural_guards, gt->guard) == MAP64_EMPTY ||
		    !found_apart(&run->syms, gt->addr, a->addr))
			continue;
		*ret_guard = gt->guard;
		return true;
	}
	return false;
}

bool acquire_wrong_guard(const struct analysis *an, const struct run *run,
			 const struct acquire *a, uint32_t *ret_guard, bool *ret_few)
{
	uint32_t owner, lock = index_of(&run->syms, a->addr, &owner), index;
	struct parts of_lock = { .n = 0 };
	bool masks, masks_lock;
	int64_t n;
	uint8_t t;

	*ret_few = false;
	if (lock == SYM_NONE)
		return storages_wrong_guard(an, run, a, ret_guard);
	if (sym_is_int(&run->syms, lock, &n))
		return false;
	add_parts(&run->syms, lock, owner, &of_lock);
	for (t = 0; t < a->tests.n; t++) {
		const struct guard_test *gt = &a->tests.v[t];
		struct parts parts = { .n = 0 };

		if (gt->addr == SYM_NONE ||
		    guards_get(&a->guards, gt->guard) <= 0 ||
		    map64_get(&an->in.plural_guards, gt->guard) == MAP64_EMPTY)
			continue;
		index = index_of(&run->syms, gt->addr, &owner);
		if (index != SYM_NONE)
			add_parts(&run->syms, index, owner, &parts);
		if (parts.unknown || (of_lock.unknown && !is_of_cpu(an, &run->syms, &parts) &&
				      !is_fixed(an, &run->syms, index, gt->guard)))
			continue;
		*ret_guard = gt->guard;
		if (!share_part(&parts, &of_lock))
			return true;
		if (index != SYM_NONE && keeps_constant_bits(&run->syms, index, &masks) &&
		    !keeps_constant_bits(&run->syms, lock, &masks_lock) && masks_lock) {
			*ret_few = true;
			return true;
		}
	}
	return false;
}

/* Whether @id is read from a local: which may have been written by whoever had its address. */
static bool reads_local(const struct syms *syms, uint32_t id)
{
	const struct sym *v = sym_get(syms, id);

	if (v->op == SY_UN)
		return reads_local(syms, v->a);
	if (v->op == SY_BIN)
		return reads_local(syms, v->a) || reads_local(syms, v->b);
	if (v->op != SY_LOAD)
		return false;
	while (v->op == SY_LOAD || v->op == SY_FADDR || v->op == SY_IADDR)
		v = sym_get(syms, v->a);
	return v->op == SY_LADDR;
}

bool guard_elements_differ(const struct run *run, uint32_t lowered, uint32_t raised)
{
	uint32_t owner, from = index_of(&run->syms, raised, &owner), to;
	struct parts up = { .n = 0 }, down = { .n = 0 };

	if (from != SYM_NONE)
		add_parts(&run->syms, from, owner, &up);
	to = index_of(&run->syms, lowered, &owner);
	if (to != SYM_NONE)
		add_parts(&run->syms, to, owner, &down);
	if (share_part(&up, &down) || (from != SYM_NONE && reads_local(&run->syms, from)) ||
	    (to != SYM_NONE && reads_local(&run->syms, to)))
		return false;
	if (!down.n || !up.n)
		return down.n != up.n;
	return !down.unknown && !up.unknown;
}

uint32_t acquire_element(const struct run *run, const struct acquire *a)
{
	uint32_t id = a->addr;
	const struct sym *v = sym_get(&run->syms, id);

	while (v->op == SY_FADDR) {
		id = v->a;
		v = sym_get(&run->syms, id);
	}
	return v->op == SY_IADDR && !v->c ? id : SYM_NONE;
}

/* The function that finds the lock which @a takes, and where it hands it on; it may be the last one. */
static const struct frame *finds_lock(const struct run *run, const struct acquire *a,
				      struct fact_loc *ret_loc)
{
	uint32_t element = acquire_element(run, a), k;
	const struct frame *fr = a->frame;

	*ret_loc = a->loc;
	while (fr->up) {
		for (k = 0; k < fr->n_args && fr->args[k] != element && fr->args[k] != a->addr; k++)
			;
		if (k == fr->n_args)
			break;
		*ret_loc = fr->call;
		fr = fr->up;
	}
	return fr;
}

/* The outermost frame of the section that is handed the address of @guard, a member; or NULL. */
static const struct frame *handed_frame(struct analysis *an, const struct hazard *h, uint32_t guard)
{
	const struct frame *fr, *ret = NULL;
	uint32_t k;

	for (fr = h->held->frame; fr->up; fr = fr->up)
		for (k = 0; k < fr->n_args; k++) {
			const struct sym *v = sym_get(&h->outer->run.syms, fr->args[k]);

			if (v->op == SY_FADDR && interp_param_is_guard(&an->in, fr->func, k) &&
			    prim_guard_field(&an->in, v->c, v->b) == guard)
				ret = fr;
		}
	return ret;
}

/*
 * A counter that is raised in the section, or FACTS_NONE. One that protects
 * locks of this class elsewhere is the likeliest mistake.
 */
static uint32_t other_guard(struct analysis *an, const struct hazard *h)
{
	uint32_t other = FACTS_NONE;
	uint8_t i;

	for (i = 0; i < h->guards.n; i++) {
		uint32_t g = h->guards.v[i].guard;

		if (h->guards.v[i].count <= 0 || g == GUARD_IRQS_OFF || guard_is_dispatchers(an, g))
			continue;
		if (class_guards_any(an, h->held->class, g))
			return g;
		if (!(g & GUARD_FIELD) || handed_frame(an, h, g))
			other = g;
	}
	return other;
}

/* Whether the guard of @h is another's as it has nothing to do with the lock, which is in no array. */
static bool is_apart(const struct hazard *h)
{
	uint32_t owner;

	return h->wrong && index_of(&h->outer->run.syms, h->held->addr, &owner) == SYM_NONE;
}

static bool takes(struct analysis *an, const struct hazard *h, struct cause *ret)
{
	const struct frame *fr;
	uint32_t other;

	if (h->wrong) {
		*ret = (struct cause){ .expected = h->wrong_guard };
		if (is_apart(h))
			*ret = (struct cause){
				.func = h->outer->func,
				.loc = func_fact(an->p, &an->p->funcs.v[h->outer->func])->loc,
				.expected = h->wrong_guard,
			};
		else if (h->wrong_if_few) /* the bits are cut off where the counter is raised */
			ret->func = h->held->func;
		else
			ret->func = finds_lock(&h->outer->run, h->held, &ret->loc)->func;
		return true;
	}
	other = other_guard(an, h);
	if (other == FACTS_NONE || !hazard_lacks_guard(an, h, ret))
		return false;
	fr = handed_frame(an, h, other);
	if (fr && ret->expected & GUARD_FIELD)
		*ret = (struct cause){ .func = fr->up->func, .loc = fr->call,
				       .expected = ret->expected };
	return true;
}

static const char *message(struct analysis *an, const struct hazard *h, const struct cause *c,
			   const char *reenter)
{
	const char *func = people_name(an->p, c->func), *lock = program_str(an->p, h->held->class);

	if (h->wrong && h->wrong_if_few)
		return arena_printf(an->arena,
				    "%s() finds %s by more bits than it may have %s, so one lock has "
				    "several counters and %s() can take it again",
				    func, guard_name(an->p, h->wrong_guard), lock, reenter);
	if (is_apart(h))
		return arena_printf(an->arena,
				    "%s() raises a %s that is found by something else than %s, so %s() can "
				    "raise another and take it again",
				    func, guard_name(an->p, h->wrong_guard), lock, reenter);
	if (h->wrong)
		return arena_printf(an->arena,
				    "%s() raises the %s of another %s than it takes, so %s() can take "
				    "it again",
				    func, guard_name(an->p, h->wrong_guard), lock, reenter);
	return arena_printf(an->arena,
			    "%s() raises %s, but %s() tests %s, so it can take %s again",
			    func, guard_name(an->p, other_guard(an, h)), reenter,
			    guard_name(an->p, c->expected), lock);
}

const struct hazard_rule rule_rl105 = { "RL105", takes, message };
