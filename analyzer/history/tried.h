/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_TRIED_H
#define RELOCK_HISTORY_TRIED_H

#include "base/arena.h"
#include "base/vec.h"
#include "hazard/finding.h"

/* What `relock lab --output json` wrote (reports/schema/relock-evidence-1.schema.json). */
struct tried_entry {
	char id[17]; /* of the finding */
	struct tried tried;
};
struct tried_file {
	const char *name; /* for messages */
	struct tried_entry *v;
	size_t n;
};

/*
 * Reads the text of such a file; @name is what messages call it. Strings are in
 * @a. Members that this version does not know are passed over. Returns 0 or
 * -EBADMSG; then @ret_error (in the arena) is "NAME:LINE: what is wrong, and what
 * to do".
 */
int tried_parse(struct arena *a, const char *name, const char *text, size_t len,
		struct tried_file *ret, const char **ret_error);
/* The same of a file; any negative errno. */
int tried_read(struct arena *a, const char *path, struct tried_file *ret, const char **ret_error);

/*
 * Gives the findings of @r what came of them, which lives as long as @e. Of two
 * entries for one finding the later one counts. Returns how many entries are of
 * no finding of @r.
 */
size_t tried_give(const struct tried_file *e, struct report *r);

#endif
