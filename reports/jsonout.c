// SPDX-License-Identifier: MIT
#include "reports/jsonout.h"

#include "reports/layout.h"

#include <inttypes.h>

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == 0x7f || c == '"' || c == '\\';
}

static void add_quoted(struct strbuf *out, const char *s)
{
	struct strbuf valid = STRBUF_INIT;

	add_utf8(&valid, s);
	strbuf_addch(out, '"');
	for (const char *p = valid.buf; *p; p++) {
		size_t plain = 0;

		while (!needs_escape((unsigned char)p[plain]))
			plain++;
		strbuf_add(out, p, plain);
		p += plain;
		if (!*p)
			break;
		if (*p == '"' || *p == '\\')
			strbuf_addf(out, "\\%c", *p);
		else if (*p == '\n')
			strbuf_addstr(out, "\\n");
		else
			strbuf_addf(out, "\\u%04x", (unsigned char)*p);
	}
	strbuf_addch(out, '"');
	strbuf_release(&valid);
}

static void add_line(struct json_out *j)
{
	strbuf_addch(j->out, '\n');
	strbuf_addchars(j->out, ' ', (size_t)j->depth * 2);
}

static void begin(struct json_out *j, const char *key)
{
	if (j->comma)
		strbuf_addch(j->out, ',');
	if (j->depth)
		add_line(j);
	if (key) {
		add_quoted(j->out, key);
		strbuf_addstr(j->out, ": ");
	}
	j->comma = true;
}

void json_out_open(struct json_out *j, const char *key, char bracket)
{
	begin(j, key);
	strbuf_addch(j->out, bracket);
	j->depth++;
	j->comma = false;
}

void json_out_close(struct json_out *j, char bracket)
{
	j->depth--;
	/* "[]" and "{}" stay on one line. */
	if (j->comma)
		add_line(j);
	strbuf_addch(j->out, bracket);
	j->comma = true;
}

void json_out_text(struct json_out *j, const char *key, const char *s)
{
	begin(j, key);
	add_quoted(j->out, s);
}

void json_out_safe(struct json_out *j, const char *key, const char *s)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, s);
	json_out_text(j, key, safe.buf);
	strbuf_release(&safe);
}

void json_out_number(struct json_out *j, const char *key, uint64_t n)
{
	begin(j, key);
	strbuf_addf(j->out, "%" PRIu64, n);
}

void json_out_signed(struct json_out *j, const char *key, int64_t n)
{
	begin(j, key);
	strbuf_addf(j->out, "%" PRId64, n);
}

void json_out_null(struct json_out *j, const char *key)
{
	begin(j, key);
	strbuf_addstr(j->out, "null");
}

void json_out_bool(struct json_out *j, const char *key, bool b)
{
	begin(j, key);
	strbuf_addstr(j->out, b ? "true" : "false");
}

void json_out_end(struct json_out *j)
{
	strbuf_addch(j->out, '\n');
}
