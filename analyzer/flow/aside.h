/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_ASIDE_H
#define RELOCK_FLOW_ASIDE_H

#include "flow/prims.h"

/*
 * What a call cannot come to. It neither asks for nor changes what is known of its
 * callers' own values (the frame of separation logic: O'Hearn, Reynolds, Yang, CSL 2001).
 * So that is put aside meanwhile: the states of the call are smaller, and more of them the same
 * (flow/recall.h).
 */
struct aside {
	struct known *v; /* in the order in which it was learnt */
	uint32_t n;
};

/*
 * Takes out of @s what the call with frame @fr cannot come to: values that begin neither at what it
 * is handed, at globals, at locks that are held, at what it makes itself, nor at what these lead to by
 * @s's cells. What is taken is kept in @a. Nothing is, where loops forget what callers knew.
 */
struct aside aside_take(const struct flow *fl, const struct frame *fr, struct state *s,
			struct arena *a);

/* Gives it back to @s, where the call ended. Memory is from @a. */
void aside_give(const struct aside *as, struct state *s, struct arena *a);

#endif
