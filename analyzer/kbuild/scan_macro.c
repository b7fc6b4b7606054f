// SPDX-License-Identifier: MIT
#include "kbuild/scan_macro.h"

#include <ctype.h>
#include <string.h>

static bool is_ident(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* A blank, or the end of a line that goes on. */
static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\\';
}

static size_t ident_len(const char *p, const char *end)
{
	const char *from = p;

	while (p < end && is_ident(*p))
		p++;
	return (size_t)(p - from);
}

bool scan_macro_read(const char *p, const char *end, struct scan_macro *ret)
{
	const char *close;

	while (p < end && is_gap(*p))
		p++;
	ret->name = p;
	ret->name_len = ident_len(p, end);
	p += ret->name_len;
	if (!ret->name_len || p == end || *p != '(')
		return false;
	ret->params = p + 1;
	close = memchr(p, ')', (size_t)(end - p));
	if (!close)
		return false;
	ret->params_len = (size_t)(close - ret->params);
	ret->body = close + 1;
	ret->body_len = (size_t)(end - ret->body);
	return memchr(ret->body, '{', ret->body_len);
}

/* Part number @n of the list @p, which commas outside of brackets divide; without gaps around it. */
static bool list_part(const char *p, size_t len, size_t n, const char **ret, size_t *ret_len)
{
	const char *end = p + len, *from = p;
	unsigned int depth = 0;

	for (;; p++) {
		if (p < end && (*p != ',' || depth)) {
			depth += *p == '(';
			depth -= *p == ')' && depth;
			continue;
		}
		if (!n)
			break;
		if (p == end)
			return false;
		n--;
		from = p + 1;
	}
	while (from < p && is_gap(*from))
		from++;
	while (p > from && is_gap(p[-1]))
		p--;
	*ret = from;
	*ret_len = (size_t)(p - from);
	return true;
}

/* What the @len bytes at @word are replaced by; false if that is no parameter of @m. */
static bool argument(const struct scan_macro *m, const char *word, size_t len, const char *args,
		     size_t args_len, const char **ret, size_t *ret_len)
{
	const char *name;
	size_t name_len, n;

	for (n = 0; list_part(m->params, m->params_len, n, &name, &name_len); n++)
		if (name_len == len && !memcmp(name, word, len))
			return list_part(args, args_len, n, ret, ret_len);
	return false;
}

void scan_macro_expand(const struct scan_macro *m, const char *args, size_t len,
		       struct strbuf *out)
{
	const char *p = m->body, *end = p + m->body_len, *with;
	size_t n, with_len;

	while (p < end) {
		if (is_gap(*p)) {
			while (p < end && is_gap(*p))
				p++;
			/* Pasted words have none between them. */
			if (end - p < 2 || memcmp(p, "##", 2))
				strbuf_addch(out, ' ');
		} else if (end - p > 1 && !memcmp(p, "##", 2)) {
			for (p += 2; p < end && is_gap(*p); p++)
				;
		} else if (is_ident(*p)) {
			n = ident_len(p, end);
			if (argument(m, p, n, args, len, &with, &with_len))
				strbuf_add(out, with, with_len);
			else
				strbuf_add(out, p, n);
			p += n;
		} else {
			strbuf_addch(out, *p++);
		}
	}
}
