/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_COMPARE_H
#define RELOCK_HISTORY_COMPARE_H

#include "history/baseline.h"
#include "history/suppress.h"

/* What was known before an analysis; each may be NULL. */
struct known_before {
	const struct baseline *baseline;
	const struct baseline *revision; /* what an older tree has */
	const struct suppressions *suppressions;
	const char *today; /* "2026-11-24" */
};

/*
 * A lock without a guard is one finding, and its id is of the function and section that stand for
 * it. Where these are others than in the revision, and there is one finding of the lock on each side
 * that the other does not have, it is the same one.
 *
 * Sets the states of the findings of @r, and what is fixed or idle. A finding
 * that is worse than it was counts as new. One that more functions come back through
 * than in the revision (a baseline's file does not say) has a note of it, and one
 * about what comes back (RL106, RL108) is new if such a function came back to no lock before
 * and no other finding tells of it. What is
 * new in @r comes from @a.
 */
void mark_known(struct report *r, struct arena *a, const struct known_before *k);

enum change {
	CHANGE_NEW,
	CHANGE_WORSE,
	CHANGE_FIXED,
	CHANGE_BETTER,
	CHANGE_NONE,
	CHANGE_SUPPRESSED
};

/* One finding of two reports; of a lock without a guard the ids may differ, see mark_known(). */
struct diff_row {
	const struct finding *old, *new; /* one of them may be NULL */
	enum change change;
	const char *more; /* "a(), b()", which come back to the lock only in the new one; or NULL */
};

struct diff {
	const struct report *old, *new;
	struct diff_row *rows; /* sorted by change, severity, rule, function, id */
	size_t n_rows;
};

/* Compares two reports, which live as long as @ret; ids are unique in each. */
void diff_reports(const struct report *old, const struct report *new, struct arena *a,
		  struct diff *ret);

/* "new", "worse", "fixed", ... */
const char *change_name(enum change c);

#endif
