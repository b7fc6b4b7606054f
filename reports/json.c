// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/*
 * The report as JSON: reports/schema/relock-report-1.schema.json. Every key is
 * always there, in the order of the schema. json_t does not leave this file.
 */

static json_t *must(json_t *j)
{
	if (!j)
		arena_die(sizeof(void *));
	return j;
}

static json_t *text(const char *s)
{
	struct strbuf sb = STRBUF_INIT;
	json_t *j;

	add_utf8(&sb, s);
	j = must(json_stringn(sb.buf, sb.len));
	strbuf_release(&sb);
	return j;
}

static json_t *text_or_null(const char *s)
{
	return s ? text(s) : json_null();
}

static json_t *number(uint64_t n)
{
	return must(json_integer((json_int_t)n));
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		arena_die(sizeof(void *));
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		arena_die(sizeof(void *));
}

static json_t *object(void)
{
	return must(json_object());
}

static json_t *array(void)
{
	return must(json_array());
}

static json_t *strings(const struct strlist *l)
{
	json_t *j = array();

	for (size_t i = 0; i < l->n; i++)
		append(j, text(l->v[i]));
	return j;
}

static json_t *location(const struct location *l)
{
	json_t *j;

	if (!l->file)
		return json_null();
	j = object();
	set(j, "file", text(l->file));
	set(j, "line", number(l->line));
	set(j, "column", number(l->column));
	set(j, "function", text(l->function));
	return j;
}

static json_t *lock(const struct lock_ref *l)
{
	json_t *j;

	if (!l)
		return json_null();
	j = object();
	set(j, "class", text(l->class));
	set(j, "kind", text_or_null(l->kind));
	set(j, "acquired", location(&l->acquired));
	set(j, "released", location(&l->released));
	return j;
}

static json_t *attach_points(const struct finding *f)
{
	json_t *all = array();

	for (size_t i = 0; i < f->n_attach; i++) {
		const struct attach_point *p = &f->attach[i];
		json_t *j = object();

		set(j, "function", text_or_null(p->function));
		set(j, "name", text(p->name));
		set(j, "how", strings(&p->how));
		set(j, "certainty", text(certainty_name(p->certainty)));
		set(j, "reason", text(p->reason));
		set(j, "location", location(&p->location));
		append(all, j);
	}
	return all;
}

static json_t *reentries(const struct finding *f)
{
	json_t *all = array();

	for (size_t i = 0; i < f->n_reentry; i++) {
		const struct reentry *p = &f->reentry[i];
		json_t *j = object();

		set(j, "function", text(p->function));
		set(j, "what", text(p->what));
		set(j, "program_types", strings(&p->program_types));
		set(j, "object", text_or_null(p->object));
		append(all, j);
	}
	return all;
}

static json_t *ladder(const struct ladder *l)
{
	json_t *all = array();

	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];
		json_t *j = object();

		set(j, "step", text(step_kind_name(s->kind)));
		set(j, "function", text(s->function));
		set(j, "location", location(&s->location));
		set(j, "note", text(s->note));
		set(j, "depth", number(s->depth));
		set(j, "since", s->since ? number(s->since) : json_null());
		append(all, j);
	}
	return all;
}

static json_t *remedies(const struct finding *f)
{
	json_t *all = array();

	for (size_t i = 0; i < f->n_remedies; i++) {
		const struct remedy *m = &f->remedies[i];
		json_t *j = object();

		set(j, "kind", text(m->kind));
		set(j, "what", text(m->what));
		set(j, "closes", json_boolean(m->closes));
		set(j, "leaves", number(m->leaves));
		append(all, j);
	}
	return all;
}

