// SPDX-License-Identifier: MIT
#include "history/read.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "history/baseline.h"
#include "history/reading.h"

#include <errno.h>
#include <string.h>

/* Names that writers print as they are: nothing may hide in them. */
static void check_name(struct reading *r, const char *key, const char *s, const char *chars)
{
	if (!*s || s[strspn(s, chars)])
		reading_fail(r, key, "is no name of a rule");
}

/* ---- the parts of a finding ------------------------------------------------------------------ */

static void location(struct reading *r, const struct jdoc *o, const char *key, bool needed,
		     struct location *ret)
{
	const struct jdoc *d = jdoc_get(o, key);

	ret->function = "";
	if (d && d->kind == JDOC_NULL && !needed)
		return;
	d = reading_member(r, o, key, JDOC_OBJECT);
	if (r->error)
		return;
	reading_enter(r, key, 0);
	ret->file = reading_text(r, d, "file");
	ret->line = reading_number(r, d, "line");
	ret->column = reading_number(r, d, "column");
	ret->function = reading_text(r, d, "function");
	reading_leave(r);
}

static void lock(struct reading *r, const struct jdoc *o, const char *key, struct lock_ref *ret)
{
	const struct jdoc *d = reading_member(r, o, key, JDOC_OBJECT);

	ret->class = "";
	if (r->error)
		return;
	reading_enter(r, key, 0);
	ret->class = reading_text(r, d, "class");
	ret->kind = reading_text_or_null(r, d, "kind");
	location(r, d, "acquired", false, &ret->acquired);
	location(r, d, "released", false, &ret->released);
	reading_leave(r);
}

static void read_attach(struct reading *r, const struct jdoc *d, void *ret)
{
	struct attach_point *p = ret;

	p->function = reading_text_or_null(r, d, "function");
	p->name = reading_text_or_null(r, d, "name"); /* newer than the first reports */
	if (!p->name)
		p->name = p->function ? p->function : "any instruction";
	reading_strings(r, d, "how", &p->how);
	if (!certainty_from_name(reading_text(r, d, "certainty"), &p->certainty))
		reading_fail(r, "certainty", "is none of confirmed, likely, possible");
	p->reason = reading_text(r, d, "reason");
	location(r, d, "location", false, &p->location);
}

static void read_reentry(struct reading *r, const struct jdoc *d, void *ret)
{
	static const char *const whats[] = {"helper", "kfunc", "map op"};
	struct reentry *p = ret;

	p->function = reading_text(r, d, "function");
	p->what = reading_text(r, d, "what");
	if (!reading_is_one_of(p->what, whats, ARRAY_SIZE(whats)))
		reading_fail(r, "what", "is none of helper, kfunc, map op");
	reading_strings(r, d, "program_types", &p->program_types);
	p->object = reading_text_or_null(r, d, "object");
}

static void read_step(struct reading *r, const struct jdoc *d, void *ret)
{
	const struct jdoc *since = jdoc_get(d, "since");
	struct step *s = ret;

	if (!step_kind_from_name(reading_text(r, d, "step"), &s->kind))
		reading_fail(r, "step", "is no kind of step");
	s->function = reading_text(r, d, "function");
	location(r, d, "location", false, &s->location);
	s->note = reading_text(r, d, "note");
	s->depth = reading_number(r, d, "depth");
	s->since = since && since->kind != JDOC_NULL ? reading_number(r, d, "since") : 0;
}

static void read_ladder(struct reading *r, const struct jdoc *d, void *ret)
{
	struct ladder *l = ret;

	if (d->kind != JDOC_ARRAY) {
		reading_fail(r, NULL, "is not an array");
		return;
	}
	l->v = ARENA_ARRAY(r->a, struct step, d->n);
	l->n = d->n;
	for (size_t i = 0; i < d->n && !r->error; i++) {
		reading_enter(r, NULL, i);
		read_step(r, d->items[i], &l->v[i]);
		/* Writers take the steps up to it for granted. */
		if (!r->error && l->v[i].since > d->n)
			reading_fail(r, "since", "is no step of this ladder");
		if (!r->error && l->v[i].depth > 10000)
			reading_fail(r, "depth", "is more than 10000");
		reading_leave(r);
	}
}

static void read_remedy(struct reading *r, const struct jdoc *d, void *ret)
{
	struct remedy *m = ret;

	m->kind = reading_text(r, d, "kind");
	m->what = reading_text(r, d, "what");
	m->closes = reading_member(r, d, "closes", JDOC_BOOL)->number != 0;
	m->leaves = reading_number(r, d, "leaves");
}

