// SPDX-License-Identifier: MIT
#include "repro/repro.h"

#include "base/strbuf.h"

#include <errno.h>
#include <string.h>

static bool names_have(const struct names *names, const char *s)
{
	for (size_t i = 0; i < names->n; i++) {
		if (!strcmp(names->v[i], s))
			return true;
	}
	return false;
}

/*
 * The report may come from anywhere, and this goes into C and a Makefile: names
 * of functions and nothing else.
 */
static bool is_name(const char *s)
{
	return *s &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.") ==
		       strlen(s);
}

/* ---- where it is attached ------------------------------------------------------------------- */

static bool is_primitive(const struct rules *rules, const struct attach_point *p)
{
	return p->function && rules_lock(rules, p->function);
}

/* A tracepoint that fires only when somebody else has the lock. */
static bool needs_contention(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->locks.n; i++) {
		const char *tracepoint = rules->locks.v[i].tracepoint;

		if (tracepoint && !strcmp(tracepoint, name))
			return true;
	}
	return false;
}

/* "tracepoint kmalloc": what stands behind the blank. */
static const char *name_of(const struct attach_point *p)
{
	static const char tracepoint[] = "tracepoint ";

	if (p->function)
		return p->function;
	if (!strncmp(p->name, tracepoint, strlen(tracepoint)))
		return p->name + strlen(tracepoint);
	return "";
}

const char *repro_place_name(const struct attach_point *p)
{
	return is_name(name_of(p)) ? name_of(p) : "";
}

static bool goes_to(const struct rules *rules, const struct rule_repro_way *way, enum attach_at at)
{
	for (size_t i = 0; i < rules->attach.n; i++) {
		if (!strcmp(rules->attach.v[i].how, way->how) && rules->attach.v[i].at == at)
			return true;
	}
	return false;
}

/* Whose programs the kernel runs there; NULL: that is not known. */
static const struct rule_repro_iterator *iterator_at(const struct rules *rules,
						     const struct attach_point *p)
{
	for (size_t i = 0; i < rules->repro_iterators.n; i++) {
		if (names_have(&rules->repro_iterators.v[i].runs, p->location.function))
			return &rules->repro_iterators.v[i];
	}
	return NULL;
}

/*
 * What works first: what the kernel itself runs there, functions that every build has,
 * tracepoints, the primitives of the lock, functions that may be cloned, kprobes, and what
 * takes luck.
 */
static unsigned int rank(const struct rules *rules, const struct attach_point *p,
			 const struct rule_repro_way *way)
{
	if (goes_to(rules, way, AT_RUN_SITE))
		return 0;
	if (p->certainty == CERT_POSSIBLE)
		return 8;
	if (!p->function && !*name_of(p))
		return 7;
	if (!p->function)
		return needs_contention(rules, name_of(p)) ? 6 : 2;
	if (way->last)
		return 5;
	if (is_primitive(rules, p))
		return 3;
	return p->certainty == CERT_CONFIRMED || !strncmp(p->reason, "external", 8) ? 1 : 4;
}

/* May a program that is attached this way call what @r is? */
static bool may_call(const struct rules *rules, const struct rule_repro_way *way,
		     const struct reentry *r)
{
	for (size_t i = 0; i < rules->attach.n; i++) {
		const struct rule_attach *t = &rules->attach.v[i];

		if (!strcmp(t->how, way->how) && strlist_has(&r->program_types, t->type_name))
			return true;
	}
	return false;
}

/* Places are numbered in the order in which they are tried. */
#define NO_PLACE UINT64_MAX

static uint64_t place_number(unsigned int rank, unsigned int call, size_t way, size_t point)
{
	return (uint64_t)rank << 48 | (uint64_t)call << 40 | (uint64_t)(way & 0xff) << 32 |
	       (uint32_t)(point + 1);
}

uint64_t repro_last_of_call(uint64_t place)
{
	return place | (((uint64_t)1 << 40) - 1);
}

uint64_t repro_last_of_rank(uint64_t place)
{
	return place | (((uint64_t)1 << 48) - 1);
}

