/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_LAYOUT_H
#define RELOCK_REPORTS_LAYOUT_H

#include "base/strbuf.h"
#include "hazard/finding.h"
#include "reports/report.h"

/* What the writers share: safe text, wrapping, source lines. Private to reports/. */

/* Appends @s for people: whatever is no printable character becomes \xNN or \u{N}. */
void add_safe(struct strbuf *out, const char *s);

/* Appends @s as valid UTF-8: each byte that is none becomes U+FFFD. */
void add_utf8(struct strbuf *out, const char *s);

/* Columns that valid UTF-8 takes, one a character. */
size_t text_columns(const char *s, size_t len);

/*
 * Appends the safe text @text, broken at spaces so that no line is longer than
 * @width where that can be. @column is where the text begins; further lines are
 * indented by @indent. A word that does not fit keeps its line to itself.
 */
void add_wrapped(struct strbuf *out, const char *text, size_t column, size_t indent, size_t width);

/*
 * Line @line of report->tree/@file without its line end. Returns false when it
 * cannot be read, and where @file is not below the tree.
 */
bool source_line(const struct report *r, const char *file, unsigned int line, struct strbuf *ret);

/* "error: " and its like are coloured by these; "" when @o wants no colour. */
const char *color_severity(const struct report_options *o, enum severity s);
const char *color_bold(const struct report_options *o);
const char *color_caret(const struct report_options *o);
const char *color_off(const struct report_options *o);

/* One finding in the shape of the text report; @all: with lists in full length. */
void text_finding(const struct report *r, const struct finding *f, const struct report_options *o,
		  bool all, struct strbuf *out);

extern const struct report_writer text_writer;
extern const struct report_writer short_writer;
extern const struct report_writer json_writer;

#endif
