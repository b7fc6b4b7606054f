// SPDX-License-Identifier: MIT
#include "reports/diff.h"

#include "reports/jsonout.h"
#include "reports/layout.h"

#include <string.h>

/* What is counted of a report. */
enum { COUNT_UNITS = SEV_ERROR + 1, COUNT_SUPPRESSED, N_COUNTS };

static void count(const struct report *r, size_t ret[N_COUNTS])
{
	memset(ret, 0, N_COUNTS * sizeof(*ret));
	ret[COUNT_UNITS] = r->units_analysed;
	for (size_t i = 0; i < r->n_findings; i++)
		ret[finding_suppressed(&r->findings[i]) ? COUNT_SUPPRESSED
							: (int)r->findings[i].severity]++;
}

static size_t changes(const struct diff *d, enum change c)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_rows; i++)
		n += d->rows[i].change == c;
	return n;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* A table of cells of safe text, a row after the other; its first row is the head. */
struct table {
	size_t columns;
	VEC(struct strbuf) cells;
};

static struct strbuf *cell(struct table *t)
{
	struct strbuf empty = STRBUF_INIT;

	vec_push(&t->cells, empty);
	return &t->cells.v[t->cells.n - 1];
}

static void add_cell(struct table *t, const char *text)
{
	add_safe(cell(t), text);
}

static void write_table(struct table *t, struct strbuf *out)
{
	size_t rows = t->cells.n / t->columns;
	size_t *widths = xcalloc(t->columns, sizeof(*widths));

	for (size_t i = 0; i < t->cells.n; i++) {
		size_t width = text_columns(t->cells.v[i].buf, t->cells.v[i].len);

		if (width > widths[i % t->columns])
			widths[i % t->columns] = width;
	}
	/* Row 1 is the line below the head. */
	for (size_t row = 0; row <= rows; row++) {
		for (size_t i = 0; i < t->columns; i++) {
			const struct strbuf *c = &t->cells.v[(row ? row - 1 : 0) * t->columns + i];

			strbuf_addstr(out, i ? "  " : "");
			if (row == 1) {
				strbuf_addchars(out, '-', widths[i]);
				continue;
			}
			strbuf_addstr(out, c->buf);
			if (i + 1 < t->columns)
				strbuf_addchars(out, ' ', widths[i] - text_columns(c->buf, c->len));
		}
		strbuf_addch(out, '\n');
	}
	free(widths);
	for (size_t i = 0; i < t->cells.n; i++)
		strbuf_release(&t->cells.v[i]);
	vec_release(&t->cells);
}

/* "+2 (+50.00%)", as veristat writes it. */
static void add_difference(struct strbuf *out, size_t a, size_t b)
{
	size_t by = a > b ? a - b : b - a;
	const char *sign = a > b ? "-" : "+";

	strbuf_addf(out, "%s%zu (%s%.2f%%)", sign, by, sign,
		    a	 ? 100.0 * (double)by / (double)a
		    : by ? 100.0
			 : 0.0);
}

static void add_numbers(struct table *t, const size_t *a, const size_t *b)
{
	if (a)
		strbuf_addf(cell(t), "%zu", *a);
	else
		add_cell(t, "N/A");
	if (b)
		strbuf_addf(cell(t), "%zu", *b);
	else
		add_cell(t, "N/A");
	if (a && b)
		add_difference(cell(t), *a, *b);
	else
		add_cell(t, "N/A");
}

static void add_rows(const struct diff *d, struct strbuf *out)
{
	static const char *const head[] = {
		"Function",	   "Rule",	 "Lock",       "Severity (A)",	"Severity (B)",
		"Severity (DIFF)", "Attach (A)", "Attach (B)", "Attach (DIFF)", "Id"};
	struct table t = {.columns = ARRAY_SIZE(head)};
	size_t n = d->n_rows - changes(d, CHANGE_NONE);

	if (!n)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		add_cell(&t, head[i]);
	for (size_t i = 0; i < d->n_rows; i++) {
		const struct diff_row *row = &d->rows[i];
		const struct finding *f = row->new ? row->new : row->old;
		struct strbuf *c;

		if (row->change == CHANGE_NONE)
			continue;
		add_cell(&t, f->location.function);
		add_cell(&t, f->code);
		add_cell(&t, f->lock.class);
		add_cell(&t, row->old ? severity_name(row->old->severity) : "N/A");
		add_cell(&t, row->new ? severity_name(row->new->severity) : "N/A");
		c = cell(&t);
		for (const char *s = change_name(row->change); *s; s++)
			strbuf_addch(c, *s - 'a' + 'A');
		add_numbers(&t, row->old ? &row->old->n_attach : NULL,
			    row->new ? &row->new->n_attach : NULL);
		add_cell(&t, f->id);
	}
	write_table(&t, out);
	strbuf_addch(out, '\n');
}

