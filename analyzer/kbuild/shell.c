// SPDX-License-Identifier: MIT
#include "kbuild/shell.h"

#include <stdbool.h>
#include <string.h>

static void put(struct shell_words *w, char c)
{
	vec_push(&w->text, c);
}

static bool ends_word(char c)
{
	return !c || strchr(" \t\r\n;&|<>()", c);
}

/* Copies what stands between @s and its closing quote; returns behind that. */
static const char *single_quoted(const char *s, struct shell_words *w)
{
	while (*s && *s != '\'')
		put(w, *s++);
	return *s ? s + 1 : s;
}

static const char *double_quoted(const char *s, struct shell_words *w)
{
	while (*s && *s != '"') {
		if (*s == '\\' && s[1] && strchr("$`\"\\\n", s[1])) {
			s++;
			if (*s == '\n') {
				s++;
				continue;
			}
		}
		put(w, *s++);
	}
	return *s ? s + 1 : s;
}

/* Copies a substitution, $( ... ) or ` ... `, as it is written. */
static const char *substitution(const char *s, struct shell_words *w)
{
	int depth = 0;

	if (*s == '`') {
		do
			put(w, *s++);
		while (*s && *s != '`');
		if (*s)
			put(w, *s++);
		return s;
	}
	put(w, *s++);
	do {
		if (*s == '(')
			depth++;
		else if (*s == ')')
			depth--;
		put(w, *s++);
	} while (*s && depth);
	return s;
}

static const char *word(const char *s, struct shell_words *w)
{
	while (!ends_word(*s)) {
		if (*s == '\'') {
			s = single_quoted(s + 1, w);
		} else if (*s == '"') {
			s = double_quoted(s + 1, w);
		} else if (*s == '\\' && s[1]) {
			if (s[1] != '\n')
				put(w, s[1]);
			s += 2;
		} else if (*s == '`' || (*s == '$' && s[1] == '(')) {
			s = substitution(s, w);
		} else {
			put(w, *s++);
		}
	}
	return s;
}

const char *shell_next(const char *s, struct shell_words *w)
{
	bool redirected = false;

	vec_clear(&w->text);
	vec_clear(&w->starts);
	vec_clear(&w->v);
	for (;;) {
		size_t start;

		while (*s == ' ' || *s == '\t' || *s == '\r' || (*s == '\\' && s[1] == '\n'))
			s += *s == '\\' ? 2 : 1;
		if (*s == '<' || *s == '>') {
			s++;
			if (*s == '>' || *s == '&')
				s++;
			redirected = true;
			continue;
		}
		if (ends_word(*s)) {
			if (!*s || w->starts.n)
				break;
			s++;
			continue;
		}
		start = w->text.n;
		s = word(s, w);
		if (redirected) {
			w->text.n = start;
			redirected = false;
			continue;
		}
		put(w, '\0');
		vec_push(&w->starts, start);
	}
	for (size_t i = 0; i < w->starts.n; i++)
		vec_push(&w->v, w->text.v + w->starts.v[i]);
	return w->starts.n ? s : NULL;
}

void shell_release(struct shell_words *w)
{
	vec_release(&w->text);
	vec_release(&w->starts);
	vec_release(&w->v);
}
