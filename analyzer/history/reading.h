/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HISTORY_READING_H
#define RELOCK_HISTORY_READING_H

#include "base/arena.h"
#include "base/json.h"
#include "base/vec.h"
#include "hazard/finding.h"

/*
 * Reading what relock wrote as JSON. A member that is missing or of another
 * type ends the reading: ->error is set at the first one, and whoever asks for
 * more gets something harmless: "", 0, nothing.
 */
#define READING_DEPTH_MAX 16

struct reading {
	struct arena *a;
	const char *name;   /* of the file, for messages */
	const char *wanted; /* what to give instead: "a report that --output json wrote" */
	const char *text;
	size_t len;
	struct jdoc_step path[READING_DEPTH_MAX]; /* to the value that is being read */
	size_t depth;
	const char *error; /* in the arena; "NAME:LINE: /where: what is wrong, and what to do" */
};

/* Parses the text. Returns 0, or -EBADMSG with ->error set. */
int reading_parse(struct reading *r, struct jdoc **ret);

/* The value that is read, or its member @key if not NULL, is wrong: @what says how. */
void reading_fail(struct reading *r, const char *key, const char *what);
/* What is read from here on is below @key, or, if that is NULL, item @index. */
void reading_enter(struct reading *r, const char *key, size_t index);
void reading_leave(struct reading *r);

/* The member @key of the object @o, of the kind that is wanted; or a harmless value. */
const struct jdoc *reading_member(struct reading *r, const struct jdoc *o, const char *key,
				  enum jdoc_kind kind);
const char *reading_text(struct reading *r, const struct jdoc *o, const char *key);
/* NULL for null, and for a member that older versions do not write. */
const char *reading_text_or_null(struct reading *r, const struct jdoc *o, const char *key);
/* 0 to UINT_MAX. */
unsigned int reading_number(struct reading *r, const struct jdoc *o, const char *key);

/* The items of the array @key, each of @size bytes and read by @one, zeroed before. */
typedef void reading_item(struct reading *r, const struct jdoc *item, void *ret);
void *reading_items(struct reading *r, const struct jdoc *o, const char *key, size_t size,
		    reading_item *one, size_t *ret_n);
void reading_strings(struct reading *r, const struct jdoc *o, const char *key, struct strlist *ret);

/*
 * Fails unless @d is of the schema @ours, "relock-report/1"; @other: what to say of
 * what is of none that differs in its number only.
 */
void reading_schema(struct reading *r, const struct jdoc *d, const char *ours, const char *other);

/*
 * What came of a finding, of its object in a file of evidence or in a report:
 * ->kernel is left to the caller.
 */
void reading_tried(struct reading *r, const struct jdoc *d, struct tried *ret);

bool reading_is_one_of(const char *s, const char *const *words, size_t n);

#endif
