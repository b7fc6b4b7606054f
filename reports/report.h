/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_REPORT_H
#define RELOCK_REPORTS_REPORT_H

#include "base/strbuf.h"
#include "hazard/finding.h"

#include <stdbool.h>

struct rules;

struct report_options {
	bool color;	    /* ANSI colours, for a terminal */
	unsigned int width; /* columns that prose is wrapped to; 0: 100 */
	const char *const *functions; /* `attach`: the ones that were asked for */
	size_t n_functions;
};

/*
 * A report format. write() appends the whole report to @out; it cannot fail,
 * opens nothing but source files below report->tree (for the lines it quotes),
 * and gives the same bytes for the same report. It escapes what comes from the
 * analysed tree, so that a file name or a line of source cannot drive a
 * terminal or break the format.
 */
struct report_writer {
	const char *name; /* of --output */
	const char *description;
	bool sections; /* it writes the sections too */
	void (*write)(const struct report *r, const struct report_options *o, struct strbuf *out);
	/*
	 * A platform may take a second report from a file that an environment
	 * variable names. Then the caller appends what @beside writes to that file,
	 * if the variable is set. NULL: there is none.
	 */
	const struct report_writer *beside;
	const char *beside_env;
	bool names_commits; /* shows what brought a finding, also where nobody asked what is new */
};

/* All writers, in the order that a user is told about them; ends with NULL. */
extern const struct report_writer *const report_writers[];

/* The same for `sections`, `attach` and `whatif`. */
extern const struct report_writer *const sections_writers[];
extern const struct report_writer *const attach_writers[];
extern const struct report_writer *const whatif_writers[];

/* The one of @writers that is called @name, or NULL. */
const struct report_writer *report_writer_find(const struct report_writer *const *writers,
					       const char *name);

/*
 * Appends the page that explains a rule, named by code or name. Returns 0, or
 * -ENOENT when there is no such rule; then nothing is appended.
 */
int report_explain_rule(const struct rules *rules, const char *code_or_name,
			const struct report_options *o, struct strbuf *out);

/*
 * Appends one finding at length: as in the text report, with every attach
 * point and re-entering function, then its rule's page. Returns 0, or -ENOENT
 * when @r has no finding with that id.
 */
int report_explain_finding(const struct report *r, const struct rules *rules, const char *id,
			   const struct report_options *o, struct strbuf *out);

#endif
