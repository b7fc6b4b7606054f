// SPDX-License-Identifier: MIT
#include "clang/words.h"

#include "base/hash.h"
#include "facts/facts.h"

#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* Where the comment or literal at @s ends; @s if there is none. */
static const char *skip_quiet(const char *s, const char *end)
{
	const char *close;
	char quote = *s;

	if (quote == '/' && end - s > 1 && s[1] == '*') {
		close = memmem(s + 2, (size_t)(end - s) - 2, "*/", 2);
		return close ? close + 2 : end;
	}
	if (quote == '/' && end - s > 1 && s[1] == '/') {
		close = memchr(s, '\n', (size_t)(end - s));
		return close ? close : end;
	}
	if (quote != '"' && quote != '\'')
		return s;
	/* A lone apostrophe in text that is not compiled ends with its line. */
	for (s++; s < end && *s != quote && *s != '\n'; s++)
		if (*s == '\\' && end - s > 1)
			s++;
	return s < end && *s == quote ? s + 1 : s;
}

static const char *skip_blank(const char *s, const char *end)
{
	while (s < end) {
		if (*s == ' ' || *s == '\t' || *s == '\r')
			s++;
		else if (*s == '\\' && end - s > 1 && s[1] == '\n')
			s += 2;
		else if (*s == '/' && end - s > 1 && s[1] == '*')
			s = skip_quiet(s, end);
		else
			break;
	}
	return s;
}

static const char *skip_word(const char *s, const char *end)
{
	while (s < end && is_word(*s))
		s++;
	return s;
}

static bool same(const char *s, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - s) == len && !memcmp(s, word, len);
}

/* The end of the line and of those that continue it. */
static const char *line_end(const char *s, const char *end)
{
	while (s < end && *s != '\n') {
		const char *next = skip_quiet(s, end);

		if (next > s)
			s = next;
		else
			s += *s == '\\' && end - s > 1 ? 2 : 1;
	}
	return s < end ? s : end;
}

static void scan_line(const char *s, const char *end, enum word_kind kind, word_fn *fn, void *data)
{
	while (s < end) {
		const char *next = skip_quiet(s, end);

		if (next > s) {
			s = next;
		} else if (is_letter(*s)) {
			next = skip_word(s, end);
			fn(data, kind, s, (size_t)(next - s));
			s = next;
		} else if (is_word(*s)) {
			s = skip_word(s, end);
		} else {
			s++;
		}
	}
}

const char *words_skip_space(const char *s, const char *end)
{
	while (s < end) {
		const char *next = *s == '/' ? skip_quiet(s, end) : s;

		if (next > s)
			s = next;
		else if (*s == '\n' || *s == ' ' || *s == '\t' || *s == '\r' || *s == '\f')
			s++;
		else
			break;
	}
	return s;
}

/* Behind the # of the directive that stands next in the text, if it is a @word; or NULL. */
static const char *directive_at(const char *s, const char *end, const char *word)
{
	s = words_skip_space(s, end);
	if (s == end || *s != '#')
		return NULL;
	s = skip_blank(s + 1, end);
	return same(s, skip_word(s, end), word) ? skip_word(s, end) : NULL;
}

/* Whether the text from @s is "#define NAME ..." and "#endif", and no more is conditional. */
static bool is_default(const char *s, const char *end, const char *name, size_t len)
{
	s = directive_at(s, end, "define");
	if (!s)
		return false;
	s = skip_blank(s, end);
	if ((size_t)(skip_word(s, end) - s) != len || memcmp(s, name, len) != 0)
		return false;
	return directive_at(line_end(s, end), end, "endif") != NULL;
}

/* Whether the text from @s to @end is the word of @len at @word and nothing else. */
static bool is_only(const char *word, size_t len, const char *s, const char *end)
{
	return (size_t)(skip_word(s, end) - s) == len && !memcmp(word, s, len) &&
	       skip_blank(s + len, end) == end;
}

