// SPDX-License-Identifier: MIT
#include "reports/html.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/*
 * The picture that the report opens with: which entry points raise which guard
 * before they take a lock. Sections that share a lock's kind (or, without a
 * kind, its class) are a block; each way into them is a row, each guard a
 * column. All of it is laid out from the report's sections and findings.
 */
struct row {
	const char *entry;	  /* "function (via)" */
	const char *via;	  /* where the entry has none */
	VEC(unsigned int) raised; /* by column: sections reached with that guard */
	unsigned int sections;
	VEC(const struct finding *) findings;
};

struct block {
	const char *kind; /* NULL: called after its class */
	const char *class;
	VEC(const char *) classes;
	VEC(bool) guards; /* by column: a guard of this block */
	VEC(struct row) rows;
	VEC(const struct finding *) findings;
};

struct matrix {
	VEC(const char *) guards;
	VEC(struct block) blocks;
	size_t unshown; /* blocks that have neither guards nor findings */
};

static size_t column_of(struct matrix *m, const char *guard)
{
	for (size_t i = 0; i < m->guards.n; i++) {
		if (!strcmp(m->guards.v[i], guard))
			return i;
	}
	vec_push(&m->guards, guard);
	return m->guards.n - 1;
}

static struct block *block_of(struct matrix *m, const struct lock_ref *lock)
{
	struct block added = {.kind = lock->kind, .class = lock->class};
	struct block *b = NULL;

	for (size_t i = 0; i < m->blocks.n && !b; i++) {
		struct block *at = &m->blocks.v[i];

		if (lock->kind ? at->kind && !strcmp(at->kind, lock->kind)
			       : !at->kind && !strcmp(at->class, lock->class))
			b = at;
	}
	if (!b) {
		vec_push(&m->blocks, added);
		b = &m->blocks.v[m->blocks.n - 1];
	}
	for (size_t i = 0; i < b->classes.n; i++) {
		if (!strcmp(b->classes.v[i], lock->class))
			return b;
	}
	vec_push(&b->classes, lock->class);
	return b;
}

static void mark_guard(struct block *b, size_t column)
{
	while (b->guards.n <= column)
		vec_push(&b->guards, false);
	b->guards.v[column] = true;
}

/* The row of @entry, which may be only the function of one that says how it is reached. */
static struct row *row_of(struct block *b, const char *entry)
{
	struct row added = {.entry = entry};

	for (size_t i = 0; i < b->rows.n; i++) {
		if (!strcmp(b->rows.v[i].entry, entry))
			return &b->rows.v[i];
	}
	vec_push(&b->rows, added);
	return &b->rows.v[b->rows.n - 1];
}

static struct row *row_of_function(struct block *b, const char *function)
{
	size_t len = strlen(function);

	for (size_t i = 0; i < b->rows.n; i++) {
		const char *entry = b->rows.v[i].entry;

		if (!strncmp(entry, function, len) && (!entry[len] || entry[len] == ' '))
			return &b->rows.v[i];
	}
	return row_of(b, function);
}

static bool has_name(const struct strlist *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i], name))
			return true;
	}
	return false;
}

/* Counts, of the guards in @raised, those in @meant; all of them where that is NULL. */
static void count_raised(struct matrix *m, struct row *row, const struct strlist *raised,
			 const struct strlist *meant)
{
	row->sections++;
	for (size_t i = 0; i < raised->n; i++) {
		size_t column;

		if (meant && !has_name(meant, raised->v[i]))
			continue;
		column = column_of(m, raised->v[i]);
		while (row->raised.n <= column)
			vec_push(&row->raised, 0);
		row->raised.v[column]++;
	}
}

static void add_row_finding(struct row *row, const struct finding *f)
{
	for (size_t i = 0; i < row->findings.n; i++) {
		if (row->findings.v[i] == f)
			return;
	}
	vec_push(&row->findings, f);
}

static void read_sections(struct matrix *m, const struct report *r)
{
	for (size_t i = 0; i < r->n_sections; i++) {
		const struct section *s = &r->sections[i];
		struct block *b;

		/* Of a lock without a guard there is nothing to compare; its findings say so. */
		if (!s->guard_meant.n)
			continue;
		b = block_of(m, &s->lock);
		for (size_t k = 0; k < s->guard_meant.n; k++)
			mark_guard(b, column_of(m, s->guard_meant.v[k]));
		for (size_t k = 0; k < s->entries.n; k++) {
			struct row *row = row_of(b, s->entries.v[k]);

			count_raised(m, row, &s->guard_raised, &s->guard_meant);
			for (size_t n = 0; n < s->findings.n; n++) {
				const struct finding *f = report_finding(r, s->findings.v[n]);

				if (f && !finding_suppressed(f))
					add_row_finding(row, f);
			}
		}
	}
}

