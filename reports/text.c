// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/*
 * The report for people: gcc's first line, the source line, the ladder by call
 * depth, lockdep's picture, then what a reader asks next.
 */

#define LIST_SHORT 8 /* entries of a list before "and N more" */
#define TREE_AT 5    /* column of the ladder's first function */
#define NOTE_MIN 28  /* where a note column would be narrower, notes get lines of their own */
#define NOTE_WANT 40 /* where it would be narrower, the ladder's steps get smaller */
#define ARROW "`-> "

static size_t width_of(const struct report_options *o)
{
	return o->width ? o->width : 100;
}

/* "note: " and its like in their colour, then @text wrapped beside it. */
static void add_remark(struct strbuf *out, const struct report_options *o, const char *label,
		       const char *text)
{
	struct strbuf safe = STRBUF_INIT;
	size_t column = 2 + strlen(label) + 2;

	add_safe(&safe, text);
	strbuf_addf(out, "  %s%s:%s ", color_bold(o), label, color_off(o));
	add_wrapped(out, safe.buf, column, column, width_of(o));
	strbuf_addch(out, '\n');
	strbuf_release(&safe);
}

static void add_headline(const struct finding *f, const struct report_options *o,
			 struct strbuf *out)
{
	struct strbuf safe = STRBUF_INIT;
	size_t column, start = out->len;

	strbuf_addstr(out, color_bold(o));
	add_safe(out, f->location.file);
	strbuf_addf(out, ":%u:%u:%s %s%s:%s ", f->location.line, f->location.column, color_off(o),
		    color_severity(o, f->severity), severity_name(f->severity), color_off(o));
	column = text_columns(out->buf + start, out->len - start);
	if (o->color)
		column -= strlen(color_bold(o)) + 2 * strlen(color_off(o)) +
			  strlen(color_severity(o, f->severity));
	add_safe(&safe, f->message);
	/* The rule stays with its brackets on one line, so that it can be searched for. */
	strbuf_addf(&safe, " [%s\1%s]", f->code, f->rule);
	start = out->len;
	add_wrapped(out, safe.buf, column, 2, width_of(o));
	for (size_t i = start; i < out->len; i++) {
		if (out->buf[i] == '\1')
			out->buf[i] = ' ';
	}
	strbuf_addch(out, '\n');
	strbuf_release(&safe);
}

/* The quoted line, tabs expanded, and carets below it. */
static void add_source(const struct report *r, const struct finding *f,
		       const struct report_options *o, struct strbuf *out)
{
	struct strbuf line = STRBUF_INIT, shown = STRBUF_INIT;
	size_t from = 0, to = 0, at, len, columns = 0;

	if (!source_line(r, f->location.file, f->location.line, &line))
		goto out;
	at = f->location.column ? f->location.column - 1 : 0;
	if (at >= line.len)
		goto out;
	len = source_span(line.buf, at);
	for (size_t i = 0; i < line.len;) {
		char one[8] = { 0 };
		uint32_t cp;
		size_t n = utf8_decode(line.buf + i, line.len - i, &cp);
		size_t before = shown.len;

		n = n ? n : 1;
		if (i == at)
			from = columns;
		if (line.buf[i] == '\t') {
			strbuf_addchars(&shown, ' ', 8 - columns % 8);
		} else {
			memcpy(one, line.buf + i, n);
			add_safe(&shown, one);
		}
		columns += text_columns(shown.buf + before, shown.len - before);
		i += n;
		if (i <= at + len)
			to = columns;
	}
	/* A generated table may be one endless line; quoting that helps nobody. */
	if (columns > 2 * width_of(o))
		goto out;
	strbuf_addf(out, "%6u | %s\n", f->location.line, shown.buf);
	strbuf_addf(out, "%6s | ", "");
	strbuf_addchars(out, ' ', from);
	strbuf_addstr(out, color_caret(o));
	strbuf_addch(out, '^');
	if (to > from + 1)
		strbuf_addchars(out, '~', to - from - 1);
	strbuf_addf(out, "%s\n", color_off(o));
out:
	strbuf_release(&line);
	strbuf_release(&shown);
}

static void add_tree_cell(const struct ladder *l, size_t i, unsigned int indent, struct strbuf *out)
{
	const struct step *s = &l->v[i];

	if (ladder_goes_on(l, i))
		return;
	if (s->depth) {
		strbuf_addchars(out, ' ', (size_t)(s->depth - 1) * indent);
		strbuf_addstr(out, ARROW);
	}
	add_safe(out, s->function);
}

