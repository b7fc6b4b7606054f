// SPDX-License-Identifier: MIT
#include "history/suppress.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "history/baseline.h"
#include "history/lines.h"

#include <errno.h>
#include <string.h>

static unsigned int digits(const char *s, size_t n)
{
	unsigned int value = 0;

	while (n--)
		value = value * 10 + (unsigned int)(*s++ - '0');
	return value;
}

/* A day that there is, as ISO 8601 writes it; such dates sort as text. */
static bool is_date(const char *s)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	static const char shape[] = "dddd-dd-dd";
	unsigned int year, month, day, last;
	size_t i;

	for (i = 0; shape[i]; i++) {
		if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return false;
	}
	if (s[i])
		return false;
	year = digits(s, 4);
	month = digits(s + 5, 2);
	day = digits(s + 8, 2);
	if (month < 1 || month > 12)
		return false;
	last = days[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0))
		last = 29;
	return day >= 1 && day <= last;
}

static bool add_entry(struct suppressions *s, struct lines *l, const struct entry *e)
{
	struct suppression one = {.reason = e->reason, .line = e->line};
	struct strbuf text = STRBUF_INIT, key = STRBUF_INIT;
	size_t n = e->n;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", e->words[i]);
	one.text = arena_strdup(&s->arena, text.buf);
	strbuf_release(&text);
	if (n > 1 && !strcmp(e->words[n - 1], "until"))
		return lines_fail(l, "no date behind 'until'; write until YYYY-MM-DD");
	if (n > 2 && !strcmp(e->words[n - 2], "until")) {
		one.until = e->words[n - 1];
		if (!is_date(one.until))
			return lines_fail(l, "'%s' is no date; write until YYYY-MM-DD", one.until);
		n -= 2;
	}
	if (n == 1 && is_id(e->words[0])) {
		one.id = e->words[0];
	} else if (n == 3) {
		one.rule = e->words[0];
		one.function = e->words[1];
		one.lock = e->words[2];
	} else if (n == 1) {
		return lines_fail(l, "'%s' is no id of a finding (16 hex digits in small letters)",
				  e->words[0]);
	} else {
		return lines_fail(l,
				  "%zu words; an entry is ID or RULE FUNCTION LOCK, then until "
				  "YYYY-MM-DD if it is to end, then # and the reason",
				  n);
	}
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&key, "%s%s", i ? " " : "", e->words[i]);
	one.key = arena_strdup(&s->arena, key.buf);
	strbuf_release(&key);
	if (!one.reason)
		return lines_fail(l, "no reason; add one behind '#': who looked at it, and why it "
				     "is no trouble");
	if (s->v.n && !s->unsorted && strcmp(s->v.v[s->v.n - 1].text, one.text) > 0)
		s->unsorted = one.line;
	for (size_t i = 0; i < s->v.n; i++) {
		const struct suppression *o = &s->v.v[i];

		if (!strcmp(o->key, one.key))
			return lines_fail(l, "the same as line %u; remove one of them", o->line);
	}
	vec_push(&s->v, one);
	return true;
}

int suppressions_parse(struct suppressions *s, const char *name, const char *text, size_t len,
		       const char **ret_error)
{
	struct entry e;
	struct lines l;

	memset(s, 0, sizeof(*s));
	lines_init(&l, &s->arena, name, text, len);
	while (lines_next(&l, &e) && add_entry(s, &l, &e))
		;
	if (!l.error)
		return 0;
	*ret_error = l.error;
	return -EBADMSG;
}

int suppressions_read(struct suppressions *s, const char *path, const char **ret_error)
{
	struct strbuf text = STRBUF_INIT;
	int err = fs_read(path, &text);

	if (err) {
		memset(s, 0, sizeof(*s));
		*ret_error = arena_printf(&s->arena, "cannot read %s: %s", path, strerror(-err));
	} else {
		err = suppressions_parse(s, path, text.buf, text.len, ret_error);
	}
	strbuf_release(&text);
	return err;
}

void suppressions_release(struct suppressions *s)
{
	vec_release(&s->v);
	arena_release(&s->arena);
}

bool suppression_means(const struct suppression *s, const struct finding *f)
{
	if (s->id)
		return !strcmp(s->id, f->id);
	return (!strcmp(s->rule, f->code) || !strcmp(s->rule, f->rule)) &&
	       !strcmp(s->function, f->location.function) && !strcmp(s->lock, f->lock.class);
}

bool suppression_ended(const struct suppression *s, const char *today)
{
	return s->until && strcmp(today, s->until) > 0;
}
