/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_WORDS_H
#define RELOCK_CLANG_WORDS_H

#include "base/strbuf.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* The identifiers of C source text, without parsing it. */

enum word_kind {
	WORD_CODE,
	WORD_CONDITION,	  /* in a directive of the preprocessor that is none of the others */
	WORD_DEFAULT,	  /* M in "#ifndef M, #define M, #endif": it is only given what it is otherwise */
	WORD_DEFINE, /* the name that a #define gives */
	WORD_DEFINE_SAME, /* a name that is defined as itself, so that it can be asked for */
	WORD_UNDEF,
	WORD_BODY, /* in what a macro stands for */
};

typedef void word_fn(void *data, enum word_kind kind, const char *word, size_t len);

/* Calls @fn for each, in order. Comments, literals and names of headers have none. */
void words_scan(const char *text, size_t len, word_fn *fn, void *data);

/* Calls @fn for each header NAME of an "#include <NAME>" that is under no condition. */
void words_includes(const char *text, size_t len,
		    void (*fn)(void *data, const char *name, size_t len), void *data);

/* Does the text undefine a macro? */
bool words_undefine(const char *text, size_t len);

/* Is all of the text within one #ifndef, or does it say #pragma once? */
bool words_guarded(const char *text, size_t len);

/*
 * Is the macro whose name is at @name, in a #define, a string, or the one argument that it is
 * given, so that it makes a text of a text?
 */
bool words_defines_text(const char *name, const char *end);

/* The next that is neither blank nor in a comment; @end if there is none. */
const char *words_skip_space(const char *s, const char *end);

/* Words by number. */
struct word_table {
	struct strbuf text; /* each with its end */
	VEC(uint32_t) at;   /* where in the text */
	uint32_t *slot;	    /* number + 1; 0: free */
	size_t mask;
};

void word_table_init(struct word_table *t);
void word_table_release(struct word_table *t);
uint32_t word_table_add(struct word_table *t, const char *word, size_t len);
/* FACTS_NONE if it is not there. */
uint32_t word_table_find(const struct word_table *t, const char *word, size_t len);

static inline const char *word_table_text(const struct word_table *t, uint32_t word)
{
	return t->text.buf + t->at.v[word];
}

#endif
