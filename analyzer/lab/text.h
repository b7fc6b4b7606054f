/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_LAB_TEXT_H
#define RELOCK_LAB_TEXT_H

#include "base/arena.h"
#include "rules/rules.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Places in C source, found by reading it as it stands, macros and #if and all: what is
 * edited is the text. Comments, strings and characters are skipped. All texts end in NUL;
 * a place is the number of bytes before it. Private to lab/.
 */
#define TEXT_NONE ((size_t)-1)

/* Where line @line (from 1) has its byte @column (from 1); TEXT_NONE: the text has no such place.
 */
size_t text_place(const char *text, unsigned int line, unsigned int column);

/* The number of the line that @at is in, from 1. */
unsigned int text_line(const char *text, size_t at);

/*
 * The end of the call that starts at @at, behind its last ')': "f(x)", "p->ops->f(x)",
 * "(*f)(x)", "t[i].f(x)". TEXT_NONE where none starts, or where it is no expression but a
 * macro with a statement behind it ("for_each_x(...) {").
 */
size_t text_call_end(const char *text, size_t at);

/* The first call of @name from @from on, as text_call_end() has it; TEXT_NONE: there is none. */
size_t text_find_call(const char *text, size_t from, const char *name);

/* A function's definition in the style of the kernel: its braces are at the start of lines. */
struct text_body {
	size_t open, close; /* behind its '{', and at its '}' */
	bool is_void;	    /* it returns nothing */
};

/*
 * The first definition of @name that opens behind @from: "type name(...)", or
 * "MACRO(name, ...)" as the kernel defines helpers and system calls. There may be several,
 * one in each branch of an #if. Returns false where none is.
 */
bool text_body(const char *text, size_t from, const char *name, struct text_body *ret);

/* Adds to @ret the members that @body calls through, each once: of "map->ops->f(x)" it is f. */
void text_members(struct arena *a, const char *text, const struct text_body *body,
		  struct names *ret);

/*
 * Adds to @ret, each once, what stands for the member @member in the initialisers that
 * also have @other for one of their members: beside ".a = other" the x of ".b = x".
 */
void text_beside(struct arena *a, const char *text, const char *other, const char *member,
		 struct names *ret);

#endif
