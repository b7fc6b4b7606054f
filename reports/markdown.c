// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <ctype.h>
#include <string.h>

/*
 * GitHub's Markdown, for a step summary, a comment or an issue: a table of all
 * findings, then each as the text report has it, folded away.
 */

/*
 * A step summary above 1 MiB is refused as a whole, so each part ends before
 * that and says what it left out.
 */
#define TABLE_BYTES (400 << 10)
#define DETAILS_BYTES (500 << 10)
#define ITEMS 50 /* of each kind of trouble */

/* An @ that mentions nobody: whoever has the name behind it does not want to hear of it. */
#define AT "@<!-- -->"

/* An underscore within a word is none of Markdown's; most names here have some. */
static bool is_inner(const char *s, size_t i)
{
	return i && isalnum((unsigned char)s[i - 1]) && isalnum((unsigned char)s[i + 1]);
}

/* Escapes what Markdown or HTML would take for markup in running text and table cells. */
static void add_prose(struct strbuf *out, const char *s)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, s);
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.buf[i];

		if (c == '<')
			strbuf_addstr(out, "&lt;");
		else if (c == '&')
			strbuf_addstr(out, "&amp;");
		else if (c == '@')
			strbuf_addstr(out, AT);
		else if (strchr("\\`*{}[]>#|~:$", c) || (c == '_' && !is_inner(safe.buf, i)))
			strbuf_addf(out, "\\%c", c);
		else
			strbuf_addch(out, c);
	}
	strbuf_release(&safe);
}

static size_t longest_run(const char *s, char c)
{
	size_t longest = 0, run = 0;

	for (; *s; s++) {
		run = *s == c ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

/* A code span in a table cell; a cell ends at a bar also within code. */
static void add_code(struct strbuf *out, const char *s)
{
	struct strbuf safe = STRBUF_INIT;
	size_t ticks;

	add_safe(&safe, s);
	ticks = longest_run(safe.buf, '`') + 1;
	strbuf_addchars(out, '`', ticks);
	/* Backticks at the ends would become part of the fence. */
	strbuf_addstr(out, ticks > 1 ? " " : "");
	for (const char *p = safe.buf; *p; p++)
		strbuf_addf(out, *p == '|' ? "\\%c" : "%c", *p);
	strbuf_addstr(out, ticks > 1 ? " " : "");
	strbuf_addchars(out, '`', ticks);
	strbuf_release(&safe);
}

static void add_row(const struct finding *f, struct strbuf *out)
{
	struct strbuf where = STRBUF_INIT;

	strbuf_addf(&where, "%s:%u", f->location.file, f->location.line);
	strbuf_addf(out, "| %s%s%s | ", finding_new(f) ? "**new** " : "",
		    severity_name(f->severity), finding_known(f) ? " (known)" : "");
	add_code(out, where.buf);
	strbuf_addstr(out, " | ");
	add_prose(out, f->message);
	strbuf_addf(out, " | %s %s |\n", f->code, f->rule);
	strbuf_release(&where);
}

/* What is new comes first. */
static void add_table(const struct report *r, struct strbuf *out)
{
	size_t begin = out->len, left = 0;

	strbuf_addstr(out, "| | where | what | rule |\n|---|---|---|---|\n");
	for (int known = 0; known < 2; known++) {
		for (size_t i = 0; i < r->n_findings; i++) {
			const struct finding *f = &r->findings[i];

			if (finding_suppressed(f) || finding_known(f) != (known == 1))
				continue;
			if (out->len - begin > TABLE_BYTES)
				left++;
			else
				add_row(f, out);
		}
	}
	if (left)
		strbuf_addf(out, "\nAnd %zu more; `--output json` has all.\n", left);
}

/* The line of the tag is HTML: no Markdown is read there. */
static void add_summary(struct strbuf *out, const struct finding *f)
{
	struct strbuf text = STRBUF_INIT;

	add_xml(&text, f->message);
	strbuf_addf(out, "<summary>%s: ", severity_name(f->severity));
	for (const char *p = text.buf; *p; p++) {
		if (*p == '@')
			strbuf_addstr(out, AT);
		else
			strbuf_addch(out, *p);
	}
	strbuf_addstr(out, "</summary>");
	strbuf_release(&text);
}

static void add_details(const struct report *r, const struct finding *f, struct strbuf *out)
{
	const struct report_options plain = { 0 };
	struct strbuf text = STRBUF_INIT;
	size_t ticks;

	text_finding(r, f, &plain, false, &text);
	ticks = longest_run(text.buf, '`') + 1;
	if (ticks < 3)
		ticks = 3;
	strbuf_addstr(out, "\n<details>");
	add_summary(out, f);
	strbuf_addstr(out, "\n\n");
	strbuf_addchars(out, '`', ticks);
	strbuf_addstr(out, "text\n");
	strbuf_addstr(out, text.buf);
	strbuf_addchars(out, '`', ticks);
	strbuf_addstr(out, "\n\n</details>\n");
	strbuf_release(&text);
}

static void add_all_details(const struct report *r, struct strbuf *out)
{
	struct strbuf one = STRBUF_INIT;
	size_t begin = out->len, left = 0;

	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_known(&r->findings[i]))
			continue;
		strbuf_reset(&one);
		if (!left)
			add_details(r, &r->findings[i], &one);
		if (left || out->len - begin + one.len > DETAILS_BYTES)
			left++;
		else
			strbuf_add(out, one.buf, one.len);
	}
	if (left)
		strbuf_addf(out, "\nThe text of %zu more is left out; `--output text` has it.\n",
			    left);
	strbuf_release(&one);
}

