// SPDX-License-Identifier: MIT
#include "repro/fill.h"

#include <stdbool.h>
#include <string.h>

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* The length of "@NAME@" at @text, or 0 where none is. */
static size_t name_at(const char *text)
{
	size_t len = *text == '@' ? strspn(text + 1, CAPITALS) : 0;

	return len && text[len + 1] == '@' ? len + 2 : 0;
}

static const struct fill *find(const struct fill *fills, size_t n, const char *text, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(fills[i].name) == len - 2 && !strncmp(fills[i].name, text + 1, len - 2))
			return &fills[i];
	}
	return NULL;
}

static void add_prefixed(struct strbuf *out, const char *prefix, size_t prefix_len,
			 const char *value)
{
	while (*value) {
		size_t len = strcspn(value, "\n"), blank = len ? prefix_len : 0;

		/* No blanks at the end of a line: of "\t * " an empty line keeps "\t *". */
		if (!len && memchr(prefix, '*', prefix_len))
			blank = prefix_len - (prefix[prefix_len - 1] == ' ');
		strbuf_add(out, prefix, blank);
		strbuf_add(out, value, len);
		strbuf_addch(out, '\n');
		value += len + (value[len] == '\n');
	}
}

/* Of two empty lines around one that went, one goes as well; at the end, the one before. */
static const char *join_blank(struct strbuf *out, const char *text)
{
	bool blank =
		out->len > 1 && out->buf[out->len - 1] == '\n' && out->buf[out->len - 2] == '\n';

	if (blank && !*text)
		strbuf_setlen(out, out->len - 1);
	return text + (blank && *text == '\n');
}

const char *fill_in(struct strbuf *out, const char *text, const struct fill *fills, size_t n)
{
	const char *line = text;
	size_t line_out = out->len;

	while (*text) {
		size_t len = name_at(text);
		const struct fill *f;

		if (!len) {
			strbuf_addch(out, *text++);
			if (text[-1] == '\n') {
				line = text;
				line_out = out->len;
			}
			continue;
		}
		f = find(fills, n, text, len);
		if (!f)
			return text;
		if (strspn(line, " \t*>") == (size_t)(text - line) && text[len] == '\n') {
			strbuf_setlen(out, line_out);
			add_prefixed(out, line, (size_t)(text - line), f->value);
			text += len + 1;
			if (!*f->value)
				text = join_blank(out, text);
			line = text;
			line_out = out->len;
			continue;
		}
		strbuf_addstr(out, f->value);
		text += len;
	}
	return NULL;
}