static size_t tree_width(const struct ladder *l, unsigned int indent)
{
	struct strbuf cell = STRBUF_INIT;
	size_t widest = 0, columns;

	for (size_t i = 0; i < l->n; i++) {
		strbuf_reset(&cell);
		add_tree_cell(l, i, indent, &cell);
		columns = text_columns(cell.buf, cell.len);
		if (columns > widest)
			widest = columns;
	}
	strbuf_release(&cell);
	return widest;
}

static size_t place_width(const struct ladder *l)
{
	struct strbuf cell = STRBUF_INIT;
	size_t widest = 0;

	for (size_t i = 0; i < l->n; i++) {
		strbuf_reset(&cell);
		add_step_place(l, &l->v[i], &cell);
		if (text_columns(cell.buf, cell.len) > widest)
			widest = text_columns(cell.buf, cell.len);
	}
	strbuf_release(&cell);
	return widest;
}

static void pad_to(struct strbuf *out, size_t start, size_t column)
{
	size_t have = text_columns(out->buf + start, out->len - start);

	if (have < column)
		strbuf_addchars(out, ' ', column - have);
}

/* The note of step @i, beside the other columns (@note) or below them. */
static void add_note(const struct ladder *l, size_t i, size_t start, size_t note,
		     unsigned int indent, const struct report_options *o, struct strbuf *out)
{
	const struct step *s = &l->v[i];
	size_t below = TREE_AT + s->depth * indent + (s->depth ? sizeof(ARROW) - 1 - indent : 0);
	struct strbuf safe = STRBUF_INIT;

	if (!*s->note)
		return;
	add_safe(&safe, s->note);
	if (note + NOTE_MIN <= width_of(o)) {
		pad_to(out, start, note);
		add_wrapped(out, safe.buf, note, note, width_of(o));
	} else if (ladder_goes_on(l, i) && !s->location.file) {
		pad_to(out, start, below + 2);
		add_wrapped(out, safe.buf, below + 2, below + 2, width_of(o));
	} else {
		strbuf_addch(out, '\n');
		strbuf_addchars(out, ' ', below + 2);
		add_wrapped(out, safe.buf, below + 2, below + 2, width_of(o));
	}
	strbuf_release(&safe);
}

static void add_ladder(const struct ladder *l, const struct report_options *o, struct strbuf *out)
{
	size_t places = place_width(l), divider = ladder_divider(l), place, note;
	unsigned int indent = 4;

	if (TREE_AT + tree_width(l, indent) + places + 4 + NOTE_WANT > width_of(o))
		indent = 2;
	place = TREE_AT + tree_width(l, indent) + 2;
	note = place + places + 2;

	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];
		size_t start;

		if (i == divider) {
			strbuf_addchars(out, ' ', TREE_AT);
			strbuf_addf(out, "%s......... a program attached here runs .........%s\n",
				    color_bold(o), color_off(o));
		}
		start = out->len;
		strbuf_addf(out, "%3zu  ", i + 1);
		add_tree_cell(l, i, indent, out);
		if (s->location.file)
			pad_to(out, start, place);
		add_step_place(l, s, out);
		add_note(l, i, start, note, indent, o, out);
		strbuf_addch(out, '\n');
	}
}

static const struct step *step_of(const struct ladder *l, enum step_kind kind)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == kind)
			return &l->v[i];
	}
	return NULL;
}

/* What interrupts the section: "fentry: bpf_selem_free". */
static void add_interruption(const struct finding *f, const struct ladder *l, struct strbuf *out)
{
	const struct step *at = step_of(l, STEP_ATTACH);

	if (!at)
		at = step_of(l, STEP_REENTER);
	strbuf_addch(out, '<');
	if (at && at->kind == STEP_ATTACH) {
		for (size_t i = 0; i < f->n_attach; i++) {
			const struct attach_point *p = &f->attach[i];

			/* The note begins with the ways of the program that the ladder shows. */
			if (p->how.n && at->note && !strcmp(p->name, at->function)) {
				struct strbuf how = STRBUF_INIT;

				strbuf_add(&how, at->note, strcspn(at->note, ", "));
				add_safe(out, how.buf);
				strbuf_addstr(out, ": ");
				strbuf_release(&how);
				break;
			}
		}
		add_safe(out, at->function);
	} else {
		strbuf_addstr(out, "program");
	}
	strbuf_addch(out, '>');
}

