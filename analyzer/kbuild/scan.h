/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_SCAN_H
#define RELOCK_KBUILD_SCAN_H

#include "base/strbuf.h"
#include "kbuild/kconfig.h"
#include "rules/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A look at C text that is quick enough for a whole kernel: no preprocessor
 * and no parser, but brackets, and the conditions that the config decides. It
 * sees functions that are written out, and those that a macro of the same file
 * makes, and may be wrong where conditions that it cannot decide tear a function
 * apart.
 */
struct scan_options {
	const struct kconfig *config;	/* or NULL: no condition is known */
	const struct names *words;	/* before a function's name: it is not traced */
	const char *const *identifiers; /* whose mentions are wanted */
	size_t n_identifiers;
};

/*
 * Appends to @out what the file is about: a record, for scan_next(). @text is
 * terminated at @len; comments, strings and what the config turns off do not
 * count.
 */
void scan_text(const char *text, size_t len, const struct scan_options *o, struct strbuf *out);

enum scan_kind {
	SCAN_INCLUDE = 'I', /* name: of a #include "name" */
	SCAN_MENTION = 'M', /* number: of the identifier; each once */
	SCAN_DEF = 'D',	    /* name: of a function, with its line as number */
};

#define SCAN_STATIC 1u
#define SCAN_NOTRACE 2u

struct scan_item {
	enum scan_kind kind;
	unsigned int flags; /* SCAN_STATIC, SCAN_NOTRACE */
	uint32_t number;
	const char *name; /* in the record */
};

/* Reads the next item of a record from @p on. False at @end, and where it is no record. */
bool scan_next(const char **p, const char *end, struct scan_item *ret);

#endif
