// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* The pages that are tables: sections, attach points. */

/* Those of one certainty, named one after the other. */
static void add_points(struct html *h, const struct section *s, enum certainty c)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_attach; i++) {
		if (s->attach[i].certainty != c)
			continue;
		if (n++)
			strbuf_addstr(h->out, ", ");
		else
			strbuf_addf(h->out, "<p class=names><b class=%s>%s</b> ", certainty_name(c),
				    certainty_name(c));
		html_name(h->r, s->attach[i].name, h->out);
	}
}

static size_t usable(const struct section *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_attach; i++)
		n += s->attach[i].certainty != CERT_NO;
	return n;
}

static bool same_names(const struct strlist *a, const struct strlist *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	}
	return true;
}

static bool same_entries(const struct section *a, const struct section *b)
{
	return same_names(&a->entries, &b->entries);
}

static bool same_points(const struct section *a, const struct section *b)
{
	if (a->n_attach != b->n_attach)
		return false;
	for (size_t i = 0; i < a->n_attach; i++) {
		if (a->attach[i].certainty != b->attach[i].certainty ||
		    strcmp(a->attach[i].name, b->attach[i].name) != 0)
			return false;
	}
	return true;
}

/* The first section that is the same as @i to @same; a list is written there only. */
static size_t section_like(const struct report *r, size_t i,
			   bool (*same)(const struct section *a, const struct section *b))
{
	for (size_t k = 0; k < i; k++) {
		if (same(&r->sections[k], &r->sections[i]))
			return k;
	}
	return i;
}

static void add_names(const struct strlist *l, struct strbuf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		strbuf_addstr(out, i ? ", " : "");
		add_xml(out, l->v[i]);
	}
}