/* Is it the place that was asked for? Where the kernel runs programs, the report's name is all. */
static bool is_wished(const struct attach_point *p, const char *attach)
{
	return !strcmp(*name_of(p) ? name_of(p) : p->name, attach);
}

/*
 * What a program is put on at @p by @way, in @ret_name: "" is no name in particular, if it may
 * be anywhere. Returns whether it can be.
 */
static bool put_on(const struct rules *rules, const struct attach_point *p,
		   const struct rule_repro_way *way, const char **ret_name,
		   const struct rule_repro_iterator **ret_iterator)
{
	*ret_iterator = NULL;
	*ret_name = name_of(p);
	if (goes_to(rules, way, AT_RUN_SITE)) {
		*ret_iterator = iterator_at(rules, p);
		*ret_name = *ret_iterator ? (*ret_iterator)->iterator : "";
		return *ret_iterator;
	}
	return **ret_name ? is_name(*ret_name) : goes_to(rules, way, AT_NMI);
}

/*
 * The first place behind number @after for a program that calls @reentry; @call is
 * the call's own place among those that could be made. Returns its number, or NO_PLACE.
 */
static uint64_t choose_place(const struct rules *rules, const struct finding *f,
			     const struct reentry *reentry, const struct repro_wish *wish,
			     unsigned int call, struct repro *ret)
{
	uint64_t best = NO_PLACE;

	for (size_t w = 0; w < rules->repro_ways.n; w++) {
		const struct rule_repro_way *way = &rules->repro_ways.v[w];

		if (!may_call(rules, way, reentry))
			continue;
		for (size_t i = 0; i < f->n_attach; i++) {
			const struct attach_point *p = &f->attach[i];
			uint64_t n = place_number(rank(rules, p, way), call, w, i);
			const struct rule_repro_iterator *iterator;
			const char *name;

			if (n >= best || n <= wish->after || !strlist_has(&p->how, way->how) ||
			    !put_on(rules, p, way, &name, &iterator) ||
			    (wish->attach && !is_wished(p, wish->attach)) ||
			    (*name && !iterator && wish->reached &&
			     !strlist_has(wish->reached, name)))
				continue;
			best = n;
			ret->at = p;
			ret->at_name = name;
			ret->way = way;
			ret->iterator = iterator;
			ret->by_luck = !p->function && !iterator &&
				       (!*name || needs_contention(rules, name));
		}
	}
	return best;
}

/* ---- what it calls, on what ------------------------------------------------------------------ */

static const struct rule_repro_map *map_of(const struct rules *rules, const struct finding *f)
{
	for (size_t i = 0; f->lock.kind && i < rules->kinds.n; i++) {
		const struct rule_repro_map *map = NULL;

		if (!strcmp(rules->kinds.v[i].name, f->lock.kind))
			map = rules_repro_map(rules, rules->kinds.v[i].map_type);
		if (map)
			return map;
	}
	for (size_t i = 0; i < rules->repro_maps.n; i++) {
		if (names_have(&rules->repro_maps.v[i].entries, f->entry_function))
			return &rules->repro_maps.v[i];
	}
	for (size_t i = 0; i < rules->repro_maps.n; i++) {
		if (names_have(&rules->repro_maps.v[i].entries, f->location.function))
			return &rules->repro_maps.v[i];
	}
	return NULL;
}

/* One that is simple to make, where it does not matter. */
static const struct rule_repro_map *any_map(const struct rules *rules)
{
	for (size_t i = 0; i < rules->repro_maps.n; i++) {
		if (!rules->repro_maps.v[i].owner)
			return &rules->repro_maps.v[i];
	}
	return NULL;
}

/* Is that what comes back in the ladder? Its way to the lock was shown step by step. */
static bool in_ladder(const struct finding *f, const char *function)
{
	const struct ladder *l = &f->ladders[0];

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == STEP_REENTER && !strcmp(l->v[i].function, function))
			return true;
	}
	return false;
}

