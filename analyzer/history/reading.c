// SPDX-License-Identifier: MIT
#include "history/reading.h"

#include "base/strbuf.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static const struct jdoc nothing = {.kind = JDOC_NULL, .string = ""};

void reading_fail(struct reading *r, const char *key, const char *what)
{
	struct strbuf sb = STRBUF_INIT;
	size_t depth = r->depth;

	if (r->error)
		return;
	if (key && depth < READING_DEPTH_MAX)
		r->path[depth++] = (struct jdoc_step){.key = key};
	strbuf_addf(&sb, "%s:%u: ", r->name, jdoc_line(r->text, r->len, r->path, depth));
	for (size_t i = 0; i < depth; i++) {
		if (r->path[i].key)
			strbuf_addf(&sb, "/%s", r->path[i].key);
		else
			strbuf_addf(&sb, "/%zu", r->path[i].index);
	}
	strbuf_addf(&sb, "%s%s; give %s", depth ? ": " : "", what, r->wanted);
	r->error = arena_strdup(r->a, sb.buf);
	strbuf_release(&sb);
}

void reading_enter(struct reading *r, const char *key, size_t index)
{
	if (r->depth < READING_DEPTH_MAX)
		r->path[r->depth] = (struct jdoc_step){.key = key, .index = index};
	r->depth++;
}

void reading_leave(struct reading *r)
{
	r->depth--;
}

const struct jdoc *reading_member(struct reading *r, const struct jdoc *o, const char *key,
				  enum jdoc_kind kind)
{
	static const char *const kinds[] = {"null",	"true or false", "a number",
					    "a string", "an array",	 "an object"};
	const struct jdoc *d = jdoc_get(o, key);

	if (!d && o->kind != JDOC_OBJECT)
		reading_fail(r, NULL, "is no object");
	else if (!d)
		reading_fail(r, NULL, arena_printf(r->a, "has no '%s'", key));
	else if (d->kind != kind)
		reading_fail(r, key, arena_printf(r->a, "is not %s", kinds[kind]));
	else
		return d;
	return &nothing;
}

const char *reading_text(struct reading *r, const struct jdoc *o, const char *key)
{
	return reading_member(r, o, key, JDOC_STRING)->string;
}

const char *reading_text_or_null(struct reading *r, const struct jdoc *o, const char *key)
{
	const struct jdoc *d = jdoc_get(o, key);

	if (!d || d->kind == JDOC_NULL)
		return NULL;
	return reading_text(r, o, key);
}

unsigned int reading_number(struct reading *r, const struct jdoc *o, const char *key)
{
	double d = reading_member(r, o, key, JDOC_NUMBER)->number;

	if (d >= 0 && d <= UINT_MAX && d == (unsigned int)d)
		return (unsigned int)d;
	reading_fail(r, key, "is no number from 0 to 4294967295 without a fraction");
	return 0;
}

void *reading_items(struct reading *r, const struct jdoc *o, const char *key, size_t size,
		    reading_item *one, size_t *ret_n)
{
	const struct jdoc *d = reading_member(r, o, key, JDOC_ARRAY);
	char *v = arena_calloc(r->a, d->n, size);

	reading_enter(r, key, 0);
	for (size_t i = 0; i < d->n && !r->error; i++) {
		reading_enter(r, NULL, i);
		one(r, d->items[i], v + i * size);
		reading_leave(r);
	}
	reading_leave(r);
	*ret_n = d->n;
	return v;
}

static void read_string(struct reading *r, const struct jdoc *d, void *ret)
{
	if (d->kind != JDOC_STRING)
		reading_fail(r, NULL, "is not a string");
	*(const char **)ret = d->string;
}

void reading_strings(struct reading *r, const struct jdoc *o, const char *key, struct strlist *ret)
{
	ret->v = reading_items(r, o, key, sizeof(*ret->v), read_string, &ret->n);
}

bool reading_is_one_of(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(s, words[i]))
			return true;
	}
	return false;
}

void reading_schema(struct reading *r, const struct jdoc *d, const char *ours, const char *other)
{
	const char *schema = d->kind == JDOC_OBJECT ? jdoc_get_string(d, "schema") : NULL;

	if (!schema || strncmp(schema, ours, strcspn(ours, "/") + 1) != 0)
		reading_fail(r, NULL, other);
	else if (strcmp(schema, ours) != 0)
		reading_fail(r, "schema",
			     "is of another version of relock, which this one cannot read");
}

/* What the console said in the machine @key; "" where there was none. */
static const char *excerpt(struct reading *r, const struct jdoc *d, const char *key)
{
	const struct jdoc *run = jdoc_get(d, key);
	const char *ret;

	if (run && run->kind == JDOC_NULL)
		return "";
	run = reading_member(r, d, key, JDOC_OBJECT);
	reading_enter(r, key, 0);
	ret = reading_text(r, run, "excerpt");
	reading_leave(r);
	return ret;
}

int reading_parse(struct reading *r, struct jdoc **ret)
{
	const char *error = NULL;

	if (!jdoc_parse(r->a, r->text, r->len, ret, &error))
		return 0;
	r->error = arena_printf(r->a, "%s:%s; give %s", r->name, error, r->wanted);
	return -EBADMSG;
}

void reading_tried(struct reading *r, const struct jdoc *d, struct tried *ret)
{
	static const char *const verdicts[] = {"confirmed", "seen", "doubtful", "survived",
					       "not tried"};
	const struct jdoc *program = jdoc_get(d, "program");

	ret->verdict = reading_text(r, d, "verdict");
	if (!reading_is_one_of(ret->verdict, verdicts, ARRAY_SIZE(verdicts)))
		reading_fail(r, "verdict",
			     "is none of confirmed, seen, doubtful, survived, not tried");
	ret->reason = reading_text(r, d, "reason");
	ret->kernel = "";
	if (program && program->kind != JDOC_NULL) {
		program = reading_member(r, d, "program", JDOC_OBJECT);
		reading_enter(r, "program", 0);
		ret->how = reading_text(r, program, "how");
		ret->attach = reading_text_or_null(r, program, "attach");
		ret->calls = reading_text(r, program, "calls");
		reading_leave(r);
	}
	ret->console = excerpt(r, d, "run");
	ret->control = excerpt(r, d, "control");
}
