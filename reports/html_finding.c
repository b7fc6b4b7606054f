// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* One finding on the page, with all its parts. */

#define CONTEXT 2    /* source lines around that of a step */
#define GAP_MAX 24   /* lines between two steps of a function that are there to unfold */
#define LINE_MAX 400 /* bytes of a source line; generated tables may be one endless line */

/* A source line with its tabs expanded, as safe text; nothing for one of blanks. */
static void add_expanded(struct strbuf *out, const struct strbuf *line)
{
	size_t columns = 0, len = line->len, start = out->len;

	for (size_t i = 0; i < len && i < LINE_MAX;) {
		char one[8] = {0};
		uint32_t cp;
		size_t n = utf8_decode(line->buf + i, len - i, &cp), before = out->len;

		n = n ? n : 1;
		if (line->buf[i] == '\t') {
			strbuf_addchars(out, ' ', 8 - columns % 8);
		} else {
			memcpy(one, line->buf + i, n);
			add_safe(out, one);
		}
		columns += text_columns(out->buf + before, out->len - before);
		i += n;
	}
	if (len > LINE_MAX)
		strbuf_addstr(out, " \xe2\x80\xa6");
	while (out->len > start && out->buf[out->len - 1] == ' ')
		strbuf_setlen(out, out->len - 1);
}

/* The number of these lines among those that are on the page; they are, or are about to be. */
static size_t excerpt_of(struct html *h, const char *file, unsigned int from, unsigned int to,
			 unsigned int marked)
{
	struct html_excerpt added = {file, from, to, marked};

	for (size_t i = 0; i < h->excerpts.n; i++) {
		const struct html_excerpt *e = &h->excerpts.v[i];

		if (e->from == from && e->to == to && e->marked == marked && !strcmp(e->file, file))
			return i;
	}
	vec_push(&h->excerpts, added);
	return h->excerpts.n - 1;
}

/* Lines @from to @to of @file without the indentation that all have; @marked is one of them. */
static void add_lines(struct html *h, const char *file, unsigned int from, unsigned int to,
		      unsigned int marked)
{
	struct strbuf lines[GAP_MAX + 1], line = STRBUF_INIT;
	size_t n = 0, first = 0, indent = SIZE_MAX, known = h->excerpts.n;
	size_t excerpt = excerpt_of(h, file, from, to, marked);
	struct strbuf *out = h->out;

	if (excerpt < known) {
		strbuf_addf(out, "</p><a class=same href=#l-%zu>lines above</a>", excerpt + 1);
		return;
	}
	for (; from + n <= to && n < ARRAY_SIZE(lines); n++) {
		strbuf_reset(&line);
		if (!sources_line(&h->sources, file, from + (unsigned int)n, &line))
			break;
		strbuf_init(&lines[n]);
		add_expanded(&lines[n], &line);
		if (lines[n].len && strspn(lines[n].buf, " ") < indent)
			indent = strspn(lines[n].buf, " ");
	}
	/* Blank lines at either end say nothing. */
	while (first < n && !lines[first].len)
		strbuf_release(&lines[first++]);
	while (n > first && !lines[n - 1].len)
		strbuf_release(&lines[--n]);
	strbuf_addf(out, "<pre class=src id=l-%zu>", excerpt + 1);
	for (size_t i = first; i < n; i++) {
		unsigned int number = from + (unsigned int)i;

		strbuf_addf(out, number == marked ? "<mark><i>%u</i> " : "<i>%u</i> ", number);
		if (lines[i].len)
			add_xml(out, lines[i].buf + indent);
		strbuf_addstr(out, number == marked ? "</mark>\n" : "\n");
		strbuf_release(&lines[i]);
	}
	strbuf_addstr(out, "</pre>");
	strbuf_release(&line);
}

/* What of a source file has been shown for the step before. */
struct shown {
	const char *file, *function;
	unsigned int line; /* of the step */
	unsigned int to;   /* last line that is there */
};

