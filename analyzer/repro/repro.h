/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPRO_REPRO_H
#define RELOCK_REPRO_REPRO_H

#include "base/arena.h"
#include "hazard/finding.h"
#include "rules/rules.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A BPF program that does what a finding says, and how it comes to do it. Of two
 * locks in two orders it is one order: the operation is on the one map, and the program
 * that runs in it comes to the other map, which is ->map.
 */
struct repro {
	const struct finding *finding;
	const struct attach_point *at;
	/* Of the function, tracepoint or iterator; "" where it is attached to none. */
	const char *at_name;
	const char *hook;    /* the same without the prefix of hooks of security modules */
	const struct rule_repro_way *way;
	const struct rule_repro_iterator *iterator; /* whose program it is; NULL: of none */
	bool by_luck; /* it runs at any lock that was waited for, or at any time */
	const struct reentry *reentry;
	const struct rule_repro_call *call;
	const struct rule_repro_object *object; /* NULL: it needs none */
	const struct rule_repro_map *map;
	const struct rule_repro_owner *owner;	  /* of the map's elements; NULL: they have none */
	const struct rule_repro_trigger *trigger; /* NULL: none is known */
	/* What the second program calls, and what that needs; NULL: there is none. */
	const struct rule_repro_call *outside;
	const struct rule_repro_object *outside_object;
	bool within_outside; /* the section is in that call, not in what user space does then */
	uint64_t place;			    /* its number among those that there are */
	const struct rule_repro_lock *lock; /* of ->map; NULL: there is nothing special about it */
	/*
	 * The other order, whose ->map is the one that the first order's operation is on;
	 * or NULL. No program is needed for it where its ->way is NULL.
	 */
	const struct repro *back;
};

/* Is the lock at the owner, so that another map leads to the same one? */
bool repro_in_owner(const struct repro *r);
/* Does the program use another map than the operation: both lead to the lock, or it is of two? */
bool repro_two_maps(const struct repro *r);

/* Which places to attach to are of interest; zeroed: all, the best first. */
struct repro_wish {
	const char *attach; /* the only function or tracepoint, as the report names it; or NULL */
	uint64_t after;	    /* the place behind which to go on, 0 for the best one */
	/* Names that the operation comes to, of functions and tracepoints; NULL: nobody knows. */
	const struct strlist *reached;
};

/*
 * Chooses attach point, helper, object, map and operation for @f. Returns 0; or
 * -ENOENT or -EOPNOTSUPP, then @ret_error says in a sentence why there is no such
 * program. What is set points into @f and @rules.
 */
int repro_choose(struct arena *a, const struct rules *rules, const struct finding *f,
		 const struct repro_wish *wish, struct repro *ret, const char **ret_error);

/*
 * The name of a function or tracepoint as tracers call it; "" for any instruction, and for
 * what is no name: the report may come from anywhere.
 */
const char *repro_place_name(const struct attach_point *p);

/* For @after: the last place as good as that one for the same call, so that another call is next. */
uint64_t repro_last_of_call(uint64_t place);
/* The same for all places that are as good, whatever is called there. */
uint64_t repro_last_of_rank(uint64_t place);

/*
 * Writes program, loader, Makefile and README of @r as the folder @to, which must
 * not be there or be empty: aside first, then renamed. @templates is the folder of
 * what they are made from, @kernel the version that the report is about. Returns 0
 * or a negative errno; then nothing is left behind and @ret_error says why.
 */
int repro_write(struct arena *a, const struct repro *r, const char *templates, const char *kernel,
		const char *to, const char **ret_error);

#endif
