/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_SCAN_MACRO_H
#define RELOCK_KBUILD_SCAN_MACRO_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* A macro with parameters, by places in the text that defines it. */
struct scan_macro {
	const char *name, *params, *body;
	size_t name_len, params_len, body_len;
};

/*
 * Reads the macro whose #define has @p, of the directive that ends at @end, behind that word. False
 * if it makes no function.
 */
bool scan_macro_read(const char *p, const char *end, struct scan_macro *ret);

/*
 * Appends to @out what @m stands for with the @len bytes of @args as arguments. Other macros in it
 * stay as they are.
 */
void scan_macro_expand(const struct scan_macro *m, const char *args, size_t len,
		       struct strbuf *out);

#endif
