/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_READ_H
#define RELOCK_HISTORY_READ_H

#include "base/arena.h"
#include "hazard/finding.h"

/*
 * Reads a JSON report (reports/schema) back into the model; @name is what
 * messages call it. ->tree stays NULL, and what the report does not hold is
 * empty: attachable functions and the texts of rules. Of sections there are lock,
 * attach points and findings. Members that this version does not know are passed
 * over. Returns 0 or -EBADMSG; then @ret_error (in the arena) is "NAME:LINE: what is
 * wrong, and what to do".
 */
int report_parse(struct arena *a, const char *name, const char *text, size_t len,
		 struct report *ret, const char **ret_error);
/* The same of a file; any negative errno. */
int report_read(struct arena *a, const char *path, struct report *ret, const char **ret_error);

#endif
