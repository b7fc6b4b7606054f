/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_BASELINE_H
#define RELOCK_HISTORY_BASELINE_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "hazard/finding.h"

#include <stdbool.h>

/*
 * Findings that are known. As a file: sorted text, one finding a line,
 *
 *	ID [SEVERITY RULE FUNCTION LOCK...] [# REASON]
 *
 * of which only the id is needed. Lines that begin with # are comments.
 */
struct known {
	const char *id;
	bool rated; /* it says a severity */
	enum severity severity;
	const char *code, *function, *lock; /* "" where it does not say */
	const char *reason;		    /* NULL: none is given */
	struct strlist reentry; /* what comes back, as reentry_add() has it; of baseline_take() only */
	bool knows_reentry;
	/* Of a lock that no guard protects (RL106, RL108), which is one cause; or NULL. */
	const char *context;
	unsigned int line;
};

/*
 * Whether @k and @f, which has another id, are about one lock without a guard, and something that
 * came back to it still does: another function, or section, stands for the cause now.
 */
bool known_is_cause_of(const struct known *k, const struct finding *f);

struct baseline {
	struct arena arena;
	VEC(struct known) v; /* sorted by id */
};

/*
 * Reads the text of a baseline; @name is what messages call it. Returns 0 or
 * -EBADMSG; then @ret_error (in the arena) is "NAME:LINE: what is wrong, and what
 * to do". Release it either way.
 */
int baseline_parse(struct baseline *b, const char *name, const char *text, size_t len,
		   const char **ret_error);
/* The same of a file; any negative errno. */
int baseline_read(struct baseline *b, const char *path, const char **ret_error);
/* What a report has, copied; suppressed findings, too. */
void baseline_take(struct baseline *b, const struct report *r);
void baseline_release(struct baseline *b);

/* "FUNCTION TYPE", in @a: programs of a type come back through a function. */
const char *reentry_of_type(struct arena *a, const char *function, const char *type);
/*
 * Adds to @l, in @a, what comes back in @f: its functions, and each of them with each type of its
 * programs. Returns whether anything was not there yet.
 */
bool reentry_add(struct strlist *l, struct arena *a, const struct finding *f);

/* Is @s an id: 16 hex digits in lower case? */
bool is_id(const char *s);

/* The entry, or NULL. */
const struct known *baseline_find(const struct baseline *b, const char *id);

/*
 * Appends all findings of @r but the suppressed ones as the text of a baseline.
 * Reasons are taken over from @old.
 */
void baseline_write(const struct report *r, const struct baseline *old, struct strbuf *out);

#endif
