// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

static void add_list(struct strbuf *out, const char *what, const struct strlist *l, size_t most)
{
	if (!l->n)
		return;
	strbuf_addf(out, "    %s ", what);
	for (size_t i = 0; i < l->n && i < most; i++) {
		strbuf_addstr(out, i ? ", " : "");
		add_safe(out, l->v[i]);
	}
	if (l->n > most)
		strbuf_addf(out, " and %zu more", l->n - most);
	strbuf_addch(out, '\n');
}

#define MOST_ENTRIES 4

static void add_section(const struct section *s, const struct report_options *o,
			struct strbuf *out)
{
	size_t none = 0;

	strbuf_addstr(out, color_bold(o));
	add_safe(out, s->lock.acquired.file);
	strbuf_addf(out, ":%u:%u:%s ", s->lock.acquired.line, s->lock.acquired.column,
		    color_off(o));
	add_safe(out, s->lock.acquired.function);
	strbuf_addstr(out, "() takes ");
	add_safe(out, s->lock.class);
	if (s->lock.kind) {
		strbuf_addstr(out, " (");
		add_safe(out, s->lock.kind);
		strbuf_addch(out, ')');
	}
	strbuf_addstr(out, " by ");
	add_safe(out, s->primitive);
	strbuf_addstr(out, "()");
	if (s->lock.released.file)
		strbuf_addf(out, ", released in line %u", s->lock.released.line);
	strbuf_addstr(out, "\n    guards raised: ");
	if (s->guard_raised.n)
		add_joined(out, &s->guard_raised);
	else
		strbuf_addstr(out, "none");
	strbuf_addch(out, '\n');
	add_list(out, "reached from", &s->entries, MOST_ENTRIES);
	for (size_t i = 0; i < s->n_attach; i++) {
		const struct attach_point *a = &s->attach[i];

		if (a->certainty == CERT_NO) {
			none++;
			continue;
		}
		strbuf_addstr(out, "      ");
		add_safe(out, a->name);
		strbuf_addstr(out, "  ");
		add_joined(out, &a->how);
		strbuf_addf(out, "  [%s: ", certainty_name(a->certainty));
		add_safe(out, a->reason);
		strbuf_addstr(out, "]\n");
	}
	if (none == s->n_attach)
		strbuf_addstr(out, "      nothing in it can be attached to\n");
	else if (none)
		strbuf_addf(out, "      (%zu more cannot be attached to)\n", none);
	add_list(out, "findings", &s->findings, s->findings.n);
}

static void sections_text_write(const struct report *r, const struct report_options *o,
				struct strbuf *out)
{
	size_t with = 0;

	for (size_t i = 0; i < r->n_sections; i++) {
		add_section(&r->sections[i], o, out);
		with += r->sections[i].findings.n > 0;
	}
	strbuf_addf(out, "%zu sections, %zu with findings; ", r->n_sections, with);
	add_coverage(r, out);
	strbuf_addch(out, '\n');
}

const struct report_writer sections_text_writer = {
	.name = "text",
	.description = "every section, and what can be attached to in it",
	.write = sections_text_write,
};

/* The number of @name among the nodes of @s, which are its callers and callees. */
static size_t node_of(struct strlist *nodes, const char *name)
{
	for (size_t i = 0; i < nodes->n; i++)
		if (!strcmp(nodes->v[i], name))
			return i;
	nodes->v[nodes->n] = name;
	return nodes->n++;
}

static const struct attach_point *point_of(const struct section *s, const char *name)
{
	for (size_t i = 0; i < s->n_attach; i++)
		if (!strcmp(s->attach[i].name, name))
			return &s->attach[i];
	return NULL;
}

static const char *colour_of(const struct attach_point *a)
{
	if (!a || a->certainty == CERT_NO)
		return "#f4f4f4";
	return a->certainty == CERT_POSSIBLE ? "#d7e8fb" : "#8fbdf0";
}

/*
 * Whether @c leads somewhere: what cannot be traced and calls nothing is left
 * out, or wrappers of a few instructions would fill the picture.
 */
static bool leads_on(const struct section *s, const struct section_call *c)
{
	const struct attach_point *a = point_of(s, c->callee);

	if (a && a->certainty != CERT_NO)
		return true;
	for (size_t i = 0; i < s->n_calls; i++)
		if (!strcmp(s->calls[i].caller, c->callee))
			return true;
	return false;
}

static void add_graph(const struct section *s, size_t number, struct strbuf *out)
{
	const char **names = xcalloc(2 * s->n_calls + 1, sizeof(*names));
	struct strlist nodes = { names, 0 };

	strbuf_addf(out, "  subgraph cluster_%zu {\n    label=\"", number);
	add_dot_label(out, s->lock.class);
	strbuf_addstr(out, ", guards: ");
	for (size_t i = 0; i < s->guard_raised.n; i++) {
		strbuf_addstr(out, i ? ", " : "");
		add_dot_label(out, s->guard_raised.v[i]);
	}
	strbuf_addf(out, "%s\";\n", s->guard_raised.n ? "" : "none");
	node_of(&nodes, s->lock.acquired.function);
	for (size_t i = 0; i < s->n_calls; i++) {
		const struct section_call *c = &s->calls[i];
		size_t from, to;

		if (!leads_on(s, c))
			continue;
		from = node_of(&nodes, c->caller);
		to = node_of(&nodes, c->callee);
		strbuf_addf(out, "    s%zu_%zu -> s%zu_%zu%s;\n", number, from, number, to,
			    c->skipped ? " [style=dashed]" : "");
	}
	for (size_t i = 0; i < nodes.n; i++) {
		strbuf_addf(out, "    s%zu_%zu [label=\"", number, i);
		add_dot_label(out, nodes.v[i]);
		if (!i) {
			strbuf_addstr(out, "\\nacquires, ");
			add_dot_label(out, s->lock.acquired.file);
			strbuf_addf(out, ":%u", s->lock.acquired.line);
		}
		strbuf_addf(out, "\", fillcolor=\"%s\"];\n",
			    i ? colour_of(point_of(s, nodes.v[i])) : "#fde2b3");
	}
	strbuf_addstr(out, "  }\n");
	free(names);
}

static void sections_dot_write(const struct report *r, const struct report_options *o,
			       struct strbuf *out)
{
	strbuf_addstr(out, "digraph relock {\n"
			   "  rankdir=LR;\n"
			   "  charset=\"UTF-8\";\n"
			   "  fontname=\"sans-serif\";\n"
			   "  labeljust=l;\n"
			   "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", "
			   "fontsize=10];\n");
	for (size_t i = r->n_sections; i > 0; i--)
		add_graph(&r->sections[i - 1], i, out);
	strbuf_addstr(out, "}\n");
}

const struct report_writer sections_dot_writer = {
	.name = "dot",
	.description = "what each section calls, as a graph for graphviz: blue can be traced",
	.write = sections_dot_write,
};
