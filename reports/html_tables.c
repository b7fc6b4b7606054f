// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* The pages that are tables: sections, attach points. */

typedef bool (*alike_fn)(const void *a, const void *b);

/*
 * For how many rows from @i on a column goes on saying the same: one cell is as
 * high as these. 0: the cell of a row above is. The script undoes that where rows
 * are sorted or searched.
 */
static size_t span(const void *const *rows, size_t n, size_t i, alike_fn same)
{
	size_t end = i + 1;

	if (i && same(rows[i - 1], rows[i]))
		return 0;
	while (end < n && same(rows[i], rows[end]))
		end++;
	return end - i;
}

/* Begins the cell of a column in row @i, and returns true where it needs one. */
static bool begin_cell(struct strbuf *out, const void *const *rows, size_t n, size_t i,
		       alike_fn same)
{
	size_t height = span(rows, n, i, same);

	if (height > 1)
		strbuf_addf(out, "<td rowspan=%zu>", height);
	else if (height)
		strbuf_addstr(out, "<td>");
	return height > 0;
}

/* Those of one certainty, named one after the other; the script links them to their rows. */
static void add_points(struct html *h, const struct section *s, enum certainty c)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_attach; i++) {
		if (s->attach[i].certainty != c)
			continue;
		if (n++)
			strbuf_addstr(h->out, ", ");
		else
			strbuf_addf(h->out, "<p><b>%s</b> ", certainty_name(c));
		add_xml(h->out, s->attach[i].name);
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

static bool same_entries(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_names(&a->entries, &b->entries);
}

/* Whether their lists of attach points read the same: what cannot be used is counted only. */
static bool same_points(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;
	size_t i = 0, k = 0;

	if (a->n_attach != b->n_attach || usable(a) != usable(b))
		return false;
	for (;; i++, k++) {
		while (i < a->n_attach && a->attach[i].certainty == CERT_NO)
			i++;
		while (k < b->n_attach && b->attach[k].certainty == CERT_NO)
			k++;
		if (i == a->n_attach || k == b->n_attach)
			return true;
		if (a->attach[i].certainty != b->attach[k].certainty ||
		    strcmp(a->attach[i].name, b->attach[k].name) != 0)
			return false;
	}
}

/* The first section that is the same as @i to @same; a list is written there only. */
static size_t section_like(const struct report *r, size_t i, alike_fn same)
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

/* How an entry point is reached, of "function (how)": from behind the parenthesis, and its end. */
static const char *entry_via(const char *entry, size_t *ret_len)
{
	const char *via = strstr(entry, " (");
	size_t len = via ? strlen(via + 2) : 0;

	*ret_len = len && via[2 + len - 1] == ')' ? len - 1 : len;
	return via ? via + 2 : "";
}

/* How entry points are reached, and how many are so. */
struct way {
	const char *via;
	size_t len, n;
};

/* How more than half of them are, if there is such a way; it is told once, above the table. */
static struct strbuf usual_via(const struct report *r)
{
	struct strbuf usual = STRBUF_INIT;
	VEC(struct way) ways = {0};
	const struct way *best = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->n_sections; i++) {
		n += r->sections[i].entries.n;
		for (size_t k = 0; k < r->sections[i].entries.n; k++) {
			struct way way = {0};
			size_t at = 0;

			way.via = entry_via(r->sections[i].entries.v[k], &way.len);
			while (at < ways.n && (ways.v[at].len != way.len ||
					       strncmp(ways.v[at].via, way.via, way.len) != 0))
				at++;
			if (at == ways.n)
				vec_push(&ways, way);
			ways.v[at].n++;
		}
	}
	for (size_t i = 0; i < ways.n; i++) {
		if (!best || ways.v[i].n > best->n)
			best = &ways.v[i];
	}
	if (best && best->n > n / 2)
		strbuf_add(&usual, best->via, best->len);
	vec_release(&ways);
	return usual;
}

