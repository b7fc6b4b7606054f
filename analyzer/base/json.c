// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <errno.h>
#include <jansson.h>
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
