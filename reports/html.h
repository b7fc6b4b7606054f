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

/* What of a finding is there: a page that would be too large is without the rest. */
enum html_detail {
	HTML_ALL,
	HTML_NO_SOURCE, /* no source lines */
	HTML_WORDS,	/* nor a drawing */
};

/* And of the tables, which have less before findings have. */
enum html_lists {
	HTML_LISTS_ALL,
	HTML_LISTS_FOUND,  /* sections that no finding is about only count their attach points */
	HTML_LISTS_USABLE, /* functions that cannot be attached to are only named */
	HTML_LISTS_SHORT,  /* functions that are dangerous there are counted; their finding has them
			    */
};

struct html {
	const struct report *r;
	struct sources sources;
	struct strbuf *out;
	size_t budget; /* bytes that the findings may take */
	enum html_detail detail;
	enum html_lists lists;
	bool *linked; /* by attachable: something leads to its row */
	VEC(struct html_excerpt) excerpts;
	VEC(char *) texts; /* what html_once() wrote; its number is its place here */
	size_t first_text; /* from here on they are of the part that is being written */
};

/*
 * Writes @text, which is ready HTML, into an element @tag of its own; where this
 * part of the page has it already, a link to that with the words of @fmt. The
 * script puts a copy there instead. Short texts are written each time. @tag NULL:
 * none is needed, and it is a span where it is linked to.
 */
__attribute__((format(printf, 4, 5))) void html_once(struct html *h, const char *tag,
						     const char *text, const char *fmt, ...);

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

/* The name, linked to its row among the attach points where a program can be attached there. */
void html_name(struct html *h, const char *name, struct strbuf *out);

/* A short link to a finding: "RL101" in the colour of its severity. */
void html_finding_link(const struct finding *f, struct strbuf *out);

/* <code> elements with commas between; @none where the list is empty. */
void html_codes(const struct strlist *l, const char *none, struct strbuf *out);


#endif
