/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_LINES_H
#define RELOCK_HISTORY_LINES_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* What files of one entry a line have in common: words, then "# REASON". Private to history/. */
struct lines {
	struct arena *arena;
	const char *name; /* of the file, for messages */
	const char *next, *end;
	unsigned int line; /* of the entry, from 1 */
	const char *error;
};

#define WORDS_MAX 16

struct entry {
	const char *words[WORDS_MAX];
	size_t n;
	const char *reason; /* NULL: none */
	unsigned int line;
};

void lines_init(struct lines *l, struct arena *a, const char *name, const char *text, size_t len);

/* The next entry. False at the end, or when a line cannot be read: then ->error is set. */
bool lines_next(struct lines *l, struct entry *ret);

/* Sets ->error to "NAME:LINE: message", with the line of the entry read last. Returns false. */
bool lines_fail(struct lines *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