/* The lines around step @i; those between it and the step before can be unfolded. */
static void add_step_source(struct html *h, const struct ladder *l, size_t i, struct shown *shown)
{
	const struct location *at = &l->v[i].location, *next;
	unsigned int from, to, gap;
	bool same, there;
	struct strbuf line = STRBUF_INIT;

	if (!at->file || !at->line || h->detail)
		return;
	there = sources_line(&h->sources, at->file, at->line, &line);
	strbuf_release(&line);
	if (!there)
		return;
	same = shown->file && !strcmp(shown->file, at->file) &&
	       !strcmp(shown->function, at->function);
	if (shown->file && !strcmp(shown->file, at->file) && shown->line == at->line)
		return;
	from = at->line > CONTEXT ? at->line - CONTEXT : 1;
	to = at->line + CONTEXT;
	next = i + 1 < l->n ? &l->v[i + 1].location : NULL;
	if (next && next->file && !strcmp(next->file, at->file) && next->line > at->line &&
	    next->line <= to)
		to = next->line - 1;
	if (same && at->line > shown->to && from <= shown->to + 1) {
		from = shown->to + 1;
	} else if (same && from > shown->to + 1) {
		gap = from - shown->to - 1;
		if (gap <= GAP_MAX) {
			strbuf_addf(h->out, "<details class=gap><summary>%u line%s</summary>", gap,
				    gap == 1 ? "" : "s");
			add_lines(h, at->file, shown->to + 1, from - 1, 0);
			strbuf_addstr(h->out, "</details>");
		} else {
			strbuf_addf(h->out, "<p class=gap>%u lines</p>", gap);
		}
	}
	add_lines(h, at->file, from, to, at->line);
	*shown = (struct shown){at->file, at->function, at->line, to};
}

static void add_steps(struct html *h, const struct ladder *l, const char *prefix)
{
	size_t divider = ladder_divider(l);
	struct strbuf *out = h->out;
	struct shown shown = {0};

	strbuf_addf(out,
		    "<div class=wide tabindex=0 role=group aria-label=\"%s\"><ol class=path>\n",
		    h->detail ? "Steps" : "Source lines");
	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];

		strbuf_addf(out, "<li id=%s%zu", prefix, i + 1);
		if (i && i == divider)
			strbuf_addf(out, " class=\"%s nested\"", step_kind_name(s->kind));
		else if (s->kind != STEP_CALL)
			strbuf_addf(out, " class=%s", step_kind_name(s->kind));
		strbuf_addf(out, "><p><a>%zu</a> <b>", i + 1);
		html_name(h, s->function, out);
		strbuf_addstr(out, "</b> ");
		html_place(&s->location, out);
		if (*s->note) {
			strbuf_addstr(out, " <span>");
			add_xml(out, s->note);
			strbuf_addstr(out, "</span>");
		}
		add_step_source(h, l, i, &shown);
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, "</ol></div>\n");
}

static void add_ladders(struct html *h, const struct finding *f)
{
	struct strbuf prefix = STRBUF_INIT;
	struct strbuf *out = h->out;

	for (size_t i = 0; i < f->n_ladders; i++) {
		strbuf_reset(&prefix);
		if (i)
			strbuf_addf(&prefix, "f-%s-%zu-", f->id, i + 1);
		else
			strbuf_addf(&prefix, "f-%s-", f->id);
		strbuf_addf(out, "<h4>%s</h4>\n", i ? "The other order" : "Ladder");
		if (h->detail < HTML_WORDS) {
			strbuf_addstr(out, "<figure tabindex=0 role=group aria-label=\"Drawn "
					   "ladder\">");
			html_ladder(&f->ladders[i], out);
			strbuf_addstr(out, "</figure>\n");
		}
		strbuf_addf(out, "<details open class=fold><summary>%s</summary>\n",
			    h->detail ? "Steps" : "Source lines along the path");
		add_steps(h, &f->ladders[i], prefix.buf);
		strbuf_addstr(out, "</details>\n");
	}
	strbuf_release(&prefix);
}

/* Safe text of several lines, escaped. */
static void add_pre(struct strbuf *out, const char *text)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addstr(out, "<pre>");
	while (*text) {
		size_t len = strcspn(text, "\n");

		strbuf_reset(&line);
		strbuf_add(&line, text, len);
		add_xml(out, line.buf);
		text += len;
		if (*text == '\n') {
			strbuf_addch(out, '\n');
			text++;
		}
	}
	strbuf_addstr(out, "</pre>");
	strbuf_release(&line);
}