/* Whether the macro from @name to @rest is defined as its own name. */
static bool is_same(const char *name, const char *rest, const char *end)
{
	const char *body = skip_blank(rest, end);
	size_t len = (size_t)(rest - name);

	return body > rest && is_only(name, len, body, end);
}

/* @s: behind the #, up to @end, the end of its line; the text goes on to @all. */
static void scan_directive(const char *s, const char *end, const char *all, word_fn *fn, void *data)
{
	const char *word = skip_blank(s, end), *rest = skip_word(word, end), *name;
	enum word_kind kind = WORD_CONDITION;

	if (same(word, rest, "include") || same(word, rest, "include_next"))
		return;
	name = skip_blank(rest, end);
	if (same(word, rest, "ifndef") &&
	    is_default(end, all, name, (size_t)(skip_word(name, end) - name)))
		kind = WORD_DEFAULT;
	if (same(word, rest, "define") || same(word, rest, "undef")) {
		rest = skip_word(name, end);
		kind = *word == 'u'		  ? WORD_UNDEF
		       : is_same(name, rest, end) ? WORD_DEFINE_SAME
						  : WORD_DEFINE;
		fn(data, kind, name, (size_t)(rest - name));
		kind = WORD_BODY;
	}
	scan_line(rest, end, kind, fn, data);
}

void words_scan(const char *text, size_t len, word_fn *fn, void *data)
{
	const char *s = text, *end = text + len;
	bool first = true; /* of its line */

	while (s < end) {
		const char *next = skip_quiet(s, end);

		if (next > s) {
			first = first && *s == '/';
			s = next;
		} else if (*s == '#' && first) {
			next = line_end(s, end);
			scan_directive(s + 1, next, end, fn, data);
			s = next;
		} else if (is_letter(*s)) {
			next = skip_word(s, end);
			fn(data, WORD_CODE, s, (size_t)(next - s));
			s = next;
			first = false;
		} else if (is_word(*s)) {
			s = skip_word(s, end);
			first = false;
		} else {
			first = *s == '\n' || (first && (*s == ' ' || *s == '\t'));
			s++;
		}
	}
}

bool words_defines_text(const char *name, const char *end)
{
	const char *s = skip_word(name, end), *arg, *close;
	bool literal = false;

	end = line_end(s, end);
	if (s < end && *s == '(') {
		arg = skip_blank(s + 1, end);
		close = skip_word(arg, end);
		s = memchr(s, ')', (size_t)(end - s));
		if (!s)
			return false;
		if (close > arg && skip_blank(close, end) == s)
			literal = is_only(arg, (size_t)(close - arg), skip_blank(s + 1, end), end);
		s++;
	}
	for (s = skip_blank(s, end); s < end; s = skip_blank(s, end)) {
		const char *next = *s == '"' ? skip_quiet(s, end) : skip_word(s, end);

		if (next == s)
			return false;
		literal |= *s == '"';
		s = next;
	}
	return literal;
}

/* The next line that is a directive, without its #. */
static const char *next_directive(const char *s, const char *end, const char **ret_end)
{
	bool first = true;

	while (s < end) {
		const char *next = skip_quiet(s, end);

		if (next > s) {
			first = first && *s == '/';
			s = next;
		} else if (*s == '#' && first) {
			*ret_end = line_end(s, end);
			return skip_blank(s + 1, *ret_end);
		} else {
			first = *s == '\n' || (first && (*s == ' ' || *s == '\t'));
			s++;
		}
	}
	return NULL;
}

