/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_JSONOUT_H
#define RELOCK_REPORTS_JSONOUT_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes a JSON document piece by piece, in the order of the calls, so that a
 * report of thousands of findings needs no tree in memory. @key is NULL in
 * arrays and at the top. Private to reports/.
 */
struct json_out {
	struct strbuf *out;
	unsigned int depth;
	bool comma; /* something stands before, in the same object or array */
};

void json_out_open(struct json_out *j, const char *key, char bracket);
void json_out_close(struct json_out *j, char bracket);

/* @s as it is, but for bytes that are no UTF-8: they become U+FFFD. For programs. */
void json_out_text(struct json_out *j, const char *key, const char *s);
/* @s as safe text (see add_safe()). For people. */
void json_out_safe(struct json_out *j, const char *key, const char *s);
void json_out_number(struct json_out *j, const char *key, uint64_t n);
void json_out_signed(struct json_out *j, const char *key, int64_t n);
void json_out_null(struct json_out *j, const char *key);
void json_out_bool(struct json_out *j, const char *key, bool b);

/* Ends the document with a line end. */
void json_out_end(struct json_out *j);

#endif
