// SPDX-License-Identifier: MIT
#include "history/read.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "history/baseline.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define DEPTH_MAX 16

/*
 * A member that is missing or of another type ends the reading: ->error is set
 * at the first one, and whoever asks for more gets something harmless.
 */
struct reading {
	struct arena *a;
	const char *name, *text;
	size_t len;
	struct jdoc_step path[DEPTH_MAX]; /* to the value that is being read */
	size_t depth;
	bool sections; /* are read, too */
	const char *error;
};

static const struct jdoc nothing = {.kind = JDOC_NULL, .string = ""};

static void fail(struct reading *r, const char *key, const char *what)
{
	struct strbuf sb = STRBUF_INIT;
	size_t depth = r->depth;

	if (r->error)
		return;
	if (key && depth < DEPTH_MAX)
		r->path[depth++] = (struct jdoc_step){.key = key};
	strbuf_addf(&sb, "%s:%u: ", r->name, jdoc_line(r->text, r->len, r->path, depth));
	for (size_t i = 0; i < depth; i++) {
		if (r->path[i].key)
			strbuf_addf(&sb, "/%s", r->path[i].key);
		else
			strbuf_addf(&sb, "/%zu", r->path[i].index);
	}
	strbuf_addf(&sb, "%s%s; give a report that --output json wrote", depth ? ": " : "", what);
	r->error = arena_strdup(r->a, sb.buf);
	strbuf_release(&sb);
}

static void enter(struct reading *r, const char *key, size_t index)
{
	if (r->depth < DEPTH_MAX)
		r->path[r->depth] = (struct jdoc_step){.key = key, .index = index};
	r->depth++;
}

static void leave(struct reading *r)
{
	r->depth--;
}

/* The member @key of the object @o, of the kind that is wanted; or a harmless value. */
static const struct jdoc *member(struct reading *r, const struct jdoc *o, const char *key,
				 enum jdoc_kind kind)
{
	static const char *const kinds[] = {"null",	"true or false", "a number",
					    "a string", "an array",	 "an object"};
	const struct jdoc *d = jdoc_get(o, key);

	if (!d && o->kind != JDOC_OBJECT)
		fail(r, NULL, "is no object");
	else if (!d)
		fail(r, NULL, arena_printf(r->a, "has no '%s'", key));
	else if (d->kind != kind)
		fail(r, key, arena_printf(r->a, "is not %s", kinds[kind]));
	else
		return d;
	return &nothing;
}

static const char *text(struct reading *r, const struct jdoc *o, const char *key)
{
	return member(r, o, key, JDOC_STRING)->string;
}

/* NULL for null, and for a member that older versions do not write. */
static const char *text_or_null(struct reading *r, const struct jdoc *o, const char *key)
{
	const struct jdoc *d = jdoc_get(o, key);

	if (!d || d->kind == JDOC_NULL)
		return NULL;
	return text(r, o, key);
}

static unsigned int number(struct reading *r, const struct jdoc *o, const char *key)
{
	double d = member(r, o, key, JDOC_NUMBER)->number;

	if (d >= 0 && d <= UINT_MAX && d == (unsigned int)d)
		return (unsigned int)d;
	fail(r, key, "is no number from 0 to 4294967295 without a fraction");
	return 0;
}

/* An array's items, each read by @one. */
typedef void read_item(struct reading *r, const struct jdoc *item, void *ret);

static void *items(struct reading *r, const struct jdoc *o, const char *key, size_t size,
		   read_item *one, size_t *ret_n)
{
	const struct jdoc *d = member(r, o, key, JDOC_ARRAY);
	char *v = arena_calloc(r->a, d->n, size);

	enter(r, key, 0);
	for (size_t i = 0; i < d->n && !r->error; i++) {
		enter(r, NULL, i);
		one(r, d->items[i], v + i * size);
		leave(r);
	}
	leave(r);
	*ret_n = d->n;
	return v;
}

static void read_string(struct reading *r, const struct jdoc *d, void *ret)
{
	if (d->kind != JDOC_STRING)
		fail(r, NULL, "is not a string");
	*(const char **)ret = d->string;
}

static void strings(struct reading *r, const struct jdoc *o, const char *key, struct strlist *ret)
{
	ret->v = items(r, o, key, sizeof(*ret->v), read_string, &ret->n);
}