/* One line of the picture: "lock(class);" and the number of the step in its column. */
static void add_lock_line(struct strbuf *out, size_t indent, const char *class, size_t column,
			  size_t step)
{
	size_t start = out->len;

	strbuf_addchars(out, ' ', indent);
	strbuf_addstr(out, "lock(");
	add_safe(out, class);
	strbuf_addstr(out, ");");
	if (step) {
		pad_to(out, start, column);
		strbuf_addf(out, "(%zu)", step);
	}
	strbuf_addch(out, '\n');
}

static size_t blocked_step(const struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == STEP_BLOCKED)
			return i + 1;
	}
	return 0;
}

/* Whether the program waits for a lock that a step took; for a guard lockdep has no picture. */
static bool waits_since(const struct ladder *l)
{
	size_t blocked = blocked_step(l);

	return blocked && l->v[blocked - 1].since;
}

/* As lockdep draws it; the numbers are those of the ladder. */
static void add_recursion(const struct finding *f, struct strbuf *out)
{
	const struct ladder *l = &f->ladders[0];
	size_t blocked = blocked_step(l);
	size_t column = text_columns(f->lock.class, strlen(f->lock.class)) + 19;

	strbuf_addstr(out, "   Possible unsafe locking scenario:\n"
			   "         CPU0\n"
			   "         ----\n");
	add_lock_line(out, 4, f->lock.class, column, l->v[blocked - 1].since);
	strbuf_addstr(out, "    ");
	add_interruption(f, l, out);
	strbuf_addch(out, '\n');
	add_lock_line(out, 6, f->lock.class, column, blocked);
	strbuf_addstr(out, "\n   *** AA DEADLOCK ***\n");
}

static void add_inversion(const struct finding *f, struct strbuf *out)
{
	const char *first = f->lock.class, *second = f->lock2 ? f->lock2->class : f->lock.class;
	bool alike = !strcmp(first, second);
	const char *a = alike ? "#1" : "", *b = alike ? "#2" : "";
	size_t right = 12 + text_columns(first, strlen(first)) + strlen(a) + 4;

	if (right < 12 + text_columns(second, strlen(second)) + 4)
		right = 12 + text_columns(second, strlen(second)) + 4;
	strbuf_addstr(out, "   Possible unsafe locking scenario:\n         CPU0");
	strbuf_addchars(out, ' ', right + 5 - 13);
	strbuf_addstr(out, "CPU1\n         ----");
	strbuf_addchars(out, ' ', right + 5 - 13);
	strbuf_addstr(out, "----\n    lock(");
	add_safe(out, first);
	strbuf_addf(out, "%s);\n", a);
	strbuf_addchars(out, ' ', right);
	strbuf_addstr(out, "lock(");
	add_safe(out, second);
	strbuf_addf(out, "%s);\n", b);
	strbuf_addchars(out, ' ', right);
	strbuf_addstr(out, "lock(");
	add_safe(out, first);
	strbuf_addf(out, "%s);\n    ", a);
	add_interruption(f, &f->ladders[0], out);
	strbuf_addstr(out, "\n      lock(");
	add_safe(out, second);
	strbuf_addf(out, "%s);\n\n   *** %s DEADLOCK ***\n", b, f->lock2 ? "AB-BA" : "ABBA");
}

void text_scenario(const struct finding *f, struct strbuf *out)
{
	if (!f->n_ladders)
		return;
	if (!strcmp(f->context, "order")) {
		strbuf_addch(out, '\n');
		add_inversion(f, out);
	} else if (waits_since(&f->ladders[0])) {
		strbuf_addch(out, '\n');
		add_recursion(f, out);
	}
}

/* Rows of two columns under a note; @cells has their safe texts, two a row. */
static void add_rows(struct strbuf *out, const struct strbuf *cells, size_t rows, size_t total,
		     const struct report_options *o)
{
	size_t widest = 0;

	for (size_t i = 0; i < rows; i++) {
		if (text_columns(cells[2 * i].buf, cells[2 * i].len) > widest)
			widest = text_columns(cells[2 * i].buf, cells[2 * i].len);
	}
	for (size_t i = 0; i < rows; i++) {
		size_t start = out->len, column = 8 + widest + 2;

		strbuf_addchars(out, ' ', 8);
		strbuf_addstr(out, cells[2 * i].buf);
		if (cells[2 * i + 1].len) {
			pad_to(out, start, column);
			add_wrapped(out, cells[2 * i + 1].buf, column, column, width_of(o));
		}
		strbuf_addch(out, '\n');
	}
	if (rows < total)
		strbuf_addf(out, "        and %zu more; --output json has all\n", total - rows);
}