/* The map of what the ladder's call comes to on its way to the lock; NULL: there is none. */
static const struct rule_repro_map *map_in_ladder(const struct rules *rules,
						  const struct finding *f)
{
	const struct ladder *l = &f->ladders[0];
	size_t k = 0;

	while (k < l->n && l->v[k].kind != STEP_REENTER)
		k++;
	for (; k < l->n; k++) {
		for (size_t i = 0; i < rules->repro_maps.n; i++) {
			if (names_have(&rules->repro_maps.v[i].entries, l->v[k].function))
				return &rules->repro_maps.v[i];
		}
	}
	return NULL;
}

/*
 * The map that @call in @f gets, if it is to come to the lock of @wanted; NULL: it does not
 * take that.
 */
static const struct rule_repro_map *map_for(const struct rules *rules, const struct finding *f,
					    const struct finding *wanted,
					    const struct rule_repro_call *call)
{
	const struct rule_repro_map *map = map_of(rules, wanted);

	if (!map && in_ladder(f, call->function))
		map = map_in_ladder(rules, f);
	if (!map && !call->map_types.n)
		return any_map(rules);
	if (!map)
		return rules_repro_map(rules, call->map_types.v[0]);
	return !call->map_types.n || names_have(&call->map_types, map->map_type) ? map : NULL;
}

/* What programs of @iterator are handed; NULL: none of these. */
static const struct rule_repro_object *object_of(const struct rules *rules, const char *record,
						 const struct rule_repro_iterator *iterator)
{
	for (size_t i = 0; iterator && i < rules->repro_objects.n; i++) {
		const struct rule_repro_object *o = &rules->repro_objects.v[i];

		if (!strcmp(o->record, record) && o->iterator &&
		    !strcmp(o->iterator, iterator->iterator))
			return o;
	}
	return NULL;
}

/* The report's own way if it leads there; with @other only those that lead to anybody's. */
static const struct rule_repro_object *object_for(const struct rules *rules, const char *record,
						  const struct reentry *reentry, bool other)
{
	const struct rule_repro_object *found = NULL;

	for (size_t i = 0; i < rules->repro_objects.n; i++) {
		const struct rule_repro_object *o = &rules->repro_objects.v[i];

		if (strcmp(o->record, record) != 0 || o->iterator || (other && !o->any))
			continue;
		if (reentry && reentry->object && strstr(reentry->object, o->way))
			return o;
		if (!found)
			found = o;
	}
	return found;
}

/* How to have an iterator's program run; nothing else does. NULL: that is not known. */
static const struct rule_repro_trigger *trigger_of_way(const struct rules *rules,
						       const struct rule_repro_way *way)
{
	for (size_t i = 0; i < rules->repro_triggers.n; i++) {
		const char *how = rules->repro_triggers.v[i].how;

		if (how && !strcmp(how, way->how))
			return &rules->repro_triggers.v[i];
	}
	return NULL;
}

static const struct rule_repro_trigger *trigger_for(const struct rules *rules,
						    const struct finding *f)
{
	const struct rule_repro_trigger *found = NULL;

	for (size_t i = 0; i < rules->repro_triggers.n; i++) {
		const struct rule_repro_trigger *t = &rules->repro_triggers.v[i];

		if (t->entry && !strcmp(t->entry, f->entry_function))
			return t;
		if (names_have(&t->locks, f->lock.class))
			found = t;
		/* Of what map the operation is has to be known. */
		if ((!found || found->via) && t->via && !strcmp(t->via, f->entry_via) &&
		    (t->calls || map_of(rules, f)))
			found = t;
	}
	return found;
}

/*
 * What the second program calls, if the section is entered by one. Where that is
 * not known, there is no trigger.
 */
