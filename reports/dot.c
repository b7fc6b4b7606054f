// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

/*
 * The ladders as a graph for graphviz: each a row from left to right, so that
 * many findings make a page to scroll down. Nodes are named by number; the
 * tree's text is in labels only.
 */

/* For a quoted label: dot reads escapes and entities in it. */
void add_dot_label(struct strbuf *out, const char *s)
{
	struct strbuf safe = STRBUF_INIT;

	add_safe(&safe, s);
	for (const char *p = safe.buf; *p; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_addf(out, "\\%c", *p);
		else if (*p == '&')
			strbuf_addstr(out, "&amp;");
		else
			strbuf_addch(out, *p);
	}
	strbuf_release(&safe);
}

#define LABEL_WIDTH 40

/* The same, broken into lines that each end with @end: "\\n" centres, "\\l" aligns to the left. */
static void add_label_wrapped(struct strbuf *out, const char *s, size_t width, const char *end)
{
	struct strbuf safe = STRBUF_INIT, lines = STRBUF_INIT;

	add_safe(&safe, s);
	add_wrapped(&lines, safe.buf, 0, 0, width);
	for (char *line = lines.buf; *line;) {
		size_t len = strcspn(line, "\n");
		bool more = line[len];

		line[len] = '\0';
		add_dot_label(out, line);
		strbuf_addstr(out, end);
		line += len + more;
	}
	strbuf_release(&safe);
	strbuf_release(&lines);
}

static const char *style_of(enum step_kind k)
{
	switch (k) {
	case STEP_ACQUIRE:
		return ", fillcolor=\"#fde2b3\"";
	case STEP_ATTACH:
		return ", fillcolor=\"#d7e8fb\"";
	case STEP_REENTER:
		return ", fillcolor=\"#d7e8fb\", style=\"filled,rounded,bold\"";
	case STEP_BLOCKED:
	case STEP_RETURN:
		return ", fillcolor=\"#f8cccc\", style=\"filled,rounded,bold\"";
	case STEP_GUARD:
		return ", fillcolor=\"#d9f0d3\"";
	case STEP_CALL:
	case STEP_POINTER:
		break;
	}
	return "";
}

static void add_node(size_t finding, size_t ladder, size_t i, const struct step *s,
		     struct strbuf *out)
{
	strbuf_addf(out, "    f%zu_%zu_%zu [label=\"%zu. ", finding, ladder, i + 1, i + 1);
	add_dot_label(out, s->function);
	if (s->location.file) {
		strbuf_addstr(out, "\\n");
		add_dot_label(out, s->location.file);
		strbuf_addf(out, ":%u", s->location.line);
	}
	if (*s->note) {
		strbuf_addstr(out, "\\n");
		add_label_wrapped(out, s->note, LABEL_WIDTH, "\\n");
	}
	strbuf_addf(out, "\"%s];\n", style_of(s->kind));
}

static void add_edges(size_t finding, size_t ladder, const struct ladder *l, struct strbuf *out)
{
	size_t divider = ladder_divider(l);

	for (size_t i = 0; i < l->n; i++) {
		const struct step *s = &l->v[i];

		const char *style = "";

		if (i == divider)
			style = " [style=dashed, label=\"program\"]";
		else if (s->kind == STEP_POINTER)
			style = " [style=dotted]";
		if (i)
			strbuf_addf(out, "    f%zu_%zu_%zu -> f%zu_%zu_%zu%s;\n", finding, ladder, i,
				    finding, ladder, i + 1, style);
		/* What it waits for is held since then. */
		if (s->since)
			strbuf_addf(out,
				    "    f%zu_%zu_%zu -> f%zu_%zu_%u [color=\"#c00000\", "
				    "fontcolor=\"#c00000\", label=\"waits\", constraint=false];\n",
				    finding, ladder, i + 1, finding, ladder, s->since);
	}
}

static void add_finding(const struct finding *f, size_t number, struct strbuf *out)
{
	struct strbuf tried = STRBUF_INIT;

	strbuf_addf(out, "  subgraph cluster_%zu {\n    label=\"%s ", number, f->code);
	strbuf_addf(out, "%s: ", severity_name(f->severity));
	add_label_wrapped(out, f->message, 100, "\\l");
	if (add_tried(f, &tried))
		add_label_wrapped(out, tried.buf, 100, "\\l");
	strbuf_release(&tried);
	strbuf_addstr(out, "\";\n");
	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++)
			add_node(number, i + 1, k, &f->ladders[i].v[k], out);
		add_edges(number, i + 1, &f->ladders[i], out);
	}
	strbuf_addstr(out, "  }\n");
}

static void dot_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	strbuf_addstr(out, "digraph relock {\n"
			   "  rankdir=LR;\n"
			   "  charset=\"UTF-8\";\n"
			   "  fontname=\"sans-serif\";\n"
			   "  labeljust=l;\n"
			   "  node [shape=box, style=\"filled,rounded\", fillcolor=\"#f4f4f4\", "
			   "fontname=\"sans-serif\", fontsize=10];\n"
			   "  edge [fontname=\"sans-serif\", fontsize=9];\n");
	/* dot puts the last row on top; the worst should be there. */
	for (size_t i = r->n_findings; i > 0; i--) {
		if (!finding_suppressed(&r->findings[i - 1]))
			add_finding(&r->findings[i - 1], i, out);
	}
	strbuf_addstr(out, "}\n");
}

const struct report_writer dot_writer = {
	.name = "dot",
	.description = "the ladders as a graph for graphviz",
	.write = dot_write,
};