static void read_findings(struct matrix *m, const struct report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		struct block *b;
		struct row *row;

		if (finding_suppressed(f))
			continue;
		b = block_of(m, &f->lock);
		vec_push(&b->findings, f);
		for (size_t k = 0; k < f->guard_expected.n; k++)
			mark_guard(b, column_of(m, f->guard_expected.v[k]));
		for (size_t k = 0; k < f->guard_raised.n; k++)
			mark_guard(b, column_of(m, f->guard_raised.v[k]));
		row = row_of_function(b, f->entry_function);
		if (!row->sections) {
			row->via = f->entry_via;
			count_raised(m, row, &f->guard_raised, NULL);
		}
		add_row_finding(row, f);
	}
}

/* Worst first: findings are in that order already. */
static int by_findings(const struct finding *const *a, size_t n_a, const struct finding *const *b,
		       size_t n_b)
{
	int rank_a = n_a ? (int)a[0]->severity + 1 : 0, rank_b = n_b ? (int)b[0]->severity + 1 : 0;

	return rank_b - rank_a;
}

static int compare_rows(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int by = by_findings(a->findings.v, a->findings.n, b->findings.v, b->findings.n);

	return by ? by : strcmp(a->entry, b->entry);
}

static const char *block_name(const struct block *b)
{
	return b->kind ? b->kind : b->class;
}

static bool has_guards(const struct block *b)
{
	for (size_t i = 0; i < b->guards.n; i++) {
		if (b->guards.v[i])
			return true;
	}
	return false;
}

static int compare_blocks(const void *pa, const void *pb)
{
	const struct block *a = pa, *b = pb;
	int by = by_findings(a->findings.v, a->findings.n, b->findings.v, b->findings.n);

	if (!by)
		by = (int)has_guards(b) - (int)has_guards(a);
	return by ? by : strcmp(block_name(a), block_name(b));
}

static int compare_findings(const void *pa, const void *pb)
{
	const struct finding *const *a = pa, *const *b = pb;

	/* They lie in the report's array, in its order. */
	return *a < *b ? -1 : *a > *b;
}

/* Whether a finding of this row waits for guard @guard to be raised; the worst such one. */
static const struct finding *hole(const struct row *row, const char *guard)
{
	for (size_t i = 0; i < row->findings.n; i++) {
		const struct finding *f = row->findings.v[i];

		for (size_t k = 0; k < f->guard_expected.n; k++) {
			if (!strcmp(f->guard_expected.v[k], guard))
				return f;
		}
	}
	return NULL;
}

static void add_cell(const struct matrix *m, const struct block *b, const struct row *row,
		     size_t column, struct strbuf *out)
{
	unsigned int raised = column < row->raised.n ? row->raised.v[column] : 0;
	const struct finding *f = hole(row, m->guards.v[column]);

	if (column >= b->guards.n || !b->guards.v[column])
		strbuf_addstr(out, "<td class=na>\xc2\xb7");
	else if (raised == row->sections)
		strbuf_addstr(out, "<td class=raised>raised");
	else if (raised)
		strbuf_addf(out, "<td class=\"some %s\">raised in %u of %u",
			    f ? severity_name(f->severity) : "", raised, row->sections);
	else
		strbuf_addf(out, "<td class=\"not %s\">not raised",
			    f ? severity_name(f->severity) : "");
}

static void add_row(const struct matrix *m, const struct block *b, const struct row *row,
		    struct strbuf *out)
{
	const char *via = strstr(row->entry, " (");
	struct strbuf part = STRBUF_INIT;

	strbuf_add(&part, row->entry, via ? (size_t)(via - row->entry) : strlen(row->entry));
	strbuf_addstr(out, "<tr><th scope=row><code>");
	add_xml(out, part.buf);
	strbuf_addstr(out, "</code>");
	strbuf_reset(&part);
	if (via) {
		strbuf_addstr(&part, via + 2);
		if (part.len && part.buf[part.len - 1] == ')')
			strbuf_setlen(&part, part.len - 1);
	} else if (row->via) {
		strbuf_addstr(&part, row->via);
	}
	if (part.len) {
		strbuf_addstr(out, " <small>");
		add_xml(out, part.buf);
		strbuf_addstr(out, "</small>");
	}
	for (size_t i = 0; i < m->guards.n; i++)
		add_cell(m, b, row, i, out);
	strbuf_addstr(out, "<td>");
	for (size_t i = 0; i < row->findings.n; i++) {
		strbuf_addstr(out, i ? " " : "");
		html_finding_link(row->findings.v[i], out);
	}
	if (!row->findings.n)
		strbuf_addstr(out, "<span class=ok>nothing</span>");
	strbuf_addch(out, '\n');
	strbuf_release(&part);
}

