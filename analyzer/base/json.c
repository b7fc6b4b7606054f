// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static struct jdoc *convert(struct arena *a, json_t *j)
{
	struct jdoc *d = ARENA_NEW(a, struct jdoc);
	const char *key;
	json_t *item;
	size_t i;

	d->string = "";
	switch (json_typeof(j)) {
	case JSON_NULL:
		d->kind = JDOC_NULL;
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		d->kind = JDOC_BOOL;
		d->number = json_is_true(j);
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		d->kind = JDOC_NUMBER;
		d->number = json_number_value(j);
		break;
	case JSON_STRING:
		d->kind = JDOC_STRING;
		d->string = arena_strdup(a, json_string_value(j));
		break;
	case JSON_ARRAY:
		d->kind = JDOC_ARRAY;
		d->items = ARENA_ARRAY(a, struct jdoc *, json_array_size(j));
		json_array_foreach(j, i, item)
			d->items[d->n++] = convert(a, item);
		break;
	case JSON_OBJECT:
		d->kind = JDOC_OBJECT;
		d->items = ARENA_ARRAY(a, struct jdoc *, json_object_size(j));
		d->keys = ARENA_ARRAY(a, const char *, json_object_size(j));
		json_object_foreach(j, key, item) {
			d->keys[d->n] = arena_strdup(a, key);
			d->items[d->n++] = convert(a, item);
		}
		break;
	}
	return d;
}

int jdoc_parse(struct arena *a, const char *text, size_t len, struct jdoc **ret,
	       const char **ret_error)
{
	json_error_t error;
	json_t *j = json_loadb(text, len, 0, &error);

	if (!j) {
		*ret_error = arena_printf(a, "%d:%d: %s", error.line, error.column, error.text);
		return -EBADMSG;
	}
	*ret = convert(a, j);
	json_decref(j);
	return 0;
}

const struct jdoc *jdoc_get(const struct jdoc *o, const char *key)
{
	if (o->kind != JDOC_OBJECT)
		return NULL;
	for (size_t i = 0; i < o->n; i++) {
		if (!strcmp(o->keys[i], key))
			return o->items[i];
	}
	return NULL;
}

const char *jdoc_get_string(const struct jdoc *o, const char *key)
{
	const struct jdoc *d = jdoc_get(o, key);

	return d && d->kind == JDOC_STRING ? d->string : NULL;
}

/* ---- where a value stands: jansson does not say -------------------------------------------- */

struct scan {
	const char *at, *end;
};

static void skip_space(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at))
		s->at++;
}

/* From a quote to behind the next one. */
static void skip_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
		s->at += *s->at == '\\';
	s->at++;
	if (s->at > s->end)
		s->at = s->end;
}

/* To behind a value, and the space behind it. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	do {
		skip_space(s);
		if (s->at >= s->end)
			return;
		if (*s->at == '"') {
			skip_string(s);
		} else {
			depth += *s->at == '{' || *s->at == '[';
			depth -= depth && (*s->at == '}' || *s->at == ']');
			s->at++;
			/* A number or a word is passed a character at a time, to what may follow. */
			while (!depth && s->at < s->end && !strchr(",]}: \t\r\n", *s->at))
				s->at++;
		}
	} while (depth);
	skip_space(s);
}

/* To the member or item of the value at @s; false, and @s as before, where there is none. */
static bool enter(struct scan *s, const struct jdoc_step *step)
{
	struct scan in = *s, found = { NULL, NULL };
	size_t len = step->key ? strlen(step->key) : 0;

	if (in.at >= in.end || *in.at != (step->key ? '{' : '['))
		return false;
	in.at++;
	for (size_t i = 0; in.at < in.end; i++) {
		const char *key;
		bool here = i == step->index;

		skip_space(&in);
		if (in.at >= in.end || *in.at == '}' || *in.at == ']')
			break;
		if (step->key) {
			key = in.at + 1;
			skip_string(&in);
			here = (size_t)(in.at - key) == len + 1 && !memcmp(key, step->key, len);
			skip_space(&in);
			in.at += in.at < in.end; /* the colon */
			skip_space(&in);
		}
		if (here)
			found = in; /* of members of one name the last one counts */
		skip_value(&in);
		in.at += in.at < in.end && *in.at == ',';
	}
	if (found.at)
		*s = found;
	return found.at != NULL;
}

unsigned int jdoc_line(const char *text, size_t len, const struct jdoc_step *path, size_t n)
{
	struct scan s = { text, text + len };
	unsigned int line = 1;

	skip_space(&s);
	for (size_t i = 0; i < n && enter(&s, &path[i]); i++)
		;
	for (const char *p = text; p < s.at; p++)
		line += *p == '\n';
	return line;
}
