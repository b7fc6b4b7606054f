// SPDX-License-Identifier: MIT
#include "lab/text.h"

#include "base/vec.h"

#include <ctype.h>
#include <string.h>

/* ---- words, and what is none ----------------------------------------------------------------- */

static bool starts_word(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t word_end(const char *text, size_t at)
{
	while (in_word(text[at]))
		at++;
	return at;
}

/* Behind the comment, string or character that starts at @at; @at itself if none does. */
static size_t behind_opaque(const char *text, size_t at)
{
	const char *end;
	char quote = text[at];

	if (quote == '/' && text[at + 1] == '*') {
		end = strstr(text + at + 2, "*/");
		return end ? (size_t)(end - text) + 2 : strlen(text);
	}
	if (quote == '/' && text[at + 1] == '/')
		return at + strcspn(text + at, "\n");
	if (quote != '"' && quote != '\'')
		return at;
	for (at++; text[at] && text[at] != quote && text[at] != '\n'; at++) {
		if (text[at] == '\\' && text[at + 1])
			at++;
	}
	return at + (text[at] == quote);
}

static size_t behind_space(const char *text, size_t at)
{
	for (;;) {
		if (isspace((unsigned char)text[at]))
			at++;
		else if (text[at] == '\\' && text[at + 1] == '\n')
			at += 2;
		else if (text[at] == '/' && (text[at + 1] == '*' || text[at + 1] == '/'))
			at = behind_opaque(text, at);
		else
			return at;
	}
}

/* Behind the bracket that closes the one at @at; TEXT_NONE: none does. */
static size_t behind_bracket(const char *text, size_t at)
{
	size_t depth = 0;

	while (text[at]) {
		size_t behind = behind_opaque(text, at);

		if (behind > at) {
			at = behind;
			continue;
		}
		if (strchr("([{", text[at]))
			depth++;
		else if (strchr(")]}", text[at]) && !--depth)
			return at + 1;
		at++;
	}
	return TEXT_NONE;
}

/* The next place from @at on, and before @end, where the word @word stands; TEXT_NONE: nowhere. */
static size_t find_word(const char *text, size_t at, size_t end, const char *word)
{
	size_t len = strlen(word);

	while (at < end && text[at]) {
		size_t behind = behind_opaque(text, at);

		if (behind == at && !in_word(text[at]))
			behind = at + 1;
		if (behind > at) {
			at = behind;
			continue;
		}
		behind = word_end(text, at);
		if (behind - at == len && behind <= end && !strncmp(text + at, word, len))
			return at;
		at = behind;
	}
	return TEXT_NONE;
}

static void add_name(struct arena *a, struct names *list, const char *name, size_t len)
{
	const char **v;

	for (size_t i = 0; i < list->n; i++) {
		if (strlen(list->v[i]) == len && !strncmp(list->v[i], name, len))
			return;
	}
	v = ARENA_ARRAY(a, const char *, list->n + 1);
	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n++] = arena_strndup(a, name, len);
	list->v = v;
}

/* ---- lines ----------------------------------------------------------------------------------- */

size_t text_place(const char *text, unsigned int line, unsigned int column)
{
	const char *p = text;

	while (line > 1 && (p = strchr(p, '\n'))) {
		p++;
		line--;
	}
	if (!p || !line || !column || strcspn(p, "\n") < column)
		return TEXT_NONE;
	return (size_t)(p - text) + column - 1;
}

unsigned int text_line(const char *text, size_t at)
{
	unsigned int line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static bool is_keyword(const char *text, size_t len)
{
	static const char *const words[] = {"if",     "while",	"for",	  "switch",
					    "return", "sizeof", "typeof", "do"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i]) == len && !strncmp(text, words[i], len))
			return true;
	}
	return false;
}

/* Behind the "->f" or ".f" at @at, or @at itself. */
static size_t behind_member(const char *text, size_t at)
{
	size_t op = text[at] == '.' ? 1 : text[at] == '-' && text[at + 1] == '>' ? 2 : 0;
	size_t name = behind_space(text, at + op);

	return op && starts_word(text[name]) ? word_end(text, name) : at;
}

size_t text_call_end(const char *text, size_t at)
{
	size_t end = TEXT_NONE, next;

	if (starts_word(text[at])) {
		next = word_end(text, at);
		if (is_keyword(text + at, next - at))
			return TEXT_NONE;
	} else if (text[at] == '(') {
		next = behind_bracket(text, at);
	} else {
		return TEXT_NONE;
	}
	while (next != TEXT_NONE) {
		at = behind_space(text, next);
		if (text[at] == '(' || text[at] == '[') {
			next = behind_bracket(text, at);
			if (text[at] == '(')
				end = next;
			continue;
		}
		next = behind_member(text, at);
		if (next == at)
			break;
	}
	if (next == TEXT_NONE || end == TEXT_NONE)
		return TEXT_NONE;
	at = behind_space(text, end);
	return in_word(text[at]) || text[at] == '{' ? TEXT_NONE : end;
}

