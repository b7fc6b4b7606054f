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

static json_t *attach_point(const struct attach_point *p)
{
	json_t *j = object();

	set(j, "function", text_or_null(p->function));
	set(j, "name", text(p->name));
	set(j, "how", strings(&p->how));
	set(j, "certainty", text(certainty_name(p->certainty)));
	set(j, "reason", text(p->reason));
	set(j, "location", location(&p->location));
	return j;
}

static json_t *attach_points(const struct attach_point *v, size_t n)
{
	json_t *all = array();

	for (size_t i = 0; i < n; i++)
		append(all, attach_point(&v[i]));
	return all;
}

static json_t *reentries(const struct reentry *v, size_t n)
{
	json_t *all = array();

	for (size_t i = 0; i < n; i++) {
		const struct reentry *p = &v[i];
		json_t *j = object();

		set(j, "function", text(p->function));
		set(j, "what", text(p->what));
		set(j, "program_types", strings(&p->program_types));
		set(j, "object", text_or_null(p->object));
		append(all, j);
	}
	return all;
}

static json_t *entry_point(const char *function, const char *via)
{
	json_t *j = object();

	set(j, "function", text(function));
	set(j, "via", text(via));
	return j;
}

static json_t *other_order(const struct other_order *o)
{
	json_t *j;

	if (!o)
		return json_null();
	j = object();
	set(j, "entry", entry_point(o->entry_function, o->entry_via));
	set(j, "attach", attach_points(o->attach, o->n_attach));
	set(j, "reentry", reentries(o->reentry, o->n_reentry));
	return j;
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

static json_t *brought(const struct brought *b)
{
	json_t *j;

	if (!b)
		return json_null();
	j = object();
	set(j, "commit", text_or_null(b->commit));
	set(j, "subject", text(b->subject));
	set(j, "how", text(b->how));
	return j;
}

static json_t *excerpt(const char *lines)
{
	json_t *j;

	if (!*lines)
		return json_null();
	j = object();
	set(j, "excerpt", text(lines));
	return j;
}

static json_t *tried(const struct tried *t)
{
	json_t *j, *program = json_null();

	if (!t)
		return json_null();
	j = object();
	set(j, "verdict", text(t->verdict));
	set(j, "reason", text(t->reason));
	set(j, "kernel", text(t->kernel));
	if (t->how) {
		program = object();
		set(program, "how", text(t->how));
		set(program, "attach", text_or_null(t->attach));
		set(program, "calls", text(t->calls));
	}
	set(j, "program", program);
	set(j, "run", excerpt(t->console));
	set(j, "control", excerpt(t->control));
	return j;
}

static json_t *finding(const struct finding *f)
{
	json_t *j = object(), *guard = object(), *ladders = array();

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
	set(j, "entry", entry_point(f->entry_function, f->entry_via));
	set(j, "attach", attach_points(f->attach, f->n_attach));
	set(j, "reentry", reentries(f->reentry, f->n_reentry));
	set(j, "other", other_order(f->other));
	set(j, "ladder", f->n_ladders ? ladder(&f->ladders[0]) : array());
	for (size_t i = 0; i < f->n_ladders; i++)
		append(ladders, ladder(&f->ladders[i]));
	set(j, "ladders", ladders);
	set(j, "assumptions", strings(&f->assumptions));
	set(j, "remedies", remedies(f));
	set(j, "notes", strings(&f->notes));
	set(j, "state", text_or_null(f->state));
	set(j, "state_reason", text_or_null(f->state_reason));
	set(j, "brought", brought(f->brought));
	set(j, "tried", tried(f->tried));
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
	set(j, "beyond", strings(&r->beyond));
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
		set(w, "verdict", text(opinion_verdict_name(s->v[i].verdict)));
		set(w, "why", text(s->v[i].why));
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

/* What the report is compared with, and what that has and the report has not. */
static void add_history(const struct report *r, json_t *top)
{
	json_t *since = json_null(), *fixed = array(), *idle = array();

	if (r->since) {
		since = object();
		set(since, "revision", text(r->since));
		set(since, "commit", text(r->since_commit));
	}
	set(top, "since", since);
	for (size_t i = 0; i < r->n_fixed; i++) {
		const struct fixed *x = &r->fixed[i];
		json_t *j = object();

		set(j, "id", text(x->id));
		set(j, "code", text(x->code));
		set(j, "severity", text(x->severity));
		set(j, "function", text(x->function));
		set(j, "lock", text(x->lock));
		set(j, "reason", text_or_null(x->reason));
		set(j, "listed", text(x->listed));
		append(fixed, j);
	}
	set(top, "fixed", fixed);
	for (size_t i = 0; i < r->n_idle; i++) {
		json_t *j = object();

		set(j, "entry", text(r->idle[i].entry));
		set(j, "reason", text(r->idle[i].reason));
		set(j, "why", text(r->idle[i].why));
		append(idle, j);
	}
	set(top, "idle_suppressions", idle);
}

static json_t *section(const struct section *s)
{
	json_t *j = object(), *attach = array(), *calls = array();

	set(j, "lock", lock(&s->lock));
	set(j, "type", text_or_null(s->lock_type));
	set(j, "primitive", text(s->primitive));
	set(j, "raised", strings(&s->guard_raised));
	set(j, "entries", strings(&s->entries));
	for (size_t i = 0; i < s->n_attach; i++)
		append(attach, attach_point(&s->attach[i]));
	set(j, "attach", attach);
	for (size_t i = 0; i < s->n_calls; i++) {
		json_t *c = object();

		set(c, "caller", text(s->calls[i].caller));
		set(c, "callee", text(s->calls[i].callee));
		set(c, "skipped", json_boolean(s->calls[i].skipped));
		append(calls, c);
	}
	set(j, "calls", calls);
	set(j, "findings", strings(&s->findings));
	return j;
}

/* What every document begins with. */
static json_t *document(const char *schema, const struct report *r)
{
	json_t *top = object(), *tool = object();

	set(top, "schema", text(schema));
	set(tool, "name", text("relock"));
	set(tool, "version", text(r->tool_version));
	set(top, "tool", tool);
	set(top, "kernel", kernel(r));
	set(top, "units", units(r));
	return top;
}

static void write_document(json_t *top, struct strbuf *out)
{
	char *dump = json_dumps(top, JSON_INDENT(2));

	if (!dump)
		arena_die(sizeof(void *));
	strbuf_addstr(out, dump);
	strbuf_addch(out, '\n');
	free(dump);
	json_decref(top);
}

static void json_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	json_t *top = document("relock-report/1", r);
	json_t *findings = array(), *sections = array(), *stats = object();

	set(top, "assumptions", strings(&r->assumptions));
	set(top, "evidence", strings(&r->evidence));
	for (size_t i = 0; i < r->n_findings; i++)
		append(findings, finding(&r->findings[i]));
	set(top, "findings", findings);
	set(top, "sparse", second_opinions(&r->sparse));
	add_history(r, top);
	/* Those that a finding is about; `relock sections` has them all. */
	for (size_t i = 0; i < r->n_sections; i++)
		if (r->sections[i].findings.n)
			append(sections, section(&r->sections[i]));
	set(top, "sections", sections);
	for (size_t i = 0; i < r->n_stats; i++)
		set(stats, r->stats[i].name, number(r->stats[i].value));
	set(top, "statistics", stats);
	write_document(top, out);
}

const struct report_writer json_writer = {
	.name = "json",
	.description = "everything, for programs (reports/schema has its schema)",
	.sections = true,
	.write = json_write,
};

static void sections_json_write(const struct report *r, const struct report_options *o,
				struct strbuf *out)
{
	json_t *top = document("relock-sections/1", r), *sections = array();

	for (size_t i = 0; i < r->n_sections; i++)
		append(sections, section(&r->sections[i]));
	set(top, "sections", sections);
	write_document(top, out);
}

const struct report_writer sections_json_writer = {
	.name = "json",
	.description = "every section, for programs",
	.write = sections_json_write,
};

static json_t *attachable(const struct attachable *a)
{
	json_t *j = object(), *dangers = array();

	set(j, "name", text(a->name));
	set(j, "tracepoint", json_boolean(a->tracepoint));
	set(j, "verdict", text(attachable_verdict(a)));
	set(j, "how", strings(&a->how));
	set(j, "certainty", text(certainty_name(a->certainty)));
	set(j, "reason", text(a->reason));
	set(j, "location", location(&a->location));
	set(j, "locks", strings(&a->locks));
	for (size_t i = 0; i < a->n_dangers; i++) {
		json_t *d = object();

		set(d, "function", text(a->dangers[i].function));
		set(d, "what", text(a->dangers[i].what));
		set(d, "lock", text(a->dangers[i].lock));
		set(d, "finding", text(a->dangers[i].finding));
		append(dangers, d);
	}
	set(j, "dangers", dangers);
	return j;
}

static json_t *guess_counts(const struct guess_count *v, size_t n)
{
	json_t *all = array();

	for (size_t i = 0; i < n; i++) {
		json_t *j = object();

		set(j, "guess", text(certainty_name(v[i].certainty)));
		set(j, "basis", text(v[i].basis));
		for (size_t k = 0; k < IN_BINARY_N; k++)
			set(j, in_binary_name((enum in_binary)k), number(v[i].n[k]));
		append(all, j);
	}
	return all;
}

static json_t *comparison(const struct comparison *c)
{
	json_t *j = object(), *functions = array();

	set(j, "under_lock", guess_counts(c->under_lock, c->n_under_lock));
	set(j, "all", guess_counts(c->all, c->n_all));
	for (size_t i = 0; i < c->n_functions; i++) {
		const struct guessed *g = &c->functions[i];
		json_t *f = object();

		set(f, "name", text(g->name));
		set(f, "location", location(&g->location));
		set(f, "guess", text(certainty_name(g->certainty)));
		set(f, "basis", text(g->basis));
		set(f, "binary", text(in_binary_name(g->binary)));
		set(f, "clone", text_or_null(g->clone));
		set(f, "wrong", json_boolean(guess_is_wrong(g)));
		append(functions, f);
	}
	set(j, "functions", functions);
	return j;
}

static void attach_json_write(const struct report *r, const struct report_options *o,
			      struct strbuf *out)
{
	json_t *top = document("relock-attach/1", r), *all = array(), *elsewhere = array();

	for (size_t i = 0; i < r->n_attachables; i++)
		if (attachable_asked(&r->attachables[i], o))
			append(all, attachable(&r->attachables[i]));
	set(top, "attachables", all);
	for (size_t i = 0; i < o->n_functions; i++)
		if (!attachable_find(r, o->functions[i]))
			append(elsewhere, text(o->functions[i]));
	set(top, "not_under_a_lock", elsewhere);
	set(top, "comparison", r->comparison ? comparison(r->comparison) : json_null());
	write_document(top, out);
}

const struct report_writer attach_json_writer = {
	.name = "json",
	.description = "every attachable function and tracepoint, for programs",
	.write = attach_json_write,
};

static json_t *leftover(const struct leftover *l)
{
	json_t *j = object(), *open = array();

	set(j, "finding", text(l->finding->id));
	set(j, "severity", text(severity_name(l->finding->severity)));
	set(j, "left", leftover_is_closed(l) ? json_null() : text(severity_name(l->severity)));
	for (size_t i = 0; i < l->n_open; i++) {
		json_t *p = attach_point(&l->open[i]);

		set(p, "object", text_or_null(l->open_object[i]));
		append(open, p);
	}
	set(j, "open", open);
	return j;
}

static json_t *trial(const struct trial *t)
{
	json_t *j = object(), *left = array();

	set(j, "kind", text(t->kind));
	set(j, "guards", strings(&t->guards));
	set(j, "notrace", strings(&t->notrace));
	set(j, "objects", strings(&t->objects));
	set(j, "hidden", strings(&t->hidden));
	set(j, "hidden_objects", strings(&t->hidden_objects));
	for (size_t i = 0; i < t->n_left; i++)
		append(left, leftover(&t->left[i]));
	set(j, "findings", left);
	return j;
}

static void whatif_json_write(const struct report *r, const struct report_options *o,
			      struct strbuf *out)
{
	json_t *top = document("relock-whatif/1", r), *proposals = array();
	const struct whatif *w = r->whatif;

	set(top, "given", w->given ? trial(w->given) : json_null());
	for (size_t i = 0; i < w->n_proposals; i++) {
		const struct proposals *p = &w->proposals[i];
		json_t *j = object(), *trials = array();

		set(j, "finding", finding(p->finding));
		for (size_t k = 0; k < p->n_trials; k++)
			append(trials, trial(&p->trials[k]));
		set(j, "trials", trials);
		set(j, "nmi", strings(&p->nmi));
		append(proposals, j);
	}
	set(top, "proposals", proposals);
	write_document(top, out);
}

const struct report_writer whatif_json_writer = {
	.name = "json",
	.description = "what is left by each remedy, for programs",
	.write = whatif_json_write,
};