static void add_section(struct html *h, size_t i)
{
	const struct section *s = &h->r->sections[i];
	struct strbuf *out = h->out;
	size_t like;

	strbuf_addf(out, "<tr id=s-%zu><td>%zu<td><code>", i + 1, i + 1);
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
	strbuf_addf(out, "<td class=names data-sort=%zu>", s->entries.n);
	like = section_like(h->r, i, same_entries);
	if (like < i) {
		strbuf_addf(out, "%zu <a href=#s-%zu>as in %zu</a>", s->entries.n, like + 1,
			    like + 1);
	} else {
		strbuf_addf(out, "<details><summary>%zu</summary>", s->entries.n);
		add_names(&s->entries, out);
		strbuf_addstr(out, "</details>");
	}
	strbuf_addf(out, "<td data-sort=%zu>", usable(s));
	like = section_like(h->r, i, same_points);
	if (like < i) {
		strbuf_addf(out, "%zu <a href=#s-%zu>as in %zu</a>", usable(s), like + 1, like + 1);
	} else {
		strbuf_addf(out, "<details><summary>%zu</summary>", usable(s));
		add_points(h, s, CERT_CONFIRMED);
		add_points(h, s, CERT_LIKELY);
		add_points(h, s, CERT_POSSIBLE);
		if (usable(s) < s->n_attach)
			strbuf_addf(out, "<p>%zu more cannot be attached to",
				    s->n_attach - usable(s));
		strbuf_addstr(out, "</details>");
	}
	strbuf_addstr(out, "<td>");
	for (size_t k = 0; k < s->findings.n; k++) {
		const struct finding *f = report_finding(h->r, s->findings.v[k]);

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
	strbuf_addstr(out, "</thead>\n");
}

void html_sections(struct html *h)
{
	static const char *const columns[] = {"#",
					      "Lock",
					      "Taken at",
					      "How",
					      "Guards raised",
					      "Entry points",
					      "Attach points",
					      "Found",
					      NULL};

	if (!h->r->n_sections) {
		strbuf_addstr(h->out, "<p>This report has no list of sections.</p>\n");
		return;
	}
	strbuf_addstr(h->out,
		      "<p>Each place where a lock is taken, once for each set of guards with which "
		      "it is reached. Entry points and attach points unfold.</p>\n");
	begin_table(h->out, "Sections", columns);
	strbuf_addstr(h->out, "<tbody>\n");
	for (size_t i = 0; i < h->r->n_sections; i++)
		add_section(h, i);
	strbuf_addstr(h->out, "</tbody></table></div>\n");
}

/* Attach points with the same verdict make a block of rows, so that it is told once. */
struct group {
	size_t first, n;
	bool safe;
	bool cannot; /* be attached to */
};

static bool same_dangers(const struct attachable *a, const struct attachable *b)
{
	if (a->n_dangers != b->n_dangers)
		return false;
	for (size_t i = 0; i < a->n_dangers; i++) {
		const struct danger *x = &a->dangers[i], *y = &b->dangers[i];

		if (strcmp(x->function, y->function) != 0 || strcmp(x->lock, y->lock) != 0 ||
		    strcmp(x->finding, y->finding) != 0)
			return false;
	}
	return true;
}

static bool in_group(const struct report *r, const struct group *g, const struct attachable *a)
{
	bool cannot = a->certainty == CERT_NO;

	return cannot == g->cannot && (cannot || same_dangers(&r->attachables[g->first], a));
}

/* Unsafe ones before safe ones, then those that cannot be used; the largest group first. */
static int compare_groups(const void *pa, const void *pb)
{
	const struct group *a = pa, *b = pb;

	if (a->cannot != b->cannot)
		return a->cannot ? 1 : -1;
	if (a->safe != b->safe)
		return a->safe ? 1 : -1;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return a->first < b->first ? -1 : 1;
}

/* What a program at these places must not call: a line for each finding. */
static void add_dangers(struct html *h, const struct attachable *a)
{
	struct strbuf *out = h->out;

	for (size_t i = 0; i < a->n_dangers; i++) {
		const struct danger *d = &a->dangers[i];
		const struct finding *f = report_finding(h->r, d->finding);
		bool before = false;
		size_t n = 0;

		for (size_t k = 0; k < i && !before; k++)
			before = !strcmp(a->dangers[k].finding, d->finding) &&
				 !strcmp(a->dangers[k].lock, d->lock);
		if (before)
			continue;
		strbuf_addstr(out, "<br>");
		for (size_t k = i; k < a->n_dangers; k++) {
			if (strcmp(a->dangers[k].finding, d->finding) != 0 ||
			    strcmp(a->dangers[k].lock, d->lock) != 0)
				continue;
			strbuf_addstr(out, n++ ? ", <code>" : "<code>");
			add_xml(out, a->dangers[k].function);
			strbuf_addstr(out, "</code>");
		}
		strbuf_addstr(out, " would take <code>");
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

	strbuf_addf(out, "<tr id=a-%zu><td><code>", i + 1);
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
	strbuf_addf(out, "<td data-sort=%d>", 3 - (int)a->certainty);
	if (a->certainty != CERT_NO)
		strbuf_addf(out, "<b class=%s>%s</b> ", certainty_name(a->certainty),
			    certainty_name(a->certainty));
	strbuf_addstr(out, "<small>");
	add_xml(out, a->reason);
	strbuf_addstr(out, "</small><td class=names>");
	add_names(&a->locks, out);
	strbuf_addch(out, '\n');
}

static void add_group(struct html *h, const struct group *g)
{
	const struct attachable *first = &h->r->attachables[g->first];
	struct strbuf *out = h->out;

	strbuf_addstr(out, "<tbody><tr class=block><th scope=rowgroup colspan=4>");
	if (g->cannot)
		strbuf_addf(out, "<b>Cannot be attached to</b>: %zu", g->n);
	else if (!first->n_dangers)
		strbuf_addf(out, "<b class=yes>Safe</b>: %zu", g->n);
	else
		strbuf_addf(out, "<b class=unsafe>Unsafe</b> at %zu, where", g->n);
	if (!g->cannot)
		add_dangers(h, first);
	strbuf_addch(out, '\n');
	for (size_t i = g->first; i < h->r->n_attachables; i++) {
		if (in_group(h->r, g, &h->r->attachables[i]))
			add_attachable(h, i);
	}
	strbuf_addstr(out, "</tbody>\n");
}

void html_attachables(struct html *h)
{
	static const char *const columns[] = {"Function or tracepoint", "How", "Certainty",
					      "Locks held", NULL};
	const struct report *r = h->r;
	VEC(struct group) groups = {0};
	size_t unsafe = 0;

	if (!r->n_attachables) {
		strbuf_addstr(h->out, "<p>This report has no list of attach points.</p>\n");
		return;
	}
	for (size_t i = 0; i < r->n_attachables; i++) {
		const struct attachable *a = &r->attachables[i];
		struct group added = {
			.first = i,
			.n = 1,
			.safe = !a->n_dangers,
			.cannot = a->certainty == CERT_NO,
		};
		size_t k = 0;

		unsafe += a->n_dangers > 0;
		while (k < groups.n && !in_group(r, &groups.v[k], a))
			k++;
		if (k < groups.n)
			groups.v[k].n++;
		else
			vec_push(&groups, added);
	}
	qsort(groups.v, groups.n, sizeof(*groups.v), compare_groups);
	strbuf_addf(h->out,
		    "<p>%zu functions and tracepoints run with a lock held; a program at %zu of "
		    "them can deadlock if it calls what is named there.</p>\n",
		    r->n_attachables, unsafe);
	begin_table(h->out, "Attach points", columns);
	for (size_t i = 0; i < groups.n; i++)
		add_group(h, &groups.v[i]);
	strbuf_addstr(h->out, "</table></div>\n");
	vec_release(&groups);
}