static void add_block(const struct matrix *m, const struct block *b, struct strbuf *out)
{
	strbuf_addf(out, "<tbody><tr class=block><th scope=rowgroup colspan=%zu>", m->guards.n + 2);
	if (b->kind) {
		add_xml(out, b->kind);
		strbuf_addstr(out, " <small>");
	}
	for (size_t i = 0; i < b->classes.n; i++) {
		strbuf_addstr(out, i ? ", <code>" : "<code>");
		add_xml(out, b->classes.v[i]);
		strbuf_addstr(out, "</code>");
	}
	strbuf_addstr(out, b->kind ? "</small>" : "");
	if (!has_guards(b))
		strbuf_addstr(out, " <em>no guard is raised for it anywhere</em>");
	strbuf_addch(out, '\n');
	for (size_t i = 0; i < b->rows.n; i++)
		add_row(m, b, &b->rows.v[i], out);
	strbuf_addstr(out, "</tbody>\n");
}

static void block_release(struct block *b)
{
	for (size_t i = 0; i < b->rows.n; i++) {
		vec_release(&b->rows.v[i].raised);
		vec_release(&b->rows.v[i].findings);
	}
	vec_release(&b->classes);
	vec_release(&b->guards);
	vec_release(&b->rows);
	vec_release(&b->findings);
}

static void drop_unshown(struct matrix *m)
{
	while (m->blocks.n) {
		struct block *b = &m->blocks.v[m->blocks.n - 1];

		if (b->findings.n || has_guards(b))
			break;
		block_release(b);
		m->blocks.n--;
		m->unshown++;
	}
}

static void matrix_release(struct matrix *m)
{
	for (size_t i = 0; i < m->blocks.n; i++)
		block_release(&m->blocks.v[i]);
	vec_release(&m->blocks);
	vec_release(&m->guards);
}

static void sort_matrix(struct matrix *m)
{
	for (size_t i = 0; i < m->blocks.n; i++) {
		struct block *b = &m->blocks.v[i];

		for (size_t k = 0; k < b->rows.n; k++) {
			if (b->rows.v[k].findings.n)
				qsort(b->rows.v[k].findings.v, b->rows.v[k].findings.n,
				      sizeof(*b->rows.v[k].findings.v), compare_findings);
		}
		if (b->rows.n)
			qsort(b->rows.v, b->rows.n, sizeof(*b->rows.v), compare_rows);
	}
	if (m->blocks.n)
		qsort(m->blocks.v, m->blocks.n, sizeof(*m->blocks.v), compare_blocks);
}

void html_matrix(struct html *h)
{
	struct matrix m = { 0 };
	struct strbuf *out = h->out;

	read_sections(&m, h->r);
	read_findings(&m, h->r);
	if (m.blocks.n)
		sort_matrix(&m);
	drop_unshown(&m);
	if (m.blocks.n) {
		strbuf_addstr(out, "<h2 id=matrix>Entry points by guards</h2>\n"
				   "<div class=wide tabindex=0 role=group aria-labelledby=matrix>"
				   "<table class=matrix>\n<thead><tr><th scope=col>Entry point");
		for (size_t i = 0; i < m.guards.n; i++) {
			strbuf_addstr(out, "<th scope=col><code>");
			add_xml(out, m.guards.v[i]);
			strbuf_addstr(out, "</code>");
		}
		strbuf_addstr(out, "<th scope=col>Found</thead>\n");
		for (size_t i = 0; i < m.blocks.n; i++)
			add_block(&m, &m.blocks.v[i], out);
		strbuf_addstr(
			out,
			"</table></div>\n<p class=hint>Whether the guard is up when the lock is "
			"taken: <span class=raised>raised</span>, <span class=some>on some "
			"paths</span>, <span class=not>not raised</span>, or \xc2\xb7 no guard "
			"of this lock; filled with colour where a finding comes in through "
			"that.</p>\n");
		if (!h->r->n_sections)
			strbuf_addstr(out,
				      "<p class=hint>These are the entry points of the findings; "
				      "the report has no list of sections.</p>\n");
	}
	if (m.unshown)
		strbuf_addf(
			out,
			"<p class=hint>%zu other lock%s held with no guard, and nothing was found "
			"about %s: see <a href=\"#sections\">sections</a>.</p>\n",
			m.unshown, m.unshown == 1 ? " is" : "s are",
			m.unshown == 1 ? "it" : "them");
	matrix_release(&m);
}
