// SPDX-License-Identifier: MIT
#include "history/lines.h"

#include "base/strbuf.h"

#include <stdarg.h>
#include <string.h>

void lines_init(struct lines *l, struct arena *a, const char *name, const char *text, size_t len)
{
	memset(l, 0, sizeof(*l));
	l->arena = a;
	l->name = name;
	l->next = text;
	l->end = text + len;
}

bool lines_fail(struct lines *l, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	strbuf_addf(&sb, "%s:%u: ", l->name, l->line);
	va_start(ap, fmt);
	strbuf_vaddf(&sb, fmt, ap);
	va_end(ap);
	l->error = arena_strdup(l->arena, sb.buf);
	strbuf_release(&sb);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Splits @s, which ends at a 0, in place. */
static bool split(struct lines *l, char *s, struct entry *ret)
{
	for (;;) {
		char *word;

		while (is_blank(*s))
			s++;
		if (!*s)
			return true;
		if (*s == '#') {
			size_t len;

			for (s++; is_blank(*s); s++)
				;
			for (len = strlen(s); len && is_blank(s[len - 1]); len--)
				;
			s[len] = '\0';
			ret->reason = len ? s : NULL;
			return true;
		}
		if (ret->n == WORDS_MAX)
			return lines_fail(l, "more than %d words; a reason begins with '#'",
					  WORDS_MAX);
		word = s;
		while (*s && !is_blank(*s))
			s++;
		if (*s)
			*s++ = '\0';
		ret->words[ret->n++] = word;
	}
}

bool lines_next(struct lines *l, struct entry *ret)
{
	while (l->next < l->end) {
		const char *at = l->next;
		const char *stop = memchr(at, '\n', (size_t)(l->end - at));
		size_t len = (size_t)((stop ? stop : l->end) - at);

		l->next = stop ? stop + 1 : l->end;
		l->line++;
		memset(ret, 0, sizeof(*ret));
		ret->line = l->line;
		if (memchr(at, '\0', len))
			return lines_fail(l, "a byte 0: this is no text file");
		if (!split(l, arena_strndup(l->arena, at, len), ret))
			return false;
		if (ret->n)
			return true;
	}
	return false;
}
