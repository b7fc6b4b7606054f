/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_STUDY_JOIN_H
#define RELOCK_STUDY_JOIN_H

#include "study_kept.h"

/*
 * Which units beyond the scope join it, by what the linked program of those so
 * far says, or said in an earlier run. Appends them to st->units; false: there are none any
 * more. To be called until then, with what it found read in between, and a step added to link it.
 */
bool study_join_units(struct study *st, struct study_kept *kept);

#endif
