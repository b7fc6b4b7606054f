/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_PROGRAMS_H
#define RELOCK_HAZARD_PROGRAMS_H

#include "flow/interp.h"
#include "program/bpf.h"

/*
 * What a program of each kind may call, found by running the tree's own
 * decisions: *_func_proto(func_id, prog) with the program type and attach type
 * known, .allowed(prog) with the name of the attach function known too, and the
 * verifier's test of which map type goes with which helper.
 */
struct programs {
	struct interp *in;
	struct bpf_tables *t;
	size_t n_ways;	  /* = rules->attach.n */
	bool *given;	  /* way * n_callables + callable: the program type is given it */
	bool *unknown;	  /* way: its switch is not in the analysed units */
	bool *by_switch;  /* prog_type * n_callables + callable: its switch gives it to some way */
	bool *of_type;	  /* callable: some way gets it */
	int64_t *id;	  /* callable: the number a program calls it by, where has_id */
	bool *has_id;
	struct map64 allowed_seen; /* memos of .allowed and of the verifier's tests */
	struct map64 use_seen, fields_seen;
	struct map64 verdicts; /* what tests of the verifier say, each question once */
	struct map64 hook_at; /* program type -> number in hooks */
	VEC(int64_t) hooks; /* what its kfuncs are registered for */
	struct map64 objects_at; /* way, record, trusted -> number in objects */
	VEC(const char *) objects; /* how a program gets it wherever it is, or NULL */
	uint64_t runs;
};

void programs_init(struct programs *pr, struct interp *in, struct bpf_tables *t);
void programs_release(struct programs *pr);

/*
 * Whether a program attached by way @way (index into rules->attach) to
 * @function (NULL where that does not matter) may call callable @c.
 */
bool programs_may_call(struct programs *pr, size_t way, uint32_t c, const char *function);

/*
 * The same of programs that are members of a @table (a record; struct_ops): each kind of table has
 * a switch of its own, where programs_may_call() says what any of them gives.
 */
bool programs_of_table(const struct programs *pr, uint32_t table, uint32_t c);

/*
 * Whether programs that can be put nearly anywhere may call callable @c. Those that
 * only the kernel's own run sites run do not count: they meet the locks of these
 * sites, which are in the scope if the sites are.
 */
bool programs_anywhere(const struct programs *pr, uint32_t c);
/* Of these, whether programs on the hooks of security modules may, and only they. */
bool programs_on_hooks(const struct programs *pr, uint32_t c);
bool programs_only_on_hooks(const struct programs *pr, uint32_t c);

/*
 * Whether the verifier lets a program of way @way call callable @c with a map of
 * type @m (index into bpf_tables.map_types).
 */
bool programs_use_map(struct programs *pr, size_t way, uint32_t c, uint32_t m);

/*
 * Whether programs of way @way may use maps of type @m (index into bpf_tables.map_types; FACTS_NONE:
 * some type) whose values have all of @fields (map_fields).
 */
bool programs_use_fields(struct programs *pr, size_t way, uint32_t m, uint32_t fields);

/* Whether maps of @kind (a global: their table of operations) may have values with all of @fields. */
bool programs_kind_has_fields(struct programs *pr, uint32_t kind, uint32_t fields);

/*
 * The map types that some program may call callable @c with, in @ret (room for
 * all); returns how many. A callable without a map argument has none.
 */
size_t programs_map_types(struct programs *pr, uint32_t c, uint32_t *ret);

/*
 * A sentence on how a program of way @way, attached to @func (FACTS_NONE: to
 * no function), gets hold of an object of @record; NULL if no way is known.
 * @trusted: one that it has walked to will not do (KF_TRUSTED_ARGS). The text
 * lives as long as the program's arena.
 */
const char *programs_object(struct programs *pr, size_t way, uint32_t func, uint32_t record,
			    bool trusted);

/*
 * The same of a program that @func runs by calling @callee: which member of the context that it
 * hands over is such an object; NULL if none is.
 */
const char *programs_handed(struct programs *pr, uint32_t func, uint32_t callee, uint32_t record,
			    bool trusted);

#endif
