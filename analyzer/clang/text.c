// SPDX-License-Identifier: MIT
#include "clang/lower.h"

#include <ctype.h>

/* What the cursors leave out is in the source text. */

bool text_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t skip_literal(const char *s, size_t i, size_t n)
{
	char quote = s[i++];

	while (i < n && s[i] != quote)
		i += s[i] == '\\' ? 2 : 1;
	return i < n ? i : n;
}

static size_t skip_comment(const char *s, size_t i, size_t n)
{
	const char *end;

	if (s[i + 1] == '/') {
		end = memchr(s + i, '\n', n - i);
		return end ? (size_t)(end - s) : n;
	}
	end = memmem(s + i + 2, n - i - 2, "*/", 2);
	return end ? (size_t)(end - s) + 1 : n;
}

unsigned int text_split_parens(const char *s, size_t n, char sep, bool *empty, size_t *start,
				 unsigned int max)
{
	unsigned int parts = 0, depth = 0;
	bool nothing = true;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '"' || c == '\'') {
			i = skip_literal(s, i, n);
			nothing = false;
			continue;
		}
		if (c == '/' && i + 1 < n && (s[i + 1] == '*' || s[i + 1] == '/')) {
			i = skip_comment(s, i, n);
			continue;
		}
		if (isspace((unsigned char)c) || c == '\\')
			continue;
		if (!depth && (c == ';' || c == '{' || c == '}'))
			return 0;
		if (depth == 1 && (c == sep || c == ')')) {
			if (parts < max)
				empty[parts] = nothing;
			parts++;
			if (c == ')')
				return parts;
			if (parts < max)
				start[parts] = i + 1;
			nothing = true;
			continue;
		}
		if (c == '(' || c == '[' || c == '{') {
			if (!depth++) {
				start[0] = i + 1;
				nothing = true;
				continue;
			}
		} else if (c == ')' || c == ']' || c == '}') {
			depth--;
		}
		nothing = false;
	}
	return 0;
}

bool text_says(const char *s, size_t n, const char *word)
{
	for (size_t i = 0; i < n && (text_is_word(s[i]) || isspace((unsigned char)s[i]));) {
		size_t at = i;

		while (i < n && text_is_word(s[i]))
			i++;
		if (i - at == strlen(word) && !strncmp(s + at, word, i - at))
			return true;
		if (i == at)
			i++;
	}
	return false;
}
