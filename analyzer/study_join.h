/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_STUDY_JOIN_H
#define RELOCK_STUDY_JOIN_H

#include "study.h"

/*
 * Which units beyond the scope join it, by what the linked program of those so
 * far says. Appends them to st->units; false: there are none any more. To be
 * called until then, with what it found linked in between.
 */
bool study_join_units(struct study *st);

#endif
