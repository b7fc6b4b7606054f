/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_LAYOUT_H
#define RELOCK_REPORTS_LAYOUT_H

#include "base/strbuf.h"
#include "base/vec.h"
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

/* Appends @s as content of an XML element or attribute: nothing that XML forbids is left. */
void add_xml(struct strbuf *out, const char *s);

/* Appends safe text, with ", " between the strings. */
void add_joined(struct strbuf *out, const struct strlist *l);

/*
 * Sources that were read for the lines of a report, so that each is read once.
 * Zero it, and set the report.
 */
struct sources {
	const struct report *r;
	VEC(struct source) files;
};
void sources_release(struct sources *s);

/*
 * Line @line of report->tree/@file without its line end. Returns false when it
 * cannot be read, and where @file is not below the tree.
 */
bool sources_line(struct sources *s, const char *file, unsigned int line, struct strbuf *ret);
bool source_line(const struct report *r, const char *file, unsigned int line, struct strbuf *ret);

/* How many bytes of @line, from @at, a finding is about: a call with its arguments, or a word. */
size_t source_span(const char *line, size_t at);

/* What a location covers in its line: columns from 1, the end is the first one behind it. */
struct region {
	unsigned int line;
	size_t start; /* in bytes */
	size_t end;
	size_t start_char; /* in characters (code points) */
	size_t end_char;
};
void region_of(struct sources *s, const struct location *l, struct region *ret);

const char *base_name(const char *file);

/* Number of the step before which a program begins to run, or l->n. */
size_t ladder_divider(const struct ladder *l);

/* Whether step @i goes on in the function of the one before it, and needs no name of its own. */
bool ladder_goes_on(const struct ladder *l, size_t i);

/* "file.c:12" of a step; with its folder where the ladder has two files of that name. */
void add_step_place(const struct ladder *l, const struct step *s, struct strbuf *out);


/* Is there a baseline or an older tree that the report was compared with? */
bool report_compared(const struct report *r);
/*
 * "1 error, 2 warnings, 0 notes, 3 suppressed", or "no findings"; where it was
 * compared "1 new error, 0 new warnings, 0 new notes, 4 known, 1 fixed".
 */
void add_verdict(const struct report *r, struct strbuf *out);
/* "50 of 51 units analysed, 1 failed; Linux 6.12.117, CONFIG"; not yet safe text. */
void add_coverage(const struct report *r, struct strbuf *out);

/*
 * "0123456789ab ("subject"), blame of x.c:12", of what brought a finding. Not
 * yet safe text.
 */
void add_brought(const struct brought *b, struct strbuf *out);
/*
 * "confirmed on Linux 6.12.117 in a virtual machine: the kernel reports ...; the
 * program: fentry on a calls b()", of what came of a finding. Not yet safe text;
 * nothing, and false, where it was not tried.
 */
bool add_tried(const struct finding *f, struct strbuf *out);
/* Puts the next line of @*at into @ret and goes behind it; false: there is none. */
bool next_line(const char **at, struct strbuf *ret);
/* The lines of the console, each as safe text behind @before and with its line end. */
void add_console(const char *lines, const char *before, struct strbuf *out);

/* "0123456789abcdef error RL101 function lock: reason", of what is fixed. Not yet safe text. */
void add_fixed(const struct fixed *x, struct strbuf *out);

/*
 * The gist of a finding below its sentence, as lines of safe text, each with
 * its line end: where the lock is taken, what runs, how it comes back, what was
 * assumed, what helps, the id.
 */
void add_gist(const struct finding *f, struct strbuf *out);

/* "error: " and its like are coloured by these; "" when @o wants no colour. */
const char *color_severity(const struct report_options *o, enum severity s);
const char *color_bold(const struct report_options *o);
const char *color_caret(const struct report_options *o);
const char *color_off(const struct report_options *o);

/* One finding in the shape of the text report; @all: with lists in full length. */
void text_finding(const struct report *r, const struct finding *f, const struct report_options *o,
		  bool all, struct strbuf *out);

/* The picture that lockdep draws, after an empty line; nothing where the finding has none. */
void text_scenario(const struct finding *f, struct strbuf *out);

/* "unsafe", "safe", or "not attachable". */
const char *attachable_verdict(const struct attachable *a);
/* The attachable function or tracepoint called @name, or NULL: it is under none of these locks. */
const struct attachable *attachable_find(const struct report *r, const char *name);
/* Whether the user wants to hear of @a: it is asked for, or nothing is. */
bool attachable_asked(const struct attachable *a, const struct report_options *o);

extern const struct report_writer text_writer;
extern const struct report_writer short_writer;
extern const struct report_writer lore_writer;
extern const struct report_writer json_writer;
extern const struct report_writer sarif_writer;
extern const struct report_writer github_writer;
extern const struct report_writer markdown_writer;
extern const struct report_writer gitlab_writer;
extern const struct report_writer rdjson_writer;
extern const struct report_writer checkstyle_writer;
extern const struct report_writer junit_writer;
extern const struct report_writer dot_writer;
extern const struct report_writer sections_text_writer;
extern const struct report_writer sections_json_writer;
extern const struct report_writer sections_dot_writer;
extern const struct report_writer attach_text_writer;
extern const struct report_writer attach_json_writer;
extern const struct report_writer attach_bpftrace_writer;
extern const struct report_writer whatif_text_writer;
extern const struct report_writer whatif_json_writer;

/* Appends @s as part of a quoted label of graphviz. */
void add_dot_label(struct strbuf *out, const char *s);
extern const struct report_writer html_writer;

#endif