static void add_attach_points(const struct finding *f, const struct report_options *o, bool all,
			      struct strbuf *out)
{
	size_t rows = all || f->n_attach <= LIST_SHORT + 1 ? f->n_attach : LIST_SHORT;
	struct strbuf *cells;

	if (!f->n_attach)
		return;
	cells = xcalloc(2 * rows, sizeof(*cells));
	for (size_t i = 0; i < rows; i++) {
		const struct attach_point *p = &f->attach[i];

		strbuf_init(&cells[2 * i]);
		strbuf_init(&cells[2 * i + 1]);
		add_safe(&cells[2 * i], p->name);
		add_joined(&cells[2 * i + 1], &p->how);
		strbuf_addf(&cells[2 * i + 1], " [%s: ", certainty_name(p->certainty));
		add_safe(&cells[2 * i + 1], p->reason);
		strbuf_addch(&cells[2 * i + 1], ']');
	}
	strbuf_addf(out, "  %snote:%s a program can run here with the lock held, at %zu place%s:\n",
		    color_bold(o), color_off(o), f->n_attach, f->n_attach == 1 ? "" : "s");
	add_rows(out, cells, rows, f->n_attach, o);
	for (size_t i = 0; i < 2 * rows; i++)
		strbuf_release(&cells[i]);
	free(cells);
}

static void add_reentries(const struct finding *f, const struct report_options *o, bool all,
			  struct strbuf *out)
{
	size_t rows = all || f->n_reentry <= LIST_SHORT + 1 ? f->n_reentry : LIST_SHORT;
	struct strbuf *cells;

	if (!f->n_reentry)
		return;
	cells = xcalloc(2 * rows, sizeof(*cells));
	for (size_t i = 0; i < rows; i++) {
		const struct reentry *p = &f->reentry[i];

		strbuf_init(&cells[2 * i]);
		strbuf_init(&cells[2 * i + 1]);
		add_safe(&cells[2 * i], p->function);
		add_safe(&cells[2 * i + 1], p->what);
		strbuf_addstr(&cells[2 * i + 1], " of ");
		add_joined(&cells[2 * i + 1], &p->program_types);
		if (p->object) {
			strbuf_addstr(&cells[2 * i + 1], "; ");
			add_safe(&cells[2 * i + 1], p->object);
		}
	}
	strbuf_addf(out, "  %snote:%s it comes back through:\n", color_bold(o), color_off(o));
	add_rows(out, cells, rows, f->n_reentry, o);
	for (size_t i = 0; i < 2 * rows; i++)
		strbuf_release(&cells[i]);
	free(cells);
}

static void add_remedies(const struct finding *f, const struct report_options *o,
			 struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < f->n_remedies; i++) {
		const struct remedy *m = &f->remedies[i];

		strbuf_reset(&sb);
		strbuf_addstr(&sb, m->what);
		if (!m->closes && m->leaves)
			strbuf_addf(&sb, " (leaves %u attach point%s open)", m->leaves,
				    m->leaves == 1 ? "" : "s");
		else if (!m->closes)
			strbuf_addstr(&sb, " (does not close it alone)");
		add_remark(out, o, "help", sb.buf);
	}
	strbuf_release(&sb);
}

/* What a virtual machine showed. The control's console is for who wants all of it. */
static void add_trial(const struct finding *f, const struct report_options *o, bool all,
		      struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	if (add_tried(f, &sb)) {
		add_remark(out, o, "lab", sb.buf);
		add_console(f->tried->console, "    | ", out);
		if (all && *f->tried->control) {
			add_remark(out, o, "lab", "the control:");
			add_console(f->tried->control, "    | ", out);
		}
	}
	strbuf_release(&sb);
}

void text_finding(const struct report *r, const struct finding *f, const struct report_options *o,
		  bool all, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	add_headline(f, o, out);
	add_source(r, f, o, out);
	for (size_t i = 0; i < f->n_ladders; i++) {
		if (i)
			strbuf_addstr(out, "     the other order:\n");
		add_ladder(&f->ladders[i], o, out);
	}
	text_scenario(f, out);
	add_trial(f, o, all, out);
	add_attach_points(f, o, all, out);
	add_reentries(f, o, all, out);
	for (size_t i = 0; i < f->notes.n; i++)
		add_remark(out, o, "note", f->notes.v[i]);
	for (size_t i = 0; i < f->assumptions.n; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "assumed: %s", f->assumptions.v[i]);
		add_remark(out, o, "note", sb.buf);
	}
	if (f->brought) {
		strbuf_reset(&sb);
		strbuf_addstr(&sb, "brought by ");
		add_brought(f->brought, &sb);
		add_remark(out, o, "note", sb.buf);
	}
	add_remedies(f, o, out);
	strbuf_addf(out, "  id: %s   relock explain %s\n", f->id, f->code);
	strbuf_release(&sb);
}