static void choose_outside(const struct rules *rules, struct repro *ret)
{
	const struct rule_repro_call *call;
	const char *name;
	bool itself;

	if (!ret->trigger || !ret->trigger->calls)
		return;
	itself = !strcmp(ret->trigger->calls, "@ENTRY@");
	name = itself ? ret->finding->entry_function : ret->trigger->calls;
	call = rules_repro_call(rules, name);
	/* A helper that gets a map gets the finding's, and which that is has to be known. */
	if (call && call->map_types.n &&
	    (!map_of(rules, ret->finding) || !names_have(&call->map_types, ret->map->map_type)))
		call = NULL;
	if (call && call->object) {
		ret->outside_object = object_for(rules, call->object, NULL, false);
		if (!ret->outside_object)
			call = NULL;
	}
	ret->outside = call;
	ret->within_outside = call && itself;
	if (!call)
		ret->trigger = NULL;
}

/* Fills in what @call of @reentry takes. Returns its place's number; NO_PLACE: it cannot be. */
static uint64_t try_call(const struct rules *rules, const struct finding *f,
			 const struct finding *wanted, const struct reentry *reentry,
			 const struct rule_repro_call *call, const struct repro_wish *wish,
			 struct repro *ret)
{
	bool other;
	uint64_t n;

	ret->call = call;
	ret->reentry = reentry;
	ret->map = map_for(rules, f, wanted, call);
	if (!ret->map)
		return NO_PLACE;
	if (ret->map->owner)
		ret->owner = rules_repro_owner(rules, ret->map->owner);
	/* Of places that are as good, the ladder's call, then those at the top of the rules. */
	n = choose_place(rules, f, reentry, wish,
			 in_ladder(f, call->function)
				 ? 0
				 : 1 + (unsigned int)((size_t)(call - rules->repro_calls.v) & 0x7f),
			 ret);
	if (n == NO_PLACE)
		return n;
	ret->trigger = ret->iterator ? trigger_of_way(rules, ret->way) : trigger_for(rules, f);
	if (!call->object)
		return n;
	other = ret->trigger && (ret->trigger->worker || ret->trigger->other);
	ret->object = object_of(rules, call->object, ret->iterator);
	if (!ret->object)
		ret->object = object_for(rules, call->object, reentry, other);
	return ret->object ? n : NO_PLACE;
}

static bool has_place(const struct finding *f, const char *attach)
{
	for (size_t i = 0; i < f->n_attach; i++) {
		if (is_wished(&f->attach[i], attach))
			return true;
	}
	return false;
}

static const char *why_none(struct arena *a, const struct finding *f, const struct repro_wish *wish)
{
	struct strbuf sb = STRBUF_INIT;
	const char *attach = wish->attach, *why;

	if (!f->n_attach || !f->n_reentry)
		return "nothing can use it in this tree: there is no place to attach to, or "
		       "nothing "
		       "that comes back";
	if (attach && !has_place(f, attach))
		return arena_printf(a,
				    "a program at '%s' is not among its places to attach to; "
				    "'relock explain' lists them",
				    attach);
	for (size_t i = 0; i < f->n_reentry; i++)
		strbuf_addf(&sb, "%s%s()", i ? ", " : "", f->reentry[i].function);
	why = arena_printf(a,
			   "no rule under repro_calls says how to call %s%s%s%s from there; a "
			   "file given with --rules can",
			   sb.buf, attach ? " in a program at '" : "", attach ? attach : "",
			   attach ? "'" : "");
	strbuf_release(&sb);
	return why;
}

static const char *without_prefix(const struct names *prefixes, const char *name)
{
	for (size_t i = 0; i < prefixes->n; i++) {
		size_t len = strlen(prefixes->v[i]);

		if (!strncmp(name, prefixes->v[i], len))
			return name + len;
	}
	return name;
}

/* The program for @f, which comes back to the lock of @wanted: the same, unless these are two. */
static int choose_one(struct arena *a, const struct rules *rules, const struct finding *f,
		      const struct finding *wanted, const struct repro_wish *wish,
		      struct repro *ret, const char **ret_error)
{
	uint64_t best = NO_PLACE;

