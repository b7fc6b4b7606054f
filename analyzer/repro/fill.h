/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPRO_FILL_H
#define RELOCK_REPRO_FILL_H

#include "base/strbuf.h"

#include <stddef.h>

/* What @NAME@ stands for in a template; the value may have lines. Private to repro/ and lab/. */
struct fill {
	const char *name; /* capitals and '_' */
	const char *value;
};

/*
 * Appends @text with each @NAME@ replaced. A name at the end of a line that has
 * nothing but blanks, '*' and '>' before it takes these before each line of its
 * value; where the value is empty, the line goes. Returns NULL, or the rest of
 * @text from the first name that is none of @fills.
 */
const char *fill_in(struct strbuf *out, const char *text, const struct fill *fills, size_t n);

#endif