static void add_scenario(const struct finding *f, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	text_scenario(f, &text);
	if (text.len) {
		strbuf_addstr(out, "<div><h4>Scenario</h4>\n");
		add_pre(out, text.buf + 1);
		strbuf_addstr(out, "</div>\n");
	}
	strbuf_release(&text);
}

static bool listed(const struct strlist *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i], s))
			return true;
	}
	return false;
}

/* Which guard the code that comes back tests, which is raised, and what the path says of it. */
static void add_guards(const struct finding *f, struct strbuf *out)
{
	bool raised = f->guard_expected.n > 0;

	for (size_t i = 0; i < f->guard_expected.n; i++)
		raised = raised && listed(&f->guard_raised, f->guard_expected.v[i]);
	strbuf_addstr(out, "<div><h4>Why no guard stops it</h4>\n<p>");
	if (!f->guard_expected.n) {
		strbuf_addstr(out,
			      "No guard is known that would keep a program away from this lock.");
	} else {
		html_codes(&f->guard_expected, "", out);
		if (raised)
			strbuf_addstr(out, f->guard_expected.n == 1
						   ? " is raised here, but what comes back in does "
						     "not test it."
						   : " are raised here, but what comes back in "
						     "does not test them.");
		else
			strbuf_addstr(
				out,
				f->guard_expected.n == 1
					? " would stop it, and is not raised on this path."
					: " would stop it, and not all are raised on this path.");
	}
	strbuf_addstr(out, "</p>\n");
	if (!f->guard_expected.n && !f->guard_raised.n) {
		strbuf_addstr(out, "</div>\n");
		return;
	}
	strbuf_addstr(out, "<dl><dt>would stop it<dd>");
	html_codes(&f->guard_expected, "none", out);
	strbuf_addstr(out, "<dt>raised here<dd>");
	html_codes(&f->guard_raised, "none", out);
	strbuf_addstr(out, "");
	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++) {
			const struct step *s = &f->ladders[i].v[k];

			if (s->kind != STEP_GUARD || !*s->note)
				continue;
			strbuf_addf(out, "<dt>step %zu<dd>", k + 1);
			add_xml(out, s->note);
			strbuf_addstr(out, "");
		}
	}
	strbuf_addstr(out, "</dl></div>\n");
}

static bool same_list(const struct strlist *a, const struct strlist *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	}
	return true;
}

/* Attach points that are alike in all but their name make one row. */
static void add_attach_points(struct html *h, const struct finding *f)
{
	struct strbuf list = STRBUF_INIT, *out = &list;
	bool *done;

	if (!f->n_attach)
		return;
	done = xcalloc(f->n_attach, sizeof(*done));
	strbuf_addf(h->out,
		    "<details open class=fold><summary>Where a program can run with the lock held: "
		    "%zu place%s</summary>\n",
		    f->n_attach, f->n_attach == 1 ? "" : "s");
	strbuf_addstr(out, "<ul class=\"groups names\">\n");
	for (size_t i = 0; i < f->n_attach; i++) {
		const struct attach_point *a = &f->attach[i];

		if (done[i])
			continue;
		strbuf_addf(out, "<li><b class=%s>%s</b> ", certainty_name(a->certainty),
			    certainty_name(a->certainty));
		add_xml(out, a->reason);
		strbuf_addstr(out, " <span class=how>");
		for (size_t k = 0; k < a->how.n; k++) {
			strbuf_addstr(out, k ? ", " : "");
			add_xml(out, a->how.v[k]);
		}
		strbuf_addstr(out, "</span><br>");
		for (size_t k = i; k < f->n_attach; k++) {
			const struct attach_point *b = &f->attach[k];

			if (done[k] || b->certainty != a->certainty ||
			    strcmp(b->reason, a->reason) || !same_list(&a->how, &b->how))
				continue;
			done[k] = true;
			strbuf_addstr(out, k == i ? "" : ", ");
			html_name(h, b->name, out);
		}
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, "</ul>");
	html_once(h, "div", list.buf, "the same places as above");
	strbuf_addstr(h->out, "</details>\n");
	strbuf_release(&list);
	free(done);
}

static bool same_way(const struct reentry *a, const struct reentry *b)
{
	if (strcmp(a->what, b->what) != 0 || !a->object != !b->object)
		return false;
	return (!a->object || !strcmp(a->object, b->object)) &&
	       same_list(&a->program_types, &b->program_types);
}

