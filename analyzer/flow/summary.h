/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_SUMMARY_H
#define RELOCK_FLOW_SUMMARY_H

#include "flow/prims.h"

/* A lock that a function takes, by itself or below: the shortest way to it. */
struct summary_take {
	struct acquire acquire; /* its address is a term of interp.summary_syms */
	struct frame *own; /* from the function's own frame down to the acquire's, or to a call */
	uint32_t n_own;
	const struct summary_take *via; /* of what is called there; NULL: it is the acquire's */
	struct fact_loc call;		/* of that call */
	uint32_t n_frames;		/* in all, down to the acquire's */
};

/*
 * What a run that comes to a function beyond the scope has to know of it. Such
 * functions are gone through once for what they are handed (constants, small sets
 * of numbers, masks, "not NULL"), and not again in each run that comes to them.
 */
struct summary {
	uint32_t *counted; /* guards that what it takes depends on: there is one for each set of them */
	size_t n_counted;
	bool open;    /* it leaves locks or guards other than it found them, or releases others */
	bool returns; /* some path does, for a program that must not sleep */
	bool cut;     /* it is more than is gone through: there may be more takes */
	struct summary_take *takes;
	size_t n_takes;
	uint64_t steps; /* instructions that the run for it took */
};

/*
 * The summary of @func, called with @args (terms of @fl's run) in @s: it belongs
 * to the interpreter. If there is none yet, it is made by a nested run of the
 * function. One that is being made, as the function comes to itself, has no
 * takes yet; what comes to it in that time keeps what it saw.
 */
const struct summary *summary_of(struct flow *fl, const struct state *s, uint32_t func,
				 const uint32_t *args, uint32_t n_args);

/*
 * Makes the takes of @sm acquires of @pc's run. Locks and guards that the function
 * leaves, and what it writes, are not carried over.
 */
void summary_apply(const struct prim_call *pc, const struct state *s, const struct summary *sm);
/*
 * The same for a call of one of @n functions, of which nobody knows which it is: with the global
 * locks that each of them waits for, by the way of the first.
 */
void summary_apply_common(const struct prim_call *pc, const struct state *s,
			  const struct summary *const *sm, size_t n);

#endif
