/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_STRBUF_H
#define RELOCK_BASE_STRBUF_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

/*
 * A string under construction, after git's strbuf: buf is always terminated
 * and never NULL, also when nothing was added.
 */
struct strbuf {
	char *buf;
	size_t len;
	size_t alloc;
};

extern char strbuf_slop[];
#define STRBUF_INIT                                                                                \
	{                                                                                          \
		strbuf_slop, 0, 0                                                                  \
	}

void strbuf_init(struct strbuf *sb);
/* Frees the memory; the buffer is empty afterwards and may be used again. */
void strbuf_release(struct strbuf *sb);
/* Empties the buffer and keeps its memory. */
void strbuf_reset(struct strbuf *sb);
/* The string itself, to be freed by the caller; the buffer is empty afterwards. */
char *strbuf_detach(struct strbuf *sb, size_t *ret_len);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addch(struct strbuf *sb, int c);
void strbuf_addchars(struct strbuf *sb, int c, size_t n);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Cuts the buffer to its first @len bytes. */
void strbuf_setlen(struct strbuf *sb, size_t len);

bool str_ends_with(const char *s, const char *end);

#endif