/* Functions that are alike in all but their name are told together. */
static void add_reentries(struct html *h, const struct finding *f)
{
	struct strbuf list = STRBUF_INIT, *out = &list;
	bool *done;

	if (!f->n_reentry)
		return;
	done = xcalloc(f->n_reentry, sizeof(*done));
	strbuf_addstr(out, "<ul class=groups>\n");
	for (size_t i = 0; i < f->n_reentry; i++) {
		const struct reentry *p = &f->reentry[i];

		if (done[i])
			continue;
		strbuf_addstr(out, "<li><code>");
		for (size_t k = i; k < f->n_reentry; k++) {
			if (done[k] || !same_way(p, &f->reentry[k]))
				continue;
			done[k] = true;
			strbuf_addstr(out, k == i ? "" : ", ");
			add_xml(out, f->reentry[k].function);
		}
		strbuf_addstr(out, "</code> ");
		add_xml(out, p->what);
		strbuf_addstr(out, " <span class=how>");
		for (size_t k = 0; k < p->program_types.n; k++) {
			strbuf_addstr(out, k ? ", " : "");
			add_xml(out, p->program_types.v[k]);
		}
		strbuf_addstr(out, "</span>");
		if (p->object) {
			strbuf_addstr(out, "<br>gets its object from: ");
			add_xml(out, p->object);
		}
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, "</ul>");
	strbuf_addstr(h->out, "<h4>How it comes back</h4>\n");
	html_once(h, "div", list.buf, "the same ways as above");
	strbuf_addch(h->out, '\n');
	strbuf_release(&list);
	free(done);
}

static const char *what_it_hides(const struct remedy *m)
{
	if (!strcmp(m->kind, "notrace"))
		return "these functions, from every tracer";
	if (!strcmp(m->kind, "no-ftrace"))
		return "every function of these objects, from every tracer that uses ftrace";
	return "nothing";
}

static void add_remedies(const struct finding *f, struct strbuf *out)
{
	if (!f->n_remedies)
		return;
	strbuf_addstr(out, "<h4>What would fix it</h4>\n<div class=wide tabindex=0 role=group "
			   "aria-label=Remedies>"
			   "<table><thead><tr><th>Remedy<th>Closes it"
			   "<th>Leaves open<th>Hides from tracing</thead><tbody>\n");
	for (size_t i = 0; i < f->n_remedies; i++) {
		const struct remedy *m = &f->remedies[i];

		strbuf_addstr(out, "<tr><td>");
		add_xml(out, m->what);
		strbuf_addstr(out, m->closes ? "<td class=yes>yes<td>" : "<td class=no>no<td>");
		if (m->leaves)
			strbuf_addf(out, "%u attach point%s", m->leaves, m->leaves == 1 ? "" : "s");
		else
			strbuf_addstr(out, m->closes ? "nothing" : "not enough alone");
		strbuf_addf(out, "<td>%s\n", what_it_hides(m));
	}
	strbuf_addstr(out, "</tbody></table></div>\n");
}

static void add_list(const char *title, const struct strlist *l, struct strbuf *out)
{
	if (!l->n)
		return;
	strbuf_addf(out, "<h4>%s</h4>\n<ul>\n", title);
	for (size_t i = 0; i < l->n; i++) {
		strbuf_addstr(out, "<li>");
		add_xml(out, l->v[i]);
		strbuf_addstr(out, "\n");
	}
	strbuf_addstr(out, "</ul>\n");
}

static void add_lock(const char *label, const struct lock_ref *lock, struct strbuf *out)
{
	strbuf_addf(out, "<dt>%s<dd><code>", label);
	add_xml(out, lock->class);
	strbuf_addstr(out, "</code>");
	if (lock->kind) {
		strbuf_addstr(out, " of ");
		add_xml(out, lock->kind);
	}
	if (lock->acquired.file) {
		strbuf_addstr(out, ", taken at ");
		html_place(&lock->acquired, out);
	}
	if (lock->released.file) {
		strbuf_addstr(out, ", released at ");
		html_place(&lock->released, out);
	}
	strbuf_addstr(out, "");
}