static json_t *finding(const struct finding *f)
{
	json_t *j = object(), *guard = object(), *entry = object(), *ladders = array();

	set(j, "id", text(f->id));
	set(j, "context", text(f->context));
	set(j, "rule", text(f->rule));
	set(j, "code", text(f->code));
	set(j, "severity", text(severity_name(f->severity)));
	set(j, "message", text(f->message));
	set(j, "location", location(&f->location));
	set(j, "lock", lock(&f->lock));
	set(j, "lock2", lock(f->lock2));
	set(guard, "expected", strings(&f->guard_expected));
	set(guard, "raised", strings(&f->guard_raised));
	set(j, "guard", guard);
	set(entry, "function", text(f->entry_function));
	set(entry, "via", text(f->entry_via));
	set(j, "entry", entry);
	set(j, "attach", attach_points(f));
	set(j, "reentry", reentries(f));
	set(j, "ladder", f->n_ladders ? ladder(&f->ladders[0]) : array());
	for (size_t i = 0; i < f->n_ladders; i++)
		append(ladders, ladder(&f->ladders[i]));
	set(j, "ladders", ladders);
	set(j, "assumptions", strings(&f->assumptions));
	set(j, "remedies", remedies(f));
	set(j, "notes", strings(&f->notes));
	set(j, "state", text_or_null(f->state));
	return j;
}

static json_t *kernel(const struct report *r)
{
	json_t *j = object(), *missing = array();

	set(j, "version", text(r->kernel_version));
	set(j, "config", text(r->kernel_config));
	for (size_t i = 0; i < r->n_config_missing; i++) {
		json_t *m = object();

		set(m, "symbol", text(r->config_missing[i].symbol));
		set(m, "why", text(r->config_missing[i].why));
		append(missing, m);
	}
	set(j, "missing", missing);
	return j;
}

static json_t *units(const struct report *r)
{
	json_t *j = object(), *failed = array(), *cuts = array();

	set(j, "total", number(r->units_total));
	set(j, "analysed", number(r->units_analysed));
	for (size_t i = 0; i < r->n_failed; i++) {
		json_t *u = object();

		set(u, "file", text(r->failed[i].file));
		set(u, "error", text(r->failed[i].error));
		append(failed, u);
	}
	set(j, "failed", failed);
	for (size_t i = 0; i < r->n_cuts; i++) {
		json_t *c = object();

		set(c, "function", text(r->cuts[i].function));
		set(c, "reason", text(r->cuts[i].reason));
		append(cuts, c);
	}
	set(j, "cuts", cuts);
	return j;
}

static json_t *second_opinions(const struct second_opinions *s)
{
	json_t *j, *warnings = array(), *failed = array();

	if (!s->version && !s->missing) {
		json_decref(warnings);
		json_decref(failed);
		return json_null();
	}
	j = object();
	for (size_t i = 0; i < s->n; i++) {
		json_t *w = object();

		set(w, "location", location(&s->v[i].location));
		set(w, "what", text(s->v[i].what));
		set(w, "finding", text_or_null(s->v[i].finding));
		append(warnings, w);
	}
	for (size_t i = 0; i < s->n_failed; i++) {
		json_t *u = object();

		set(u, "file", text(s->failed[i].file));
		set(u, "error", text(s->failed[i].error));
		append(failed, u);
	}
	set(j, "version", text_or_null(s->version));
	set(j, "missing", text_or_null(s->missing));
	set(j, "warnings", warnings);
	set(j, "failed", failed);
	return j;
}

static void json_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	json_t *top = object(), *tool = object(), *findings = array(), *stats = object();
	char *dump;

	set(top, "schema", text("relock-report/1"));
	set(tool, "name", text("relock"));
	set(tool, "version", text(r->tool_version));
	set(top, "tool", tool);
	set(top, "kernel", kernel(r));
	set(top, "units", units(r));
	set(top, "assumptions", strings(&r->assumptions));
	set(top, "evidence", strings(&r->evidence));
	for (size_t i = 0; i < r->n_findings; i++)
		append(findings, finding(&r->findings[i]));
	set(top, "findings", findings);
	set(top, "sparse", second_opinions(&r->sparse));
	set(top, "sections", array());
	for (size_t i = 0; i < r->n_stats; i++)
		set(stats, r->stats[i].name, number(r->stats[i].value));
	set(top, "statistics", stats);

	dump = json_dumps(top, JSON_INDENT(2));
	if (!dump)
		arena_die(sizeof(void *));
	strbuf_addstr(out, dump);
	strbuf_addch(out, '\n');
	free(dump);
	json_decref(top);
}

const struct report_writer json_writer = {
	.name = "json",
	.description = "everything, for programs (reports/schema has its schema)",
	.write = json_write,
};