static void add_counts(const struct diff *d, struct strbuf *out)
{
	static const struct {
		const char *name;
		int what;
	} lines[] = {
		{"errors", SEV_ERROR},	{"warnings", SEV_WARNING},
		{"notes", SEV_NOTE},	{"suppressed", COUNT_SUPPRESSED},
		{"units", COUNT_UNITS},
	};
	struct table t = {.columns = 4};
	size_t a[N_COUNTS], b[N_COUNTS];

	count(d->old, a);
	count(d->new, b);
	add_cell(&t, "Count");
	add_cell(&t, "(A)");
	add_cell(&t, "(B)");
	add_cell(&t, "(DIFF)");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		add_cell(&t, lines[i].name);
		add_numbers(&t, &a[lines[i].what], &b[lines[i].what]);
	}
	write_table(&t, out);
}

static void add_place(const struct finding *f, const struct report_options *o, struct strbuf *out)
{
	strbuf_addstr(out, color_bold(o));
	add_safe(out, f->location.file);
	strbuf_addf(out, ":%u:%u:%s ", f->location.line, f->location.column, color_off(o));
}

static void add_new_sentences(const struct diff *d, const struct report_options *o,
			      struct strbuf *out)
{
	for (size_t i = 0; i < d->n_rows; i++) {
		const struct finding *f = d->rows[i].new;

		if (d->rows[i].change != CHANGE_NEW && d->rows[i].change != CHANGE_WORSE)
			continue;
		add_place(f, o, out);
		strbuf_addf(out, "%s%s:%s ", color_severity(o, f->severity),
			    severity_name(f->severity), color_off(o));
		add_safe(out, f->message);
		strbuf_addf(out, " [%s %s]\n", f->code, f->rule);
	}
}

/* What a lock's finding stood for before, it stands for now, too: nothing fails for that. */
static void add_more_sentences(const struct diff *d, const struct report_options *o,
			       struct strbuf *out)
{
	for (size_t i = 0; i < d->n_rows; i++) {
		const struct finding *f = d->rows[i].new;

		if (!d->rows[i].more || finding_suppressed(f))
			continue;
		add_place(f, o, out);
		strbuf_addf(out, "%snote:%s ", color_severity(o, SEV_NOTE), color_off(o));
		add_safe(out, d->rows[i].more);
		strbuf_addstr(out, " can take ");
		add_safe(out, f->lock.class);
		strbuf_addf(out, " again only in (B) [%s %s]\n", f->code, f->rule);
	}
}

/* Where that differs a finding may be new because it was not looked for before. */
static void add_coverage_note(const struct diff *d, struct strbuf *out)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

	add_coverage(d->old, &a);
	add_coverage(d->new, &b);
	if (strcmp(a.buf, b.buf) != 0) {
		strbuf_addstr(out, "(A) ");
		add_safe(out, a.buf);
		strbuf_addstr(out, "\n(B) ");
		add_safe(out, b.buf);
		strbuf_addch(out, '\n');
	}
	strbuf_release(&a);
	strbuf_release(&b);
}