static void read_state(struct reading *r, const struct jdoc *d, struct finding *f)
{
	static const char *const states[] = {"new", "unchanged", "suppressed"};
	const struct jdoc *b = jdoc_get(d, "brought");
	const char *state = reading_text_or_null(r, d, "state");

	for (size_t i = 0; state && i < ARRAY_SIZE(states); i++) {
		if (!strcmp(state, states[i]))
			f->state = states[i];
	}
	if (state && !f->state)
		reading_fail(r, "state", "is none of new, unchanged, suppressed");
	f->state_reason = reading_text_or_null(r, d, "state_reason");
	if (!b || b->kind == JDOC_NULL)
		return;
	b = reading_member(r, d, "brought", JDOC_OBJECT);
	f->brought = ARENA_NEW(r->a, struct brought);
	reading_enter(r, "brought", 0);
	f->brought->commit = reading_text_or_null(r, b, "commit");
	f->brought->subject = reading_text(r, b, "subject");
	f->brought->how = reading_text(r, b, "how");
	reading_leave(r);
}

static void read_entry(struct reading *r, const struct jdoc *d, const char **ret_function,
		       const char **ret_via)
{
	const struct jdoc *entry = reading_member(r, d, "entry", JDOC_OBJECT);

	reading_enter(r, "entry", 0);
	*ret_function = reading_text(r, entry, "function");
	*ret_via = reading_text(r, entry, "via");
	reading_leave(r);
}

/* Older versions do not write it. */
static void read_other(struct reading *r, const struct jdoc *d, struct finding *f)
{
	const struct jdoc *j = jdoc_get(d, "other");
	struct other_order *o;

	if (!j || j->kind == JDOC_NULL)
		return;
	j = reading_member(r, d, "other", JDOC_OBJECT);
	o = ARENA_NEW(r->a, struct other_order);
	reading_enter(r, "other", 0);
	read_entry(r, j, &o->entry_function, &o->entry_via);
	o->attach = reading_items(r, j, "attach", sizeof(*o->attach), read_attach, &o->n_attach);
	o->reentry =
		reading_items(r, j, "reentry", sizeof(*o->reentry), read_reentry, &o->n_reentry);
	reading_leave(r);
	f->other = o;
}

/* Older versions do not write it. */
static void read_tried(struct reading *r, const struct jdoc *d, struct finding *f)
{
	const struct jdoc *t = jdoc_get(d, "tried");
	struct tried *tried;

	if (!t || t->kind == JDOC_NULL)
		return;
	t = reading_member(r, d, "tried", JDOC_OBJECT);
	tried = ARENA_NEW(r->a, struct tried);
	reading_enter(r, "tried", 0);
	reading_tried(r, t, tried);
	tried->kernel = reading_text(r, t, "kernel");
	reading_leave(r);
	f->tried = tried;
}

