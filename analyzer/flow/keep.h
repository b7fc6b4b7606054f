/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_KEEP_H
#define RELOCK_FLOW_KEEP_H

#include "flow/interp.h"

/*
 * Runs are kept until all is judged, and of most of their terms nobody will ask again: a run that
 * ends at its bound has made half a million. Drops all terms of @run that nothing which is left of it
 * names, and the room that its longest lists do not need. Terms get other numbers, in the same order;
 * the first is 0 no more, and sym_fresh() by the number of terms makes no new ones.
 */
void keep_what_counts(struct run *run);

#endif
