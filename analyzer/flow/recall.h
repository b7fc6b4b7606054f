/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_RECALL_H
#define RELOCK_FLOW_RECALL_H

#include "flow/prims.h"

/*
 * What calls came to, within one run. States that differ in a local of the caller
 * only, or that come round a loop, are one state to what is called. The second
 * call would do the same again: all that it notes in the run is there, and it ends in the
 * same exits.
 */

/* Calls that take fewer instructions are made again: that is cheaper than to look for them. */
#define RECALL_STEPS 32

/* All that tells the call with frame @fr in @s from other calls of @fl's run. */
uint64_t recall_key(const struct flow *fl, const struct frame *fr, const struct state *s);

/*
 * Pushes to @ret, with states in @a, what the call of @key came to, and counts its
 * instructions once more. Returns false, with nothing done, if it is not known or if the
 * run would reach its bound in it.
 */
bool recall_find(struct flow *fl, uint64_t key, struct arena *a, struct exits *ret);

/* Keeps what the call of @key came to: @ex, in so many @steps. */
void recall_keep(struct flow *fl, uint64_t key, uint64_t steps, const struct exits *ex);

void recall_release(struct recalled *r);

#endif