size_t text_find_call(const char *text, size_t from, const char *name)
{
	size_t len = strlen(name), end = strlen(text);

	while ((from = find_word(text, from, end, name)) != TEXT_NONE) {
		if (text[behind_space(text, from + len)] == '(' &&
		    text_call_end(text, from) != TEXT_NONE)
			return from;
		from += len;
	}
	return TEXT_NONE;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* Where the next line starts that starts with @c, from the line of @at on; TEXT_NONE: none does. */
static size_t line_with(const char *text, size_t at, char c)
{
	const char *p = text + at;

	if (at && p[-1] != '\n') {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	while (p && *p && *p != c) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p && *p ? (size_t)(p - text) : TEXT_NONE;
}

/* Does what stands before a body declare @name, and how? */
static bool declares(const char *text, size_t from, size_t open, const char *name, bool *ret_void)
{
	size_t at = behind_space(text, from), macro = TEXT_NONE, first = TEXT_NONE;
	bool is_void = false;

	/* "MACRO(name": nothing stands before the macro. */
	if (starts_word(text[at])) {
		macro = behind_space(text, word_end(text, at));
		if (text[macro] == '(')
			first = behind_space(text, macro + 1);
	}
	while (at < open) {
		size_t behind = behind_opaque(text, at), len = word_end(text, at) - at;

		if (behind > at) {
			at = behind;
		} else if (text[at] == '(') {
			at = behind_bracket(text, at);
			if (at == TEXT_NONE)
				return false;
		} else if (len) {
			bool is_name = strlen(name) == len && !strncmp(text + at, name, len);

			if (is_name && text[behind_space(text, at + len)] == '(') {
				*ret_void = is_void;
				return true;
			}
			if (len == 4 && !strncmp(text + at, "void", 4))
				is_void = true;
			at += len;
		} else {
			if (text[at] == '*')
				is_void = false;
			at++;
		}
	}
	*ret_void = false;
	return first != TEXT_NONE && !strncmp(text + first, name, strlen(name)) &&
	       !in_word(text[first + strlen(name)]);
}

/*
 * Where that starts what the body at @open is the body of: behind the last line before that ends
 * something else, or is one of the preprocessor's.
 */
static size_t declaration(const char *text, size_t open)
{
	size_t line = open;

	while (line) {
		size_t before = line - 1, last;

		while (before && text[before - 1] != '\n')
			before--;
		last = line - 1;
		while (last > before && isspace((unsigned char)text[last - 1]))
			last--;
		if (text[before] == '#' || text[before] == '}' || text[before] == '{' ||
		    (last > before && text[last - 1] == ';') ||
		    (last > before + 1 && !strncmp(text + last - 2, "*/", 2)))
			return line;
		line = before;
	}
	return 0;
}

bool text_body(const char *text, size_t from, const char *name, struct text_body *ret)
{
	size_t open = from;

	while ((open = line_with(text, open, '{')) != TEXT_NONE) {
		size_t close = line_with(text, open, '}');

		if (close == TEXT_NONE)
			return false;
		if (declares(text, declaration(text, open), open, name, &ret->is_void)) {
			ret->open = open + 1;
			ret->close = close;
			return true;
		}
		open = close;
	}
	return false;
}

void text_members(struct arena *a, const char *text, const struct text_body *body,
		  struct names *ret)
{
	size_t at = body->open;

	while (at < body->close) {
		size_t behind = behind_opaque(text, at);

		if (behind > at) {
			at = behind;
			continue;
		}
		behind = behind_member(text, at);
		if (behind == at) {
			at++;
			continue;
		}
		if (text[behind_space(text, behind)] == '(') {
			size_t name = behind_space(text, at + (text[at] == '.' ? 1 : 2));

			add_name(a, ret, text + name, behind - name);
		}
		at = behind;
	}
}

/* ---- initialisers ---------------------------------------------------------------------------- */

/* Is the word at @at what ".member =" is before? */
static bool is_member_value(const char *text, size_t at)
{
	while (at && isspace((unsigned char)text[at - 1]))
		at--;
	if (!at || text[--at] != '=')
		return false;
	while (at && isspace((unsigned char)text[at - 1]))
		at--;
	while (at && in_word(text[at - 1]))
		at--;
	return at && text[at - 1] == '.';
}

/* The value of ".member = value" between @at and @end. */
static void add_member_value(struct arena *a, const char *text, size_t at, size_t end,
			     const char *member, struct names *ret)
{
	while ((at = find_word(text, at, end, member)) != TEXT_NONE) {
		bool is_member = at && text[at - 1] == '.';

		at = behind_space(text, at + strlen(member));
		if (!is_member || text[at] != '=')
			continue;
		at = behind_space(text, at + 1);
		if (starts_word(text[at]))
			add_name(a, ret, text + at, word_end(text, at) - at);
	}
}

/* A table of the kernel ends with a line that starts with '}', and behind the one before it starts.
 */
void text_beside(struct arena *a, const char *text, const char *other, const char *member,
		 struct names *ret)
{
	size_t at = 0, len = strlen(text);

	while ((at = find_word(text, at, len, other)) != TEXT_NONE) {
		size_t start = at, end = line_with(text, at, '}');

		if (is_member_value(text, at)) {
			while (start && !(text[start] == '}' && text[start - 1] == '\n'))
				start--;
			add_member_value(a, text, start, end == TEXT_NONE ? len : end, member, ret);
		}
		at += strlen(other);
	}
}