/* Its name, with a link where the report explains it. */
static void add_rule(const struct report *r, const struct finding *f, struct strbuf *out)
{
	bool explained = false;

	for (size_t i = 0; i < r->n_rules && !explained; i++)
		explained = !strcmp(r->rules[i].code, f->code);
	if (explained) {
		strbuf_addstr(out, "<a href=\"#rule-");
		add_xml(out, f->code);
		strbuf_addstr(out, "\">");
	}
	add_xml(out, f->code);
	strbuf_addch(out, ' ');
	add_xml(out, f->rule);
	strbuf_addstr(out, explained ? "</a>" : "");
}

static void add_provenance(const struct report *r, const struct finding *f, struct strbuf *out)
{
	strbuf_addstr(out, "<h4>Provenance</h4>\n<dl class=prov>");
	strbuf_addf(out, "<dt>id<dd><code>%s</code><dt>rule<dd>", f->id);
	add_rule(r, f, out);
	strbuf_addstr(out, "<dt>entry point<dd><code>");
	add_xml(out, f->entry_function);
	strbuf_addstr(out, "</code> ");
	add_xml(out, f->entry_via);
	strbuf_addstr(out, "");
	add_lock("lock", &f->lock, out);
	if (f->lock2)
		add_lock("second lock", f->lock2, out);
	strbuf_addf(out, "<dt>context<dd>%s", f->context);
	if (f->state)
		strbuf_addf(out, "<dt>against the baseline<dd>%s", f->state);
	strbuf_addstr(out, "</dl>\n");
}

static void add_machine(const char *title, const char *lines, struct strbuf *out)
{
	struct strbuf line = STRBUF_INIT;

	if (!*lines)
		return;
	strbuf_addf(out, "<p>%s:</p>\n<pre>", title);
	while (next_line(&lines, &line)) {
		add_xml(out, line.buf);
		strbuf_addch(out, '\n');
	}
	strbuf_addstr(out, "</pre>\n");
	strbuf_release(&line);
}

/* What a virtual machine showed of it. */
static void add_trial(const struct finding *f, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	if (!f->tried)
		return;
	if (!add_tried(f, &text))
		strbuf_addf(&text, "%s: %s", f->tried->verdict, f->tried->reason);
	strbuf_addstr(out, "<h4>Tried in a virtual machine</h4>\n<p>");
	add_xml(out, text.buf);
	strbuf_addstr(out, "</p>\n");
	add_machine("The console", f->tried->console, out);
	add_machine("The console of the control", f->tried->control, out);
	strbuf_release(&text);
}

void html_finding(struct html *h, const struct finding *f)
{
	const char *severity = severity_name(f->severity);
	struct strbuf *out = h->out;

	strbuf_addf(out, "<article id=f-%s data-severity=%s data-rule=\"", f->id, severity);
	add_xml(out, f->code);
	strbuf_addstr(out, "\" data-lock=\"");
	add_xml(out, f->lock.kind ? f->lock.kind : f->lock.class);
	strbuf_addch(out, '"');
	if (f->state)
		strbuf_addf(out, " data-state=%s", f->state);
	strbuf_addf(out, ">\n<details open><summary><span class=badge>%s</span> <h3>", severity);
	add_xml(out, f->message);
	strbuf_addstr(out, "</h3> <span class=meta><code>");
	add_xml(out, f->code);
	strbuf_addstr(out, "</code> ");
	html_place(&f->location, out);
	if (f->state)
		strbuf_addf(out, " <b class=state>%s</b>", f->state);
	if (finding_tried(f))
		strbuf_addf(out, " <b class=\"state lab-%s\">%s</b>", f->tried->verdict,
			    f->tried->verdict);
	strbuf_addf(
		out,
		"</span></summary>\n<div class=body>\n<p class=tools><a href=#f-%s>link to this "
		"finding</a> <button type=button class=js data-copy>copy link</button></p>\n",
		f->id);
	add_ladders(h, f);
	strbuf_addstr(out, "<div class=pair>\n");
	add_scenario(f, out);
	add_guards(f, out);
	strbuf_addstr(out, "</div>\n");
	add_trial(f, out);
	add_attach_points(h, f);
	add_reentries(h, f);
	add_remedies(f, out);
	add_list("Also", &f->notes, out);
	add_list("Assumed", &f->assumptions, out);
	add_provenance(h->r, f, out);
	strbuf_addstr(out, "</div></details></article>\n");
}