/* What was known, a line each: whoever looks for what is new need not read it again. */
static void add_history(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!finding_known(f) || finding_suppressed(f))
			continue;
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s %s %s at %s:%u, %s", f->id, severity_name(f->severity),
			    f->code, f->location.file, f->location.line, f->message);
		if (f->state_reason)
			strbuf_addf(&sb, " (%s)", f->state_reason);
		add_remark(out, o, "known", sb.buf);
	}
	for (size_t i = 0; i < r->n_fixed; i++) {
		strbuf_reset(&sb);
		add_fixed(&r->fixed[i], &sb);
		add_remark(out, o, "fixed", sb.buf);
	}
	for (size_t i = 0; i < r->n_idle; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->idle[i].entry, r->idle[i].why);
		add_remark(out, o, "suppresses nothing", sb.buf);
	}
	strbuf_release(&sb);
}

/* How many, and where to look: warnings that relock does not confirm are not listed here. */
static void add_second_opinions(struct strbuf *out, const struct report_options *o,
				const struct second_opinions *s)
{
	struct strbuf sb = STRBUF_INIT;
	size_t both = 0, refuted = 0;

	for (size_t i = 0; i < s->n; i++) {
		both += s->v[i].finding != NULL;
		refuted += s->v[i].verdict == OPINION_REFUTED;
	}
	strbuf_addf(&sb, "%s warns of the locks of %zu functions; relock reports %zu of them, and refutes "
		    "%zu (the JSON report lists all, with reasons)", s->version, s->n, both, refuted);
	if (s->n_failed)
		strbuf_addf(&sb, "; it did not read %zu units to their end, the first is %s (%s)",
			    s->n_failed, s->failed[0].file, s->failed[0].error);
	add_remark(out, o, "sparse", sb.buf);
	strbuf_release(&sb);
}

static void add_summary(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT, safe = STRBUF_INIT;

	add_verdict(r, &sb);
	strbuf_addstr(&sb, "; ");
	add_coverage(r, &sb);
	strbuf_addf(out, "%srelock:%s ", color_bold(o), color_off(o));
	add_safe(&safe, sb.buf);
	add_wrapped(out, safe.buf, 8, 8, width_of(o));
	strbuf_addch(out, '\n');

	add_history(r, o, out);
	for (size_t i = 0; i < r->n_failed; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->failed[i].file, r->failed[i].error);
		add_remark(out, o, "not analysed", sb.buf);
	}
	for (size_t i = 0; i < r->n_cuts && i < LIST_SHORT; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->cuts[i].function, r->cuts[i].reason);
		add_remark(out, o, "cut short", sb.buf);
	}
	if (r->n_cuts > LIST_SHORT) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%zu more functions; --output json names them",
			    r->n_cuts - LIST_SHORT);
		add_remark(out, o, "cut short", sb.buf);
	}
	for (size_t i = 0; i < r->n_config_missing; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s: %s", r->config_missing[i].symbol, r->config_missing[i].why);
		add_remark(out, o, "config", sb.buf);
	}
	if (r->sparse.missing)
		add_remark(out, o, "sparse", r->sparse.missing);
	if (r->sparse.version)
		add_second_opinions(out, o, &r->sparse);
	for (size_t i = 0; i < r->evidence.n; i++)
		add_remark(out, o, "evidence", r->evidence.v[i]);
	for (size_t i = 0; i < r->assumptions.n; i++)
		add_remark(out, o, "assumed", r->assumptions.v[i]);
	strbuf_release(&sb);
	strbuf_release(&safe);
}

static void text_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_known(&r->findings[i]))
			continue;
		text_finding(r, &r->findings[i], o, false, out);
		strbuf_addch(out, '\n');
	}
	add_summary(r, o, out);
}

const struct report_writer text_writer = {
	.name = "text",
	.description = "for people: ladder, scenario, remedies (the default)",
	.write = text_write,
};