void diff_write_text(const struct diff *d, const struct report_options *o, struct strbuf *out)
{
	size_t suppressed = changes(d, CHANGE_SUPPRESSED), begin = out->len;

	add_new_sentences(d, o, out);
	add_more_sentences(d, o, out);
	strbuf_addstr(out, out->len > begin ? "\n" : "");
	add_rows(d, out);
	add_counts(d, out);
	strbuf_addch(out, '\n');
	add_coverage_note(d, out);
	strbuf_addf(out, "%srelock:%s %zu new, %zu worse, %zu fixed, %zu better, %zu unchanged",
		    color_bold(o), color_off(o), changes(d, CHANGE_NEW), changes(d, CHANGE_WORSE),
		    changes(d, CHANGE_FIXED), changes(d, CHANGE_BETTER), changes(d, CHANGE_NONE));
	if (suppressed)
		strbuf_addf(out, ", %zu suppressed", suppressed);
	strbuf_addch(out, '\n');
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void text_or_null(struct json_out *j, const char *key, const char *s)
{
	if (s)
		json_out_text(j, key, s);
	else
		json_out_null(j, key);
}

static void add_side(struct json_out *j, const char *key, const struct report *r)
{
	size_t n[N_COUNTS];

	count(r, n);
	json_out_open(j, key, '{');
	json_out_open(j, "kernel", '{');
	json_out_text(j, "version", r->kernel_version);
	json_out_text(j, "config", r->kernel_config);
	json_out_close(j, '}');
	json_out_open(j, "units", '{');
	json_out_number(j, "total", r->units_total);
	json_out_number(j, "analysed", r->units_analysed);
	json_out_close(j, '}');
	json_out_number(j, "errors", n[SEV_ERROR]);
	json_out_number(j, "warnings", n[SEV_WARNING]);
	json_out_number(j, "notes", n[SEV_NOTE]);
	json_out_number(j, "suppressed", n[COUNT_SUPPRESSED]);
	json_out_close(j, '}');
}

/* "new", "fixed" or "unchanged", as the states of a report are; worse is new. */
static const char *state_of(enum change c)
{
	switch (c) {
	case CHANGE_NEW:
	case CHANGE_WORSE:
		return "new";
	case CHANGE_FIXED:
		return "fixed";
	case CHANGE_SUPPRESSED:
		return "suppressed";
	case CHANGE_BETTER:
	case CHANGE_NONE:
		break;
	}
	return "unchanged";
}

static void add_row_json(struct json_out *j, const struct diff_row *row)
{
	const struct finding *f = row->new ? row->new : row->old;

	json_out_open(j, NULL, '{');
	json_out_text(j, "id", f->id);
	json_out_text(j, "state", state_of(row->change));
	json_out_text(j, "change", change_name(row->change));
	json_out_text(j, "code", f->code);
	json_out_text(j, "rule", f->rule);
	json_out_text(j, "message", f->message);
	json_out_open(j, "location", '{');
	json_out_text(j, "file", f->location.file);
	json_out_number(j, "line", f->location.line);
	json_out_number(j, "column", f->location.column);
	json_out_text(j, "function", f->location.function);
	json_out_close(j, '}');
	json_out_open(j, "lock", '{');
	json_out_text(j, "class", f->lock.class);
	text_or_null(j, "kind", f->lock.kind);
	json_out_close(j, '}');
	json_out_open(j, "severity", '{');
	text_or_null(j, "old", row->old ? severity_name(row->old->severity) : NULL);
	text_or_null(j, "new", row->new ? severity_name(row->new->severity) : NULL);
	json_out_close(j, '}');
	json_out_open(j, "attach", '{');
	if (row->old)
		json_out_number(j, "old", row->old->n_attach);
	else
		json_out_null(j, "old");
	if (row->new)
		json_out_number(j, "new", row->new->n_attach);
	else
		json_out_null(j, "new");
	json_out_close(j, '}');
	text_or_null(j, "more", row->more);
	json_out_close(j, '}');
}

void diff_write_json(const struct diff *d, struct strbuf *out)
{
	struct json_out j = {.out = out};

	json_out_open(&j, NULL, '{');
	json_out_text(&j, "schema", "relock-diff/1");
	json_out_open(&j, "tool", '{');
	json_out_text(&j, "name", "relock");
	json_out_text(&j, "version", RELOCK_VERSION);
	json_out_close(&j, '}');
	add_side(&j, "old", d->old);
	add_side(&j, "new", d->new);
	json_out_open(&j, "findings", '[');
	for (size_t i = 0; i < d->n_rows; i++)
		add_row_json(&j, &d->rows[i]);
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	json_out_end(&j);
}
