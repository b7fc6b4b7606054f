/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_GUARDS_H
#define RELOCK_FLOW_GUARDS_H

#include "flow/interp.h"

/*
 * Which per-CPU variables are guards, by the text of all functions of the scope:
 * fills in->guard_classes and in->guard_writers, and marks what reaches the latter
 * as touching a state.
 *
 * A guard is a counter that somebody raises, and that somebody lowers again or
 * whose value decides a branch. Counters that only grow (statistics) would
 * multiply states for nothing, and so would those of units beyond the scope.
 *
 * What is counted like any memory, through this_cpu_ptr(), is mostly a length or
 * a budget. Of that a guard goes up and down by steps and is compared with a
 * constant. A flag, or the pointer to an owner, is one if a function compares it
 * with a constant and sets it, and somebody clears it.
 */
void guards_find(struct interp *in);

#endif
