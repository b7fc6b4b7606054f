/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_HTML_H
#define RELOCK_REPORTS_HTML_H

#include "base/vec.h"
#include "reports/layout.h"

/*
 * The HTML report, one file: html.c is the frame, the other html_*.c are its
 * parts. Private to reports/.
 */

/* A file of reports/assets, and the base64 of its SHA-256. */
struct html_asset {
	const char *text;
	size_t len;
	const char *sha256;
};
extern const struct html_asset html_style;
extern const struct html_asset html_script;

/* Source lines that are on the page: those of a finding are often those of others, too. */
struct html_excerpt {
	const char *file;
	unsigned int from, to, marked;
};
struct html {
	const struct report *r;
	struct sources sources;
	struct strbuf *out;
	size_t budget; /* bytes that the findings may take */
	bool lean;     /* no drawings and source lines any more, to keep the page small */
	VEC(struct html_excerpt) excerpts;
};

/* What the first page opens with: entry points by guards, a block of rows for each kind of lock. */
void html_matrix(struct html *h);

/* One finding, all of it. */
void html_finding(struct html *h, const struct finding *f);

/* A ladder as SVG; each step is a <g> of it. */
void html_ladder(const struct ladder *l, struct strbuf *out);

/* The pages of sections and of attach points; without them, they say so. */
void html_sections(struct html *h);
void html_attachables(struct html *h);

/* "kernel/bpf/x.c:12", with a hint to the browser where it may break; nothing without a file. */
void html_place(const struct location *l, struct strbuf *out);

/* The name, linked to its row among the attach points where it has one. */
void html_name(const struct report *r, const char *name, struct strbuf *out);

/* A short link to a finding: "RL101" in the colour of its severity. */
void html_finding_link(const struct finding *f, struct strbuf *out);

/* <code> elements with commas between; @none where the list is empty. */
void html_codes(const struct strlist *l, const char *none, struct strbuf *out);


#endif