static bool is_one_of(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(s, words[i]))
			return true;
	}
	return false;
}

/* Names that writers print as they are: nothing may hide in them. */
static void check_name(struct reading *r, const char *key, const char *s, const char *chars)
{
	if (!*s || s[strspn(s, chars)])
		fail(r, key, "is no name of a rule");
}

/* ---- the parts of a finding ------------------------------------------------------------------ */

static void location(struct reading *r, const struct jdoc *o, const char *key, bool needed,
		     struct location *ret)
{
	const struct jdoc *d = jdoc_get(o, key);

	ret->function = "";
	if (d && d->kind == JDOC_NULL && !needed)
		return;
	d = member(r, o, key, JDOC_OBJECT);
	if (r->error)
		return;
	enter(r, key, 0);
	ret->file = text(r, d, "file");
	ret->line = number(r, d, "line");
	ret->column = number(r, d, "column");
	ret->function = text(r, d, "function");
	leave(r);
}

static void lock(struct reading *r, const struct jdoc *o, const char *key, struct lock_ref *ret)
{
	const struct jdoc *d = member(r, o, key, JDOC_OBJECT);

	ret->class = "";
	if (r->error)
		return;
	enter(r, key, 0);
	ret->class = text(r, d, "class");
	ret->kind = text_or_null(r, d, "kind");
	location(r, d, "acquired", false, &ret->acquired);
	location(r, d, "released", false, &ret->released);
	leave(r);
}

static void read_attach(struct reading *r, const struct jdoc *d, void *ret)
{
	struct attach_point *p = ret;

	p->function = text_or_null(r, d, "function");
	p->name = text_or_null(r, d, "name"); /* newer than the first reports */
	if (!p->name)
		p->name = p->function ? p->function : "any instruction";
	strings(r, d, "how", &p->how);
	if (!certainty_from_name(text(r, d, "certainty"), &p->certainty))
		fail(r, "certainty", "is none of confirmed, likely, possible");
	p->reason = text(r, d, "reason");
	location(r, d, "location", false, &p->location);
}

static void read_reentry(struct reading *r, const struct jdoc *d, void *ret)
{
	static const char *const whats[] = {"helper", "kfunc", "map op"};
	struct reentry *p = ret;

	p->function = text(r, d, "function");
	p->what = text(r, d, "what");
	if (!is_one_of(p->what, whats, ARRAY_SIZE(whats)))
		fail(r, "what", "is none of helper, kfunc, map op");
	strings(r, d, "program_types", &p->program_types);
	p->object = text_or_null(r, d, "object");
}

static void read_step(struct reading *r, const struct jdoc *d, void *ret)
{
	const struct jdoc *since = jdoc_get(d, "since");
	struct step *s = ret;

	if (!step_kind_from_name(text(r, d, "step"), &s->kind))
		fail(r, "step", "is no kind of step");
	s->function = text(r, d, "function");
	location(r, d, "location", false, &s->location);
	s->note = text(r, d, "note");
	s->depth = number(r, d, "depth");
	s->since = since && since->kind != JDOC_NULL ? number(r, d, "since") : 0;
}

static void read_ladder(struct reading *r, const struct jdoc *d, void *ret)
{
	struct ladder *l = ret;

	if (d->kind != JDOC_ARRAY) {
		fail(r, NULL, "is not an array");
		return;
	}
	l->v = ARENA_ARRAY(r->a, struct step, d->n);
	l->n = d->n;
	for (size_t i = 0; i < d->n && !r->error; i++) {
		enter(r, NULL, i);
		read_step(r, d->items[i], &l->v[i]);
		/* Writers take the steps up to it for granted. */
		if (!r->error && l->v[i].since > d->n)
			fail(r, "since", "is no step of this ladder");
		if (!r->error && l->v[i].depth > 10000)
			fail(r, "depth", "is more than 10000");
		leave(r);
	}
}

static void read_remedy(struct reading *r, const struct jdoc *d, void *ret)
{
	struct remedy *m = ret;

	m->kind = text(r, d, "kind");
	m->what = text(r, d, "what");
	m->closes = member(r, d, "closes", JDOC_BOOL)->number != 0;
	m->leaves = number(r, d, "leaves");
}