/* Entry points, those that are reached alike together. */
static void add_entries(const struct strlist *l, const char *usual, struct strbuf *out)
{
	struct strbuf part = STRBUF_INIT;

	for (size_t i = 0; i < l->n; i++) {
		size_t len, other, n = 0;
		const char *via = entry_via(l->v[i], &len);
		bool before = false;

		for (size_t k = 0; k < i && !before; k++) {
			const char *earlier = entry_via(l->v[k], &other);

			before = other == len && !strncmp(earlier, via, len);
		}
		if (before)
			continue;
		strbuf_addstr(out, l->n > 1 ? "<p>" : "");
		for (size_t k = i; k < l->n; k++) {
			const char *later = entry_via(l->v[k], &other);

			if (other != len || strncmp(later, via, len) != 0)
				continue;
			strbuf_reset(&part);
			strbuf_add(&part, l->v[k],
				   *later ? (size_t)(later - l->v[k]) - 2 : strlen(l->v[k]));
			strbuf_addstr(out, n++ ? ", " : "");
			add_xml(out, part.buf);
		}
		strbuf_reset(&part);
		strbuf_add(&part, via, len);
		if (len && strcmp(part.buf, usual) != 0) {
			strbuf_addstr(out, " <i>");
			add_xml(out, part.buf);
			strbuf_addstr(out, "</i>");
		}
	}
	strbuf_release(&part);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_lock(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_text(a->lock.class, b->lock.class) && same_text(a->lock.kind, b->lock.kind);
}

static bool same_place(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_text(a->lock.acquired.file, b->lock.acquired.file) &&
	       a->lock.acquired.line == b->lock.acquired.line &&
	       same_text(a->lock.acquired.function, b->lock.acquired.function);
}

static bool same_primitive(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_text(a->lock_type, b->lock_type) && same_text(a->primitive, b->primitive);
}

static bool same_raised(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_names(&a->guard_raised, &b->guard_raised);
}

static bool same_findings(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return same_names(&a->findings, &b->findings);
}

/* Where only sections that a finding is about have a list. */
static bool same_found_points(const void *pa, const void *pb)
{
	const struct section *a = pa, *b = pb;

	return !a->findings.n == !b->findings.n && same_points(a, b);
}

static void add_section_entries(struct html *h, size_t i, const char *usual)
{
	const struct section *s = &h->r->sections[i];
	size_t like = section_like(h->r, i, same_entries);

	if (s->entries.n == 1) {
		add_entries(&s->entries, usual, h->out);
	} else if (like < i) {
		strbuf_addf(h->out, "%zu <a href=#s-%zu>as in %zu</a>", s->entries.n, like + 1,
			    like + 1);
	} else {
		strbuf_addf(h->out, "<details><summary>%zu</summary>", s->entries.n);
		add_entries(&s->entries, usual, h->out);
		strbuf_addstr(h->out, "</details>");
	}
}

/* Whether two sections need one list of attach points. */
static alike_fn points_alike(const struct html *h)
{
	return h->lists < HTML_LISTS_FOUND ? same_points : same_found_points;
}

static void add_section_points(struct html *h, size_t i)
{
	const struct section *s = &h->r->sections[i];
	size_t like = section_like(h->r, i, points_alike(h));
	bool listed = usable(s) && (h->lists < HTML_LISTS_FOUND || s->findings.n);
	bool known = like < i;

	if (listed && !known)
		strbuf_addstr(h->out, "<details><summary>");
	strbuf_addf(h->out, "%zu", usable(s));
	if (usable(s) < s->n_attach)
		strbuf_addf(h->out, " of %zu", s->n_attach);
	if (listed && known) {
		strbuf_addf(h->out, " <a href=#s-%zu>as in %zu</a>", like + 1, like + 1);
	} else if (listed) {
		strbuf_addstr(h->out, "</summary>");
		add_points(h, s, CERT_CONFIRMED);
		add_points(h, s, CERT_LIKELY);
		add_points(h, s, CERT_POSSIBLE);
		strbuf_addstr(h->out, "</details>");
	}
}

/* Whether other rows may lead to this one. */
static bool owns_list(const struct html *h, size_t i)
{
	const struct section *s = &h->r->sections[i];

	return (s->entries.n > 1 && section_like(h->r, i, same_entries) == i) ||
	       section_like(h->r, i, points_alike(h)) == i;
}

static void add_section_findings(struct html *h, const struct section *s)
{
	for (size_t i = 0; i < s->findings.n; i++) {
		const struct finding *f = report_finding(h->r, s->findings.v[i]);

		strbuf_addstr(h->out, i ? " " : "");
		if (f)
			html_finding_link(f, h->out);
	}
}

static void add_section(struct html *h, const void *const *rows, size_t i, const char *usual)
{
	const struct section *s = rows[i];
	struct strbuf *out = h->out;
	size_t n = h->r->n_sections;

	if (owns_list(h, i))
		strbuf_addf(out, "<tr id=s-%zu><td>%zu", i + 1, i + 1);
	else
		strbuf_addf(out, "<tr><td>%zu", i + 1);
	if (begin_cell(out, rows, n, i, same_lock)) {
		add_xml(out, s->lock.class);
		if (s->lock.kind) {
			strbuf_addstr(out, " <i>");
			add_xml(out, s->lock.kind);
			strbuf_addstr(out, "</i>");
		}
	}
	if (begin_cell(out, rows, n, i, same_place)) {
		add_xml(out, s->lock.acquired.function);
		strbuf_addstr(out, " <i>");
		add_xml(out, s->lock.acquired.file);
		strbuf_addf(out, ":%u</i>", s->lock.acquired.line);
	}
	if (begin_cell(out, rows, n, i, same_primitive)) {
		add_xml(out, s->primitive);
		strbuf_addstr(out, " <i>");
		add_xml(out, s->lock_type);
		strbuf_addstr(out, "</i>");
	}
	if (begin_cell(out, rows, n, i, same_raised)) {
		if (!s->guard_raised.n)
			strbuf_addstr(out, "<i>none</i>");
		add_names(&s->guard_raised, out);
	}
	if (begin_cell(out, rows, n, i, same_entries))
		add_section_entries(h, i, usual);
	if (begin_cell(out, rows, n, i, points_alike(h)))
		add_section_points(h, i);
	if (begin_cell(out, rows, n, i, same_findings))
		add_section_findings(h, s);
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
	VEC(const void *) rows = {0};
	struct strbuf usual;

	if (!h->r->n_sections) {
		strbuf_addstr(h->out, "<p>This report has no list of sections.</p>\n");
		return;
	}
	strbuf_addstr(
		h->out,
		"<p>Each place where a lock is taken, once for each set of guards with which "
		"it is reached. Lists unfold; <q>3 of 7</q> are three places to attach to, and "
		"seven with those that nothing can be attached to.");
	usual = usual_via(h->r);
	if (usual.len) {
		strbuf_addstr(h->out, " Entry points with no word of how they are reached are ");
		add_xml(h->out, usual.buf);
		strbuf_addch(h->out, '.');
	}
	strbuf_addstr(h->out, "</p>\n");
	if (h->lists >= HTML_LISTS_FOUND)
		strbuf_addstr(h->out,
			      "<p class=hint>To keep this page small, attach points are listed of "
			      "sections that a finding is about; <code>relock sections</code> has "
			      "all.</p>\n");
	begin_table(h->out, "Sections", columns);
	strbuf_addstr(h->out, "<tbody>\n");
	for (size_t i = 0; i < h->r->n_sections; i++)
		vec_push(&rows, &h->r->sections[i]);
	for (size_t i = 0; i < rows.n; i++)
		add_section(h, rows.v, i, usual.buf);
	strbuf_addstr(h->out, "</tbody></table></div>\n");
	vec_release(&rows);
	strbuf_release(&usual);
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

/* The functions that a program must not call for the finding and lock of danger @i. */
static size_t add_functions(const struct attachable *a, size_t i, struct strbuf *out)
{
	const struct danger *d = &a->dangers[i];
	size_t n = 0;

	for (size_t k = i; k < a->n_dangers; k++) {
		if (strcmp(a->dangers[k].finding, d->finding) != 0 ||
		    strcmp(a->dangers[k].lock, d->lock) != 0)
			continue;
		strbuf_addstr(out, n++ ? ", " : "");
		add_xml(out, a->dangers[k].function);
	}
	return n;
}

/* What a program at these places must not call: a line for each finding. */
static void add_dangers(struct html *h, const struct attachable *a)
{
	struct strbuf functions = STRBUF_INIT, *out = h->out;

	for (size_t i = 0; i < a->n_dangers; i++) {
		const struct danger *d = &a->dangers[i];
		const struct finding *f = report_finding(h->r, d->finding);
		bool before = false;
		size_t n;

		for (size_t k = 0; k < i && !before; k++)
			before = !strcmp(a->dangers[k].finding, d->finding) &&
				 !strcmp(a->dangers[k].lock, d->lock);
		if (before)
			continue;
		strbuf_reset(&functions);
		n = add_functions(a, i, &functions);
		strbuf_addstr(out, "<br>");
		if (f && n > 1 && h->lists >= HTML_LISTS_SHORT)
			strbuf_addf(out, "%zu functions", n);
		else
			html_once(h, "code", functions.buf, "%zu functions, as above,", n);
		strbuf_addstr(out, " would take <code>");
		add_xml(out, d->lock);
		strbuf_addstr(out, "</code> again");
		if (f) {
			strbuf_addch(out, ' ');
			html_finding_link(f, out);
		}
	}
	strbuf_release(&functions);
}

static bool same_file(const void *pa, const void *pb)
{
	const struct attachable *a = pa, *b = pb;

	return same_text(a->location.file, b->location.file);
}

static bool same_how(const void *pa, const void *pb)
{
	const struct attachable *a = pa, *b = pb;

	return same_names(&a->how, &b->how);
}

static bool same_certainty(const void *pa, const void *pb)
{
	const struct attachable *a = pa, *b = pb;

	return a->certainty == b->certainty && same_text(a->reason, b->reason);
}

static bool same_locks(const void *pa, const void *pb)
{
	const struct attachable *a = pa, *b = pb;

	return same_names(&a->locks, &b->locks);
}

static int compare_lists(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int c = strcmp(a->v[i], b->v[i]);

		if (c)
			return c;
	}
	return a->n < b->n ? -1 : a->n > b->n;
}

/* So that what is said of one is said of the next ones, too. */
static int compare_attachables(const void *pa, const void *pb)
{
	const struct attachable *a = *(const struct attachable *const *)pa;
	const struct attachable *b = *(const struct attachable *const *)pb;
	const char *file_a = a->location.file ? a->location.file : "";
	const char *file_b = b->location.file ? b->location.file : "";
	int c = (int)b->certainty - (int)a->certainty;

	if (!c)
		c = strcmp(a->reason, b->reason);
	if (!c)
		c = compare_lists(&a->how, &b->how);
	if (!c)
		c = compare_lists(&a->locks, &b->locks);
	if (!c)
		c = strcmp(file_a, file_b);
	return c ? c : strcmp(a->name, b->name);
}

static void add_attachable(struct html *h, const void *const *rows, size_t n, size_t i)
{
	const struct attachable *a = rows[i];
	size_t number = (size_t)(a - h->r->attachables);
	struct strbuf locks = STRBUF_INIT, *out = h->out;

	strbuf_addstr(out, "<tr");
	if (h->linked[number])
		strbuf_addf(out, " id=a-%zu", number + 1);
	strbuf_addstr(out, "><td>");
	add_xml(out, a->name);
	if (a->location.file)
		strbuf_addf(out, "<i>:%u</i>", a->location.line);
	if (begin_cell(out, rows, n, i, same_file) && a->location.file)
		add_xml(out, a->location.file);
	if (begin_cell(out, rows, n, i, same_how))
		add_names(&a->how, out);
	if (begin_cell(out, rows, n, i, same_certainty)) {
		if (a->certainty != CERT_NO)
			strbuf_addf(out, "<b class=%s>%s</b> ", certainty_name(a->certainty),
				    certainty_name(a->certainty));
		add_xml(out, a->reason);
	}
	if (begin_cell(out, rows, n, i, same_locks)) {
		add_names(&a->locks, &locks);
		html_once(h, NULL, locks.buf, "the %zu as above", a->locks.n);
	}
	strbuf_addch(out, '\n');
	strbuf_release(&locks);
}

/* Functions that cannot be attached to: why, and their names. */
static void add_unusable(struct html *h, const void *const *rows, size_t n)
{
	struct strbuf *out = h->out;

	for (size_t i = 0; i < n; i++) {
		const struct attachable *a = rows[i];
		size_t same = span(rows, n, i, same_certainty);

		if (same) {
			strbuf_addstr(out, "<tr><td colspan=5>");
			add_xml(out, a->reason);
			strbuf_addf(out, " <i>(%zu)</i>: ", same);
		} else {
			strbuf_addstr(out, ", ");
		}
		add_xml(out, a->name);
		if (i + 1 == n || span(rows, n, i + 1, same_certainty))
			strbuf_addch(out, '\n');
	}
}

static void add_group(struct html *h, const struct group *g)
{
	const struct attachable *first = &h->r->attachables[g->first];
	struct strbuf *out = h->out;
	VEC(const void *) rows = {0};

	strbuf_addstr(out, "<tbody><tr class=block><th scope=rowgroup colspan=5>");
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
			vec_push(&rows, &h->r->attachables[i]);
	}
	if (rows.n)
		qsort(rows.v, rows.n, sizeof(*rows.v), compare_attachables);
	if (g->cannot && h->lists >= HTML_LISTS_USABLE)
		add_unusable(h, rows.v, rows.n);
	else
		for (size_t i = 0; i < rows.n; i++)
			add_attachable(h, rows.v, rows.n, i);
	strbuf_addstr(out, "</tbody>\n");
	vec_release(&rows);
}

void html_attachables(struct html *h)
{
	static const char *const columns[] = {
		"Function or tracepoint", "File", "How", "Certainty", "Locks held", NULL};
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
	if (h->lists >= HTML_LISTS_USABLE)
		strbuf_addstr(h->out,
			      "<p class=hint>To keep this page small, functions that cannot be "
			      "attached to are only named");
	if (h->lists >= HTML_LISTS_SHORT)
		strbuf_addstr(h->out, ", and the functions that a program must not call are at the "
				      "finding");
	if (h->lists >= HTML_LISTS_USABLE)
		strbuf_addstr(h->out, "; <code>relock attach</code> has all of it.</p>\n");
	begin_table(h->out, "Attach points", columns);
	for (size_t i = 0; i < groups.n; i++)
		add_group(h, &groups.v[i]);
	strbuf_addstr(h->out, "</table></div>\n");
	vec_release(&groups);
}
