/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_RULES_PROJECT_H
#define RELOCK_RULES_PROJECT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* A project file: names of options and their values, with the place of each in the file. */
struct project_value {
	const char *text;
	const char *where; /* "FILE:LINE:COL" */
};

struct project_entry {
	struct project_value name;
	struct project_value *values;
	size_t n;
	bool list; /* written as one */
};

struct project {
	struct project_entry *entries; /* in the order of the file; no name twice */
	size_t n;
};

/*
 * Reads @len bytes of YAML at @text, named @file in errors, into @a. What the
 * options are is not its business. Returns 0, or -EINVAL; then @ret_error says
 * what is wrong, "FILE:LINE:COL: error: ...".
 */
int project_read(struct arena *a, const char *file, const char *text, size_t len,
		 struct project *ret, const char **ret_error);

#endif
