// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* Controls, and characters that reorder or hide the text around them. */
static bool is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c ||
	       (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	       (cp >= 0xe0000 && cp <= 0xe007f);
}

void add_safe(struct strbuf *out, const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (!n)
			strbuf_addf(out, "\\x%02x", (unsigned char)s[i]);
		else if (!is_unsafe(cp))
			strbuf_add(out, s + i, n);
		else if (cp < 0x100)
			strbuf_addf(out, "\\x%02x", (unsigned int)cp);
		else
			strbuf_addf(out, "\\u{%x}", (unsigned int)cp);
		i += n ? n : 1;
	}
}

void add_utf8(struct strbuf *out, const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (n)
			strbuf_add(out, s + i, n);
		else
			strbuf_addstr(out, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
}

size_t text_columns(const char *s, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)s[i] & 0xc0) != 0x80;
	return columns;
}

void add_wrapped(struct strbuf *out, const char *text, size_t column, size_t indent, size_t width)
{
	bool first = true;

	while (*text) {
		size_t len, columns;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (!len)
			break;
		columns = text_columns(text, len);
		if (!first && column + 1 + columns > width) {
			strbuf_addch(out, '\n');
			strbuf_addchars(out, ' ', indent);
			column = indent;
		} else if (!first) {
			strbuf_addch(out, ' ');
			column++;
		}
		strbuf_add(out, text, len);
		column += columns;
		text += len;
		first = false;
	}
}

bool source_line(const struct report *r, const char *file, unsigned int line, struct strbuf *ret)
{
	struct strbuf path = STRBUF_INIT;
	bool found = false;
	FILE *f;
	int c;

	if (!r->tree || !*r->tree || !line || *file == '/' || !strncmp(file, "../", 3) ||
	    strstr(file, "/../"))
		return false;
	strbuf_addf(&path, "%s/%s", r->tree, file);
	f = fopen(path.buf, "re");
	strbuf_release(&path);
	if (!f)
		return false;
	for (unsigned int at = 1; at < line;) {
		c = getc(f);
		if (c == EOF)
			goto out;
		at += c == '\n';
	}
	while ((c = getc(f)) != EOF && c != '\n')
		strbuf_addch(ret, c);
	found = ret->len || c == '\n';
	if (ret->len && ret->buf[ret->len - 1] == '\r')
		strbuf_setlen(ret, ret->len - 1);
	/* A byte 0 would end the line early for everybody who reads it as a string. */
	for (size_t i = 0; i < ret->len; i++) {
		if (!ret->buf[i])
			ret->buf[i] = 1;
	}
out:
	fclose(f);
	return found;
}

const char *color_severity(const struct report_options *o, enum severity s)
{
	if (!o->color)
		return "";
	switch (s) {
	case SEV_ERROR:
		return "\033[1;31m";
	case SEV_WARNING:
		return "\033[1;35m";
	case SEV_NOTE:
		break;
	}
	return "\033[1;36m";
}

const char *color_bold(const struct report_options *o)
{
	return o->color ? "\033[1m" : "";
}

const char *color_caret(const struct report_options *o)
{
	return o->color ? "\033[1;32m" : "";
}

const char *color_off(const struct report_options *o)
{
	return o->color ? "\033[0m" : "";
}
