// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include <string.h>

/* The pages that are tables: sections, attach points. */

/* Those of one certainty, named one after the other. */
static void add_points(struct html *h, const struct section *s, enum certainty c)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_attach; i++)
		n += s->attach[i].certainty == c;
	if (!n)
		return;
	strbuf_addf(h->out, "<p><b class=%s>%s</b> ", certainty_name(c),
		    c == CERT_NO ? "cannot be used" : certainty_name(c));
	n = 0;
	for (size_t i = 0; i < s->n_attach; i++) {
		if (s->attach[i].certainty != c)
			continue;
		strbuf_addstr(h->out, n++ ? ", " : "");
		html_function(h->r, s->attach[i].name, h->out);
	}
}

static size_t usable(const struct section *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_attach; i++)
		n += s->attach[i].certainty != CERT_NO;
	return n;
}

static void add_section(struct html *h, size_t i)
{
	const struct section *s = &h->r->sections[i];
	struct strbuf *out = h->out;

	strbuf_addf(out, "<tr id=\"s-%zu\"><td><code>", i + 1);
	add_xml(out, s->lock.class);
	strbuf_addstr(out, "</code>");
	if (s->lock.kind) {
		strbuf_addstr(out, " <small>");
		add_xml(out, s->lock.kind);
		strbuf_addstr(out, "</small>");
	}
	strbuf_addstr(out, "<td>");
	html_place(&s->lock.acquired, out);
	strbuf_addstr(out, " <small><code>");
	add_xml(out, s->lock.acquired.function);
	strbuf_addstr(out, "</code></small><td>");
	add_xml(out, s->lock_type);
	strbuf_addstr(out, " <small><code>");
	add_xml(out, s->primitive);
	strbuf_addstr(out, "</code></small><td>");
	html_codes(&s->guard_raised, "none", out);
	strbuf_addf(out, "<td data-sort=%zu><details><summary>%zu</summary>", s->entries.n,
		    s->entries.n);
	html_codes(&s->entries, "", out);
	strbuf_addf(out, "</details><td data-sort=%zu><details><summary>%zu</summary>", usable(s),
		    usable(s));
	add_points(h, s, CERT_CONFIRMED);
	add_points(h, s, CERT_LIKELY);
	add_points(h, s, CERT_POSSIBLE);
	add_points(h, s, CERT_NO);
	strbuf_addstr(out, "</details><td>");
	for (size_t k = 0; k < s->findings.n; k++) {
		const struct finding *f = html_find(h->r, s->findings.v[k]);

		strbuf_addstr(out, k ? " " : "");
		if (f)
			html_finding_link(f, out);
	}
	strbuf_addch(out, '\n');
}

/* The head of a table that can be sorted, where there is a script, and searched. */
static void begin_table(struct strbuf *out, const char *label, const char *const *columns)
{
	strbuf_addf(out,
		    "<div class=wide tabindex=0 role=group aria-label=\"%s\"><table "
		    "class=sortable>\n<thead><tr>",
		    label);
	for (; *columns; columns++)
		strbuf_addf(out, "<th scope=col>%s", *columns);
	strbuf_addstr(out, "</thead>\n<tbody>\n");
}

void html_sections(struct html *h)
{
	static const char *const columns[] = {
		"Lock",		"Taken at",	 "How",	  "Guards raised",
		"Entry points", "Attach points", "Found", NULL};

	if (!h->r->n_sections) {
		strbuf_addstr(h->out, "<p>This report has no list of sections.</p>\n");
		return;
	}
	strbuf_addstr(h->out,
		      "<p>Each place where a lock is taken, once for each set of guards with which "
		      "it is reached. Entry points and attach points unfold.</p>\n");
	begin_table(h->out, "Sections", columns);
	for (size_t i = 0; i < h->r->n_sections; i++)
		add_section(h, i);
	strbuf_addstr(h->out, "</tbody></table></div>\n");
}

static void add_dangers(struct html *h, const struct attachable *a)
{
	struct strbuf *out = h->out;

	if (!a->n_dangers) {
		strbuf_addstr(out, "<td data-sort=0 class=yes>safe<td>");
		return;
	}
	strbuf_addf(out, "<td data-sort=%zu class=no>unsafe<td>", a->n_dangers);
	for (size_t i = 0; i < a->n_dangers; i++) {
		const struct danger *d = &a->dangers[i];
		const struct finding *f = html_find(h->r, d->finding);

		strbuf_addstr(out, i ? "<br><code>" : "<code>");
		add_xml(out, d->function);
		strbuf_addstr(out, "</code> would take <code>");
		add_xml(out, d->lock);
		strbuf_addstr(out, "</code> again");
		if (f) {
			strbuf_addch(out, ' ');
			html_finding_link(f, out);
		}
	}
}

static void add_attachable(struct html *h, size_t i)
{
	const struct attachable *a = &h->r->attachables[i];
	struct strbuf *out = h->out;

	strbuf_addf(out, "<tr id=\"a-%zu\"><td><code>", i + 1);
	add_xml(out, a->name);
	strbuf_addstr(out, "</code>");
	if (a->location.file) {
		strbuf_addstr(out, " <small>");
		html_place(&a->location, out);
		strbuf_addstr(out, "</small>");
	}
	strbuf_addstr(out, "<td>");
	for (size_t k = 0; k < a->how.n; k++) {
		strbuf_addstr(out, k ? ", " : "");
		add_xml(out, a->how.v[k]);
	}
	strbuf_addf(out, "<td data-sort=%d><b class=%s>%s</b> <small>", 3 - (int)a->certainty,
		    certainty_name(a->certainty), certainty_name(a->certainty));
	add_xml(out, a->reason);
	strbuf_addstr(out, "</small>");
	add_dangers(h, a);
	strbuf_addstr(out, "<td>");
	html_codes(&a->locks, "", out);
	strbuf_addch(out, '\n');
}

void html_attachables(struct html *h)
{
	static const char *const columns[] = {
		"Function or tracepoint", "How",	"Certainty", "Verdict",
		"Must not be called",	  "Locks held", NULL};
	size_t unsafe = 0;

	if (!h->r->n_attachables) {
		strbuf_addstr(h->out, "<p>This report has no list of attach points.</p>\n");
		return;
	}
	for (size_t i = 0; i < h->r->n_attachables; i++)
		unsafe += h->r->attachables[i].n_dangers > 0;
	strbuf_addf(h->out,
		    "<p>%zu functions and tracepoints run with a lock held; a program at %zu of "
		    "them can "
		    "deadlock if it calls what is named beside it.</p>\n",
		    h->r->n_attachables, unsafe);
	begin_table(h->out, "Attach points", columns);
	for (size_t i = 0; i < h->r->n_attachables; i++)
		add_attachable(h, i);
	strbuf_addstr(h->out, "</tbody></table></div>\n");
}