static void read_finding(struct reading *r, const struct jdoc *d, void *ret)
{
	static const char *const contexts[] = {"recursion", "nmi", "order"};
	const struct jdoc *lock2 = jdoc_get(d, "lock2"), *part;
	struct finding *f = ret;
	const char *id = reading_text(r, d, "id");

	if (!is_id(id)) {
		reading_fail(r, "id", "is not 16 hex digits");
		return;
	}
	memcpy(f->id, id, sizeof(f->id));
	f->context = reading_text(r, d, "context");
	f->rule = reading_text(r, d, "rule");
	f->code = reading_text(r, d, "code");
	if (!reading_is_one_of(f->context, contexts, ARRAY_SIZE(contexts)))
		reading_fail(r, "context", "is none of recursion, nmi, order");
	check_name(r, "rule", f->rule, "abcdefghijklmnopqrstuvwxyz0123456789-");
	check_name(r, "code", f->code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	if (!severity_from_name(reading_text(r, d, "severity"), &f->severity))
		reading_fail(r, "severity", "is none of error, warning, note");
	f->message = reading_text(r, d, "message");
	location(r, d, "location", true, &f->location);
	lock(r, d, "lock", &f->lock);
	if (lock2 && lock2->kind != JDOC_NULL) {
		f->lock2 = ARENA_NEW(r->a, struct lock_ref);
		lock(r, d, "lock2", f->lock2);
	}
	part = reading_member(r, d, "guard", JDOC_OBJECT);
	reading_enter(r, "guard", 0);
	reading_strings(r, part, "expected", &f->guard_expected);
	reading_strings(r, part, "raised", &f->guard_raised);
	reading_leave(r);
	read_entry(r, d, &f->entry_function, &f->entry_via);
	f->attach = reading_items(r, d, "attach", sizeof(*f->attach), read_attach, &f->n_attach);
	f->reentry =
		reading_items(r, d, "reentry", sizeof(*f->reentry), read_reentry, &f->n_reentry);
	f->ladders =
		reading_items(r, d, "ladders", sizeof(*f->ladders), read_ladder, &f->n_ladders);
	if (!f->n_ladders)
		reading_fail(r, "ladders", "is empty");
	reading_strings(r, d, "assumptions", &f->assumptions);
	f->remedies =
		reading_items(r, d, "remedies", sizeof(*f->remedies), read_remedy, &f->n_remedies);
	reading_strings(r, d, "notes", &f->notes);
	read_state(r, d, f);
	read_other(r, d, f);
	read_tried(r, d, f);
}

/* ---- the rest of the report ------------------------------------------------------------------ */

static void read_failed(struct reading *r, const struct jdoc *d, void *ret)
{
	struct failed_unit *u = ret;

	u->file = reading_text(r, d, "file");
	u->error = reading_text(r, d, "error");
}

static void read_cut(struct reading *r, const struct jdoc *d, void *ret)
{
	struct cut *c = ret;

	c->function = reading_text(r, d, "function");
	c->reason = reading_text(r, d, "reason");
}

static void read_miss(struct reading *r, const struct jdoc *d, void *ret)
{
	struct config_miss *m = ret;

	m->symbol = reading_text(r, d, "symbol");
	m->why = reading_text(r, d, "why");
}

/* Of its members, what somebody asks a report that was read for. */
static void read_section(struct reading *r, const struct jdoc *d, void *ret)
{
	struct section *s = ret;

	lock(r, d, "lock", &s->lock);
	s->attach = reading_items(r, d, "attach", sizeof(*s->attach), read_attach, &s->n_attach);
	reading_strings(r, d, "findings", &s->findings);
}

static void check_ids(struct reading *r, const struct report *report)
{
	for (size_t i = 1; i < report->n_findings && !r->error; i++) {
		for (size_t k = 0; k < i && !r->error; k++) {
			if (strcmp(report->findings[i].id, report->findings[k].id))
				continue;
			reading_enter(r, "findings", 0);
			reading_enter(r, NULL, i);
			reading_fail(r, "id", "is the id of an earlier finding, too");
			reading_leave(r);
			reading_leave(r);
		}
	}
}

static void read_all(struct reading *r, const struct jdoc *d, struct report *ret)
{
	const struct jdoc *part;

	reading_schema(r, d, "relock-report/1", "this is no report of relock's");
	if (r->error)
		return;
	part = reading_member(r, d, "tool", JDOC_OBJECT);
	reading_enter(r, "tool", 0);
	ret->tool_version = reading_text(r, part, "version");
	reading_leave(r);
	part = reading_member(r, d, "kernel", JDOC_OBJECT);
	reading_enter(r, "kernel", 0);
	ret->kernel_version = reading_text(r, part, "version");
	ret->kernel_config = reading_text(r, part, "config");
	ret->config_missing = reading_items(r, part, "missing", sizeof(*ret->config_missing),
					    read_miss, &ret->n_config_missing);
	reading_leave(r);
	part = reading_member(r, d, "units", JDOC_OBJECT);
	reading_enter(r, "units", 0);
	ret->units_total = reading_number(r, part, "total");
	ret->units_analysed = reading_number(r, part, "analysed");
	ret->failed =
		reading_items(r, part, "failed", sizeof(*ret->failed), read_failed, &ret->n_failed);
	ret->cuts = reading_items(r, part, "cuts", sizeof(*ret->cuts), read_cut, &ret->n_cuts);
	/* Older versions do not write it. */
	if (jdoc_get(part, "beyond"))
		reading_strings(r, part, "beyond", &ret->beyond);
	reading_leave(r);
	reading_strings(r, d, "assumptions", &ret->assumptions);
	ret->findings = reading_items(r, d, "findings", sizeof(*ret->findings), read_finding,
				      &ret->n_findings);
	check_ids(r, ret);
	/* Older versions do not write them. */
	if (jdoc_get(d, "sections"))
		ret->sections = reading_items(r, d, "sections", sizeof(*ret->sections),
					      read_section, &ret->n_sections);
}

int report_parse(struct arena *a, const char *name, const char *text_of, size_t len,
		 struct report *ret, const char **ret_error)
{
	struct reading r = {.a = a,
			    .name = name,
			    .wanted = "a report that --output json wrote",
			    .text = text_of,
			    .len = len};
	struct report report = {0};
	struct jdoc *d;

	if (!reading_parse(&r, &d))
		read_all(&r, d, &report);
	if (r.error) {
		*ret_error = r.error;
		return -EBADMSG;
	}
	*ret = report;
	return 0;
}

int report_read(struct arena *a, const char *path, struct report *ret, const char **ret_error)
{
	struct strbuf text_of = STRBUF_INIT;
	int err = fs_read(path, &text_of);

	if (err)
		*ret_error = arena_printf(a, "cannot read %s: %s", path, strerror(-err));
	else
		err = report_parse(a, path, text_of.buf, text_of.len, ret, ret_error);
	strbuf_release(&text_of);
	return err;
}