	for (size_t c = 0; c < rules->repro_calls.n; c++) {
		for (size_t i = 0; i < f->n_reentry; i++) {
			const struct rule_repro_call *call = &rules->repro_calls.v[c];
			struct repro r = {.finding = f};
			uint64_t n;

			if (strcmp(call->function, f->reentry[i].function) != 0)
				continue;
			n = try_call(rules, f, wanted, &f->reentry[i], call, wish, &r);
			if (n >= best)
				continue;
			best = r.place = n;
			*ret = r;
		}
	}
	if (best == NO_PLACE) {
		*ret_error = why_none(a, f, wish);
		return -ENOENT;
	}
	ret->lock = rules_repro_lock(rules, wanted->lock.class);
	ret->hook = without_prefix(&rules->tree.lsm_hook_prefixes, ret->at_name);
	return 0;
}

/* ---- two locks in two orders ----------------------------------------------------------------- */

/* An operation that a loader can do between two others. */
static bool is_plain(const struct rule_repro_trigger *t)
{
	return t && !t->worker && !t->other && !t->calls && !t->how;
}

/* The order for which no program is needed. @first: the other one. */
static struct repro plain_order(const struct rules *rules, const struct finding *f,
				const struct finding *first)
{
	struct repro r = {.finding = f,
			  .map = map_of(rules, first),
			  .trigger = trigger_for(rules, f),
			  .lock = rules_repro_lock(rules, first->lock.class)};

	if (!r.map)
		r.map = any_map(rules);
	if (r.map && r.map->owner)
		r.owner = rules_repro_owner(rules, r.map->owner);
	return r;
}

/*
 * Each order is like a finding: a lock that is held, and a program that comes to
 * another one. Both orders one after the other are enough for lockdep.
 */
static int choose_orders(struct arena *a, const struct rules *rules, const struct finding *f,
			 const struct repro_wish *wish, struct repro *ret, const char **ret_error)
{
	struct finding *there = ARENA_NEW(a, struct finding), *back = ARENA_NEW(a, struct finding);
	struct repro *second = ARENA_NEW(a, struct repro);
	const struct repro_wish second_wish = {.reached = wish->reached};
	int err;

	*there = *back = *f;
	there->n_ladders = 1;
	back->lock = *f->lock2;
	back->ladders = &f->ladders[1];
	back->n_ladders = f->n_ladders - 1;
	back->entry_function = f->other->entry_function;
	back->entry_via = f->other->entry_via;
	back->attach = f->other->attach;
	back->n_attach = f->other->n_attach;
	back->reentry = f->other->reentry;
	back->n_reentry = f->other->n_reentry;

	err = choose_one(a, rules, there, back, wish, ret, ret_error);
	if (!err && back->n_attach)
		err = choose_one(a, rules, back, there, &second_wish, second, ret_error);
	if (err)
		return err;
	if (!back->n_attach)
		*second = plain_order(rules, back, there);
	ret->finding = f;
	ret->back = second;
	if (!is_plain(ret->trigger) || !is_plain(second->trigger) || !second->map)
		ret->trigger = NULL;
	return 0;
}

int repro_choose(struct arena *a, const struct rules *rules, const struct finding *f,
		 const struct repro_wish *wish, struct repro *ret, const char **ret_error)
{
	const struct rule_repro_none *none = rules_repro_none(rules, f->code);
	int err;

	if (none) {
		*ret_error = arena_printf(a, "no program can show what %s is about: %s", f->code,
					  none->why);
		return -EOPNOTSUPP;
	}
	/* A report of an older relock does not have what the other order takes. */
	if (f->lock2 && (!f->other || f->n_ladders < 2)) {
		*ret_error = "the report does not say enough of the other order; make it anew";
		return -EOPNOTSUPP;
	}
	if (f->lock2)
		return choose_orders(a, rules, f, wish, ret, ret_error);
	err = choose_one(a, rules, f, f, wish, ret, ret_error);
	if (!err)
		choose_outside(rules, ret);
	return err;
}

bool repro_in_owner(const struct repro *r)
{
	return r->lock && r->lock->in == REPRO_IN_OWNER;
}

bool repro_two_maps(const struct repro *r)
{
	return r->back || (r->lock && r->lock->in != REPRO_IN_MAP);
}
