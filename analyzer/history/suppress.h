/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_SUPPRESS_H
#define RELOCK_HISTORY_SUPPRESS_H

#include "base/arena.h"
#include "base/vec.h"
#include "hazard/finding.h"

/*
 * Findings that somebody has looked at and does not want to hear of. As a file:
 * sorted text, one entry a line,
 *
 *	ID                 [until YYYY-MM-DD] # REASON
 *	RULE FUNCTION LOCK [until YYYY-MM-DD] # REASON
 *
 * A date is the last day on which the entry counts. Lines that begin with # are
 * comments.
 */
struct suppression {
	const char *id;			    /* or NULL, and these three: */
	const char *rule, *function, *lock; /* rule: code or name; lock: the class */
	const char *until;		    /* "2027-01-31", or NULL */
	const char *reason;
	const char *text; /* the entry without its reason */
	const char *key;  /* and without its date */
	unsigned int line;
};

struct suppressions {
	struct arena arena;
	VEC(struct suppression) v; /* in the order of the file */
	unsigned int unsorted;	   /* a line that belongs further up; 0: none */
};

/*
 * Reads the text of such a file; @name is what messages call it. Returns 0 or
 * -EBADMSG; then @ret_error (in the arena) is "NAME:LINE: what is wrong, and what
 * to do". Release it either way.
 */
int suppressions_parse(struct suppressions *s, const char *name, const char *text, size_t len,
		       const char **ret_error);
/* The same of a file; any negative errno. */
int suppressions_read(struct suppressions *s, const char *path, const char **ret_error);
void suppressions_release(struct suppressions *s);

/* Does the entry, whatever its date, mean this finding? */
bool suppression_means(const struct suppression *s, const struct finding *f);
/* Is it over on @today ("2026-11-24")? */
bool suppression_ended(const struct suppression *s, const char *today);

#endif