static void read_state(struct reading *r, const struct jdoc *d, struct finding *f)
{
	static const char *const states[] = {"new", "unchanged", "suppressed"};
	const struct jdoc *b = jdoc_get(d, "brought");
	const char *state = text_or_null(r, d, "state");

	for (size_t i = 0; state && i < ARRAY_SIZE(states); i++) {
		if (!strcmp(state, states[i]))
			f->state = states[i];
	}
	if (state && !f->state)
		fail(r, "state", "is none of new, unchanged, suppressed");
	f->state_reason = text_or_null(r, d, "state_reason");
	if (!b || b->kind == JDOC_NULL)
		return;
	b = member(r, d, "brought", JDOC_OBJECT);
	f->brought = ARENA_NEW(r->a, struct brought);
	enter(r, "brought", 0);
	f->brought->commit = text_or_null(r, b, "commit");
	f->brought->subject = text(r, b, "subject");
	f->brought->how = text(r, b, "how");
	leave(r);
}

static void read_finding(struct reading *r, const struct jdoc *d, void *ret)
{
	static const char *const contexts[] = {"recursion", "nmi", "order"};
	const struct jdoc *lock2 = jdoc_get(d, "lock2"), *part;
	struct finding *f = ret;
	const char *id = text(r, d, "id");

	if (!is_id(id)) {
		fail(r, "id", "is not 16 hex digits");
		return;
	}
	memcpy(f->id, id, sizeof(f->id));
	f->context = text(r, d, "context");
	f->rule = text(r, d, "rule");
	f->code = text(r, d, "code");
	if (!is_one_of(f->context, contexts, ARRAY_SIZE(contexts)))
		fail(r, "context", "is none of recursion, nmi, order");
	check_name(r, "rule", f->rule, "abcdefghijklmnopqrstuvwxyz0123456789-");
	check_name(r, "code", f->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	if (!severity_from_name(text(r, d, "severity"), &f->severity))
		fail(r, "severity", "is none of error, warning, note");
	f->message = text(r, d, "message");
	location(r, d, "location", true, &f->location);
	lock(r, d, "lock", &f->lock);
	if (lock2 && lock2->kind != JDOC_NULL) {
		f->lock2 = ARENA_NEW(r->a, struct lock_ref);
		lock(r, d, "lock2", f->lock2);
	}
	part = member(r, d, "guard", JDOC_OBJECT);
	enter(r, "guard", 0);
	strings(r, part, "expected", &f->guard_expected);
	strings(r, part, "raised", &f->guard_raised);
	leave(r);
	part = member(r, d, "entry", JDOC_OBJECT);
	enter(r, "entry", 0);
	f->entry_function = text(r, part, "function");
	f->entry_via = text(r, part, "via");
	leave(r);
	f->attach = items(r, d, "attach", sizeof(*f->attach), read_attach, &f->n_attach);
	f->reentry = items(r, d, "reentry", sizeof(*f->reentry), read_reentry, &f->n_reentry);
	f->ladders = items(r, d, "ladders", sizeof(*f->ladders), read_ladder, &f->n_ladders);
	if (!f->n_ladders)
		fail(r, "ladders", "is empty");
	strings(r, d, "assumptions", &f->assumptions);
	f->remedies = items(r, d, "remedies", sizeof(*f->remedies), read_remedy, &f->n_remedies);
	strings(r, d, "notes", &f->notes);
	read_state(r, d, f);
}

/* ---- the rest of the report -------------------------------------------------------------------
 */

static void read_failed(struct reading *r, const struct jdoc *d, void *ret)
{
	struct failed_unit *u = ret;

	u->file = text(r, d, "file");
	u->error = text(r, d, "error");
}

static void read_cut(struct reading *r, const struct jdoc *d, void *ret)
{
	struct cut *c = ret;

	c->function = text(r, d, "function");
	c->reason = text(r, d, "reason");
}

static void read_miss(struct reading *r, const struct jdoc *d, void *ret)
{
	struct config_miss *m = ret;

	m->symbol = text(r, d, "symbol");
	m->why = text(r, d, "why");
}

static void read_section(struct reading *r, const struct jdoc *d, void *ret)
{
	struct section *s = ret;

	lock(r, d, "lock", &s->lock);
	s->attach = items(r, d, "attach", sizeof(*s->attach), read_attach, &s->n_attach);
	strings(r, d, "findings", &s->findings);
}

static void check_ids(struct reading *r, const struct report *report)
{
	for (size_t i = 1; i < report->n_findings && !r->error; i++) {
		for (size_t k = 0; k < i && !r->error; k++) {
			if (strcmp(report->findings[i].id, report->findings[k].id))
				continue;
			enter(r, "findings", 0);
			enter(r, NULL, i);
			fail(r, "id", "is the id of an earlier finding, too");
			leave(r);
			leave(r);
		}
	}
}

static void check_schema(struct reading *r, const struct jdoc *d)
{
	static const char ours[] = "relock-report/1", any[] = "relock-report/";
	const char *schema = d->kind == JDOC_OBJECT ? jdoc_get_string(d, "schema") : NULL;

	if (!schema || strncmp(schema, any, sizeof(any) - 1) != 0)
		fail(r, NULL, "this is no report of relock's");
	else if (strcmp(schema, ours) != 0)
		fail(r, "schema", "is of another version of relock, which this one cannot read");
}

static void read_all(struct reading *r, const struct jdoc *d, struct report *ret)
{
	const struct jdoc *part;

	check_schema(r, d);
	if (r->error)
		return;
	part = member(r, d, "tool", JDOC_OBJECT);
	enter(r, "tool", 0);
	ret->tool_version = text(r, part, "version");
	leave(r);
	part = member(r, d, "kernel", JDOC_OBJECT);
	enter(r, "kernel", 0);
	ret->kernel_version = text(r, part, "version");
	ret->kernel_config = text(r, part, "config");
	ret->config_missing = items(r, part, "missing", sizeof(*ret->config_missing), read_miss,
				    &ret->n_config_missing);
	leave(r);
	part = member(r, d, "units", JDOC_OBJECT);
	enter(r, "units", 0);
	ret->units_total = number(r, part, "total");
	ret->units_analysed = number(r, part, "analysed");
	ret->failed = items(r, part, "failed", sizeof(*ret->failed), read_failed, &ret->n_failed);
	ret->cuts = items(r, part, "cuts", sizeof(*ret->cuts), read_cut, &ret->n_cuts);
	/* Older versions do not write it. */
	if (jdoc_get(part, "beyond"))
		strings(r, part, "beyond", &ret->beyond);
	leave(r);
	strings(r, d, "assumptions", &ret->assumptions);
	ret->findings =
		items(r, d, "findings", sizeof(*ret->findings), read_finding, &ret->n_findings);
	check_ids(r, ret);
	if (r->sections)
		ret->sections = items(r, d, "sections", sizeof(*ret->sections), read_section,
				      &ret->n_sections);
}

static int parse(struct arena *a, const char *name, const char *text_of, size_t len, bool sections,
		 struct report *ret, const char **ret_error)
{
	struct reading r = {
		.a = a, .name = name, .text = text_of, .len = len, .sections = sections};
	const char *error = NULL;
	struct report report = {0};
	struct jdoc *d;

	if (jdoc_parse(a, text_of, len, &d, &error)) {
		*ret_error = arena_printf(a, "%s:%s; give a report that --output json wrote", name,
					  error);
		return -EBADMSG;
	}
	read_all(&r, d, &report);
	if (r.error) {
		*ret_error = r.error;
		return -EBADMSG;
	}
	*ret = report;
	return 0;
}

int report_parse(struct arena *a, const char *name, const char *text_of, size_t len,
		 struct report *ret, const char **ret_error)
{
	return parse(a, name, text_of, len, false, ret, ret_error);
}

static int read_file(struct arena *a, const char *path, bool sections, struct report *ret,
		     const char **ret_error)
{
	struct strbuf text_of = STRBUF_INIT;
	int err = fs_read(path, &text_of);

	if (err)
		*ret_error = arena_printf(a, "cannot read %s: %s", path, strerror(-err));
	else
		err = parse(a, path, text_of.buf, text_of.len, sections, ret, ret_error);
	strbuf_release(&text_of);
	return err;
}

int report_read(struct arena *a, const char *path, struct report *ret, const char **ret_error)
{
	return read_file(a, path, false, ret, ret_error);
}

int report_read_sections(struct arena *a, const char *path, struct report *ret,
			 const char **ret_error)
{
	return read_file(a, path, true, ret, ret_error);
}