/* "- **label**: a: b" */
static void add_item(struct strbuf *out, const char *label, const char *a, const char *b)
{
	strbuf_addf(out, "- **%s**: ", label);
	add_prose(out, a);
	if (b) {
		strbuf_addstr(out, ": ");
		add_prose(out, b);
	}
	strbuf_addch(out, '\n');
}

static void add_trouble(const struct report *r, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addch(out, '\n');
	for (size_t i = 0; i < r->n_fixed && i < ITEMS; i++) {
		strbuf_reset(&sb);
		add_fixed(&r->fixed[i], &sb);
		add_item(out, "fixed", sb.buf, NULL);
	}
	if (r->n_fixed > ITEMS)
		strbuf_addf(out, "- and %zu more that are fixed\n", r->n_fixed - ITEMS);
	for (size_t i = 0; i < r->n_idle && i < ITEMS; i++)
		add_item(out, "suppresses nothing", r->idle[i].entry, r->idle[i].why);
	strbuf_release(&sb);
	for (size_t i = 0; i < r->n_failed && i < ITEMS; i++)
		add_item(out, "not analysed", r->failed[i].file, r->failed[i].error);
	if (r->n_failed > ITEMS)
		strbuf_addf(out, "- and %zu more units that were not analysed\n",
			    r->n_failed - ITEMS);
	for (size_t i = 0; i < r->n_cuts && i < ITEMS; i++)
		add_item(out, "cut short", r->cuts[i].function, r->cuts[i].reason);
	if (r->n_cuts > ITEMS)
		strbuf_addf(out, "- and %zu more functions that were cut short\n",
			    r->n_cuts - ITEMS);
	for (size_t i = 0; i < r->n_config_missing && i < ITEMS; i++)
		add_item(out, "config", r->config_missing[i].symbol, r->config_missing[i].why);
	for (size_t i = 0; i < r->evidence.n && i < ITEMS; i++)
		add_item(out, "evidence", r->evidence.v[i], NULL);
	for (size_t i = 0; i < r->assumptions.n && i < ITEMS; i++)
		add_item(out, "assumed", r->assumptions.v[i], NULL);
}

static void markdown_write(const struct report *r, const struct report_options *o,
			   struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(out, "## relock: ");
	add_verdict(r, out);
	strbuf_addstr(out, "\n\n");
	add_coverage(r, &sb);
	add_prose(out, sb.buf);
	strbuf_addstr(out, ".\n");
	for (size_t i = 0; i < r->n_findings; i++) {
		if (finding_suppressed(&r->findings[i]))
			continue;
		strbuf_addch(out, '\n');
		add_table(r, out);
		add_all_details(r, out);
		break;
	}
	add_trouble(r, out);
	strbuf_release(&sb);
}

const struct report_writer markdown_writer = {
	.name = "markdown",
	.description = "a summary for a comment or an issue, details folded away",
	.write = markdown_write,
};
