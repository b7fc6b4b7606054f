/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_MODEL_H
#define RELOCK_HAZARD_MODEL_H

#include "hazard/analyse.h"
#include "hazard/programs.h"

/*
 * Private to this folder: what the stages of the analysis hand on.
 *
 * storage.c   which locks and maps this is about
 * entries.c   where outer runs start, and the runs
 * reenter.c   what programs can call that takes a lock, and the nested runs
 * match.c     outer sections against nested acquires: hazards
 * attach.c, programs.c   who can run where, and what it may call
 * rlNNN.c     one rule each: is this hazard mine, and where is it?
 * ladder.c, remedy.c, findings.c   hazards to findings
 */

/* A nested run: a function called by a program that runs with guards raised. */
struct nested {
	struct guards guards; /* only those that the callee touches */
	struct run run;
};

/* A function that programs can call, for one kind of map. */
struct reenter {
	uint32_t callable; /* index into bpf_tables.callables */
	uint32_t kind;	   /* ops table, or FACTS_NONE */
	VEC(struct nested *) runs;
	struct map64 touched; /* guards that any of its runs looked at or changed */
};

/* An outer run. */
struct outer {
	uint32_t func;
	uint32_t via_record, via_field; /* the member it is assigned to, or 0 */
	const char *via;		/* for people: "bpf_map_ops.map_free", "helper", ... */
	uint32_t kind;
	struct run run;
};

/* A lock held by an outer run, a guard state in its section, and an acquire of the same lock. */
struct hazard {
	struct outer *outer;
	const struct acquire *held; /* of outer->run */
	uint32_t held_index;
	struct guards guards; /* while the program runs */
	struct reenter *reenter;
	const struct nested *nested;
	const struct acquire *wanted; /* of nested->run */
};

/* Which rule a hazard breaks, and where. Hazards of one cause make one finding. */
struct cause {
	const struct hazard_rule *rule;
	uint32_t func;	     /* the finding's location.function */
	struct fact_loc loc; /* its line */
	uint32_t expected;   /* guard that would stop it, or FACTS_NONE */
	uint32_t kind;
};

struct analysis {
	struct program *p;
	struct interp in;
	struct bpf_tables t;
	struct programs pr;
	struct arena *arena;
	const struct analyse_options *o;
	VEC(struct map_kind) kinds;
	VEC(struct reenter *) reenters;
	VEC(struct outer *) outers;
	VEC(struct hazard) hazards;
	struct map64 classes;	 /* lock classes that some reenter takes */
	struct map64 map_owned;	 /* records that live and die with a map */
	struct map64 storages;	 /* records that an owner's slot points to */
	struct map64 decisive;	  /* guards in class_guard */
	struct map64 class_guard; /* (class, guard): some reenter's way to the lock tests it */
	struct cut *cuts;
	size_t n_cuts, cap_cuts;
	uint64_t steps, nested_runs;
};

/*
 * A rule of the contract. takes() says whether @h is a case of it and fills
 * @ret; rules are asked in the order of their table, the most specific first.
 */
struct hazard_rule {
	const char *code;
	bool (*takes)(struct analysis *an, const struct hazard *h, struct cause *ret);
	/* The sentence of the finding. @reenter: the function that a program calls. */
	const char *(*message)(struct analysis *an, const struct hazard *h, const struct cause *c,
			       const char *reenter);
};

extern const struct hazard_rule rule_rl101, rule_rl102, rule_rl105, rule_rl106;

void find_storages(struct analysis *an);
/* Whether maps of @kind (ops table) keep their elements with an owner. */
bool kind_is_storage(const struct analysis *an, uint32_t kind);
/* Whether the lock that @run took is a map's, or a map's or a storage's. */
bool lock_is_maps(const struct analysis *an, const struct run *run, const struct acquire *a);
bool lock_is_storages(const struct analysis *an, const struct run *run, const struct acquire *a);

void find_reenters(struct analysis *an);
void reenter_release(struct reenter *r);
/* The run of @r with the guards @g raised, computed once. */
const struct nested *reenter_run(struct analysis *an, struct reenter *r, const struct guards *g);
void find_outers(struct analysis *an);
void find_hazards(struct analysis *an);
void make_findings(struct analysis *an, struct report *ret);

/* The ladder of a hazard through @pt (a point of its outer run). */
struct ladder make_ladder(struct analysis *an, const struct hazard *h, const struct point *pt,
			  const char *attach_function, const char *attach_note);
void add_remedies(struct analysis *an, const struct hazard *h, const struct cause *c,
		  struct finding *f);

/* The guard that the nested way to the lock tests when nothing is raised, or FACTS_NONE. */
uint32_t hazard_expected(struct analysis *an, const struct hazard *h);
/* The outermost frame of the way to @h->held that passes NULL for a guard, or NULL. */
const struct frame *hazard_null_frame(struct analysis *an, const struct hazard *h,
				      uint32_t *ret_param);
/* The frame of @h's outer run that ought to raise @guard: the outermost in the guard's own file. */
const struct frame *hazard_guard_frame(struct analysis *an, const struct hazard *h, uint32_t guard);

/*
 * Whether the nested way tests a guard that the section does not raise; @ret is
 * the function that should raise it.
 */
bool hazard_lacks_guard(struct analysis *an, const struct hazard *h, struct cause *ret);

/* The function as reports name it: the helper for the body behind its macro. */
const char *people_name(const struct program *p, uint32_t func);
const char *kind_people_name(const struct analysis *an, uint32_t kind);
void add_cut(struct analysis *an, uint32_t func, const char *why);

#endif