void words_includes(const char *text, size_t len,
		    void (*fn)(void *data, const char *name, size_t len), void *data)
{
	const char *end = text + len, *s = text, *stop = text, *rest, *close;
	unsigned int depth = 0;

	while ((s = next_directive(stop, end, &stop))) {
		rest = skip_word(s, stop);
		if (rest - s >= 2 && !memcmp(s, "if", 2)) {
			depth++;
		} else if (same(s, rest, "endif")) {
			depth -= depth > 0;
		} else if (same(s, rest, "include") && !depth) {
			s = skip_blank(rest, stop);
			close = s < stop && *s == '<' ? memchr(s, '>', (size_t)(stop - s)) : NULL;
			if (close)
				fn(data, s + 1, (size_t)(close - s) - 1);
		}
	}
}

/* Where the #if at depth 0, behind which @s is, ends; NULL if it has an #else, or no end. */
static const char *find_endif(const char *s, const char *end)
{
	unsigned int depth = 1;
	const char *stop = s, *rest;

	while ((s = next_directive(stop, end, &stop))) {
		rest = skip_word(s, stop);
		if (rest - s >= 2 && !memcmp(s, "if", 2))
			depth++;
		else if (depth == 1 && rest - s >= 2 && !memcmp(s, "el", 2))
			return NULL;
		else if (same(s, rest, "endif") && !--depth)
			return stop;
	}
	return NULL;
}

bool words_undefine(const char *text, size_t len)
{
	const char *end = text + len, *s = text, *stop = text;

	while ((s = next_directive(stop, end, &stop)))
		if (same(s, skip_word(s, stop), "undef"))
			return true;
	return false;
}

bool words_guarded(const char *text, size_t len)
{
	const char *end = text + len, *stop = text, *s, *rest;

	if (words_skip_space(text, end) == end || *words_skip_space(text, end) != '#')
		return false;
	s = next_directive(text, end, &stop);
	if (!s)
		return false;
	rest = skip_word(s, stop);
	if (same(s, rest, "pragma"))
		return memmem(rest, (size_t)(stop - rest), "once", 4) != NULL;
	if (!same(s, rest, "ifndef"))
		return false;
	s = find_endif(stop, end);
	return s && words_skip_space(s, end) == end;
}

/* --- The table --- */

#define TABLE_FIRST 4096

void word_table_init(struct word_table *t)
{
	memset(t, 0, sizeof(*t));
	strbuf_init(&t->text);
	t->mask = TABLE_FIRST - 1;
	t->slot = xcalloc(TABLE_FIRST, sizeof(*t->slot));
}

void word_table_release(struct word_table *t)
{
	strbuf_release(&t->text);
	vec_release(&t->at);
	free(t->slot);
}

/* The slot of the word, or the free one where it belongs. */
static uint32_t *slot_of(const struct word_table *t, const char *word, size_t len)
{
	size_t at = (size_t)hash64(word, len) & t->mask;

	for (; t->slot[at]; at = (at + 1) & t->mask) {
		const char *have = word_table_text(t, t->slot[at] - 1);

		if (!strncmp(have, word, len) && !have[len])
			break;
	}
	return &t->slot[at];
}

static void grow(struct word_table *t)
{
	free(t->slot);
	t->mask = 2 * t->mask + 1;
	t->slot = xcalloc(t->mask + 1, sizeof(*t->slot));
	for (uint32_t i = 0; i < t->at.n; i++)
		*slot_of(t, word_table_text(t, i), strlen(word_table_text(t, i))) = i + 1;
}

uint32_t word_table_add(struct word_table *t, const char *word, size_t len)
{
	uint32_t *slot = slot_of(t, word, len);

	if (*slot)
		return *slot - 1;
	vec_push(&t->at, (uint32_t)t->text.len);
	strbuf_add(&t->text, word, len);
	strbuf_addch(&t->text, '\0');
	*slot = (uint32_t)t->at.n;
	if (t->at.n * 2 > t->mask)
		grow(t);
	return (uint32_t)t->at.n - 1;
}

uint32_t word_table_find(const struct word_table *t, const char *word, size_t len)
{
	uint32_t slot = *slot_of(t, word, len);

	return slot ? slot - 1 : FACTS_NONE;
}
