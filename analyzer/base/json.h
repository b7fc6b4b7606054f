/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_JSON_H
#define RELOCK_BASE_JSON_H

#include "base/arena.h"

#include <stddef.h>

/* JSON that somebody else wrote, as plain structs. (Writing is the reports' business.) */
enum jdoc_kind { JDOC_NULL, JDOC_BOOL, JDOC_NUMBER, JDOC_STRING, JDOC_ARRAY, JDOC_OBJECT };

struct jdoc {
	enum jdoc_kind kind;
	double number;	    /* of a number; 0 or 1 of a bool */
	const char *string; /* of a string; else "" */
	size_t n;	    /* items of an array, members of an object */
	const char **keys;  /* of an object, in the order of the text */
	struct jdoc **items;
};

/*
 * Reads @len bytes of JSON into the arena. Returns 0, or -EBADMSG; then
 * @ret_error (in the arena) says what is wrong, "LINE:COL: text".
 */
int jdoc_parse(struct arena *a, const char *text, size_t len, struct jdoc **ret,
	       const char **ret_error);

/* The member @key of an object, or NULL when there is none or @o is no object. */
const struct jdoc *jdoc_get(const struct jdoc *o, const char *key);

/* The string of member @key, or NULL when there is none or it is no string. */
const char *jdoc_get_string(const struct jdoc *o, const char *key);

/* A step into a document: the member @key, or where that is NULL the item @index. */
struct jdoc_step {
	const char *key;
	size_t index;
};

/*
 * The line, from 1, of the value that @path leads to in @text, which
 * jdoc_parse() has read; where there is none, that of the value closest to it.
 */
unsigned int jdoc_line(const char *text, size_t len, const struct jdoc_step *path, size_t n);

#endif
