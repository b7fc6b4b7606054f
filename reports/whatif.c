// SPDX-License-Identifier: MIT
#include "reports/layout.h"

/* What remedies leave, side by side. */

static void add_open(const struct leftover *l, struct strbuf *out)
{
	size_t functions = 0, others = 0, unknown = 0;
	bool first = true;

	for (size_t i = 0; i < l->n_open; i++) {
		functions += l->open[i].function != NULL;
		others += !l->open[i].function;
		unknown += l->open[i].function && !l->open_object[i];
	}
	if (functions) {
		strbuf_addf(out, "%zu function%s in %zu object%s", functions,
			    functions == 1 ? "" : "s", l->objects.n + (unknown > 0),
			    l->objects.n + (unknown > 0) == 1 ? "" : "s");
		if (others)
			strbuf_addstr(out, " and ");
	}
	if (others)
		strbuf_addf(out, "%zu other place%s", others, others == 1 ? "" : "s");
	strbuf_addstr(out, ", the surest ");
	add_safe(out, l->open[0].name);
	strbuf_addstr(out, " (");
	add_joined(out, &l->open[0].how);
	strbuf_addf(out, ") [%s]\n", certainty_name(l->open[0].certainty));
	/* What no notrace can reach. */
	for (size_t i = 0; i < l->n_open; i++) {
		if (l->open[i].function)
			continue;
		strbuf_addstr(out, first ? "              not reached by ftrace: " : ", ");
		first = false;
		add_safe(out, l->open[i].name);
		strbuf_addstr(out, " (");
		add_joined(out, &l->open[i].how);
		strbuf_addch(out, ')');
	}
	if (!first)
		strbuf_addch(out, '\n');
}

static void add_left(const struct leftover *l, struct strbuf *out)
{
	if (leftover_is_closed(l)) {
		strbuf_addstr(out, "closes it\n");
		return;
	}
	strbuf_addf(out, "leaves %s: ", l->severity == SEV_ERROR ? "an error" :
					l->severity == SEV_WARNING ? "a warning" : "a note");
	if (l->n_open)
		add_open(l, out);
	else
		strbuf_addstr(out, "it is so whatever is traced\n");
}

#define MOST_NAMES 6

static void add_names(struct strbuf *out, const struct strlist *l)
{
	for (size_t i = 0; i < l->n && i < MOST_NAMES; i++) {
		strbuf_addstr(out, i ? ", " : "");
		add_safe(out, l->v[i]);
	}
	if (l->n > MOST_NAMES)
		strbuf_addf(out, " and %zu more", l->n - MOST_NAMES);
}

static void add_hidden(const struct trial *t, struct strbuf *out)
{
	strbuf_addf(out, "              hides %zu function%s from tracing%s", t->hidden.n,
		    t->hidden.n == 1 ? "" : "s", t->hidden.n ? ": " : "");
	add_names(out, &t->hidden);
	if (t->hidden_objects.n) {
		strbuf_addstr(out, "; and whatever else is in ");
		add_names(out, &t->hidden_objects);
	}
	strbuf_addch(out, '\n');
}

static void add_proposals(const struct proposals *p, const struct report_options *o,
			  struct strbuf *out)
{
	const struct finding *f = p->finding;
	bool guard = false;

	strbuf_addstr(out, color_bold(o));
	add_safe(out, f->location.file);
	strbuf_addf(out, ":%u:%u:%s ", f->location.line, f->location.column, color_off(o));
	add_safe(out, f->message);
	strbuf_addf(out, " [%s %s]  %s\n", f->code, f->rule, f->id);
	for (size_t i = 0; i < p->n_trials; i++) {
		const struct trial *t = &p->trials[i];

		if (t->guards.n) {
			guard = true;
			strbuf_addstr(out, "  guard       ");
			add_names(out, &t->guards);
		} else if (t->notrace.n) {
			strbuf_addf(out, "  notrace     on %zu function%s", t->notrace.n,
				    t->notrace.n == 1 ? "" : "s");
		} else {
			strbuf_addf(out, "  no-ftrace   %s", i && p->trials[i - 1].objects.n ? "and " : "");
			for (size_t k = i && p->trials[i - 1].objects.n ? p->trials[i - 1].objects.n :
									  0,
				    first = k;
			     k < t->objects.n; k++) {
				strbuf_addstr(out, k > first ? ", " : "");
				add_safe(out, t->objects.v[k]);
			}
		}
		strbuf_addstr(out, "\n              ");
		add_left(&t->left[0], out);
		if (!t->guards.n)
			add_hidden(t, out);
	}
	for (size_t i = 0; i < f->n_remedies && !guard; i++)
		if (f->remedies[i].closes && f->remedies[i].kind[0] == 'h') {
			strbuf_addstr(out, "  helper      ");
			add_safe(out, f->remedies[i].what);
			strbuf_addstr(out, "\n              not tried: it is new code\n");
		}
	if (p->nmi.n) {
		strbuf_addstr(out, "  and an NMI still comes to this lock, whatever is notrace: ");
		add_joined(out, &p->nmi);
		strbuf_addch(out, '\n');
	}
	strbuf_addch(out, '\n');
}

static void add_given(const struct trial *t, struct strbuf *out)
{
	size_t closed = 0, same = 0, less = 0;

	for (size_t i = 0; i < t->n_left; i++) {
		const struct leftover *l = &t->left[i];

		if (leftover_is_closed(l)) {
			closed++;
			strbuf_addstr(out, "closed  ");
		} else if (l->severity < l->finding->severity) {
			less++;
			strbuf_addstr(out, "less    ");
		} else {
			same++;
			strbuf_addstr(out, "open    ");
		}
		strbuf_addf(out, "%s %s %s: ", l->finding->id, severity_name(l->finding->severity),
			    l->finding->code);
		add_safe(out, l->finding->message);
		strbuf_addch(out, '\n');
		if (leftover_is_closed(l))
			continue;
		strbuf_addstr(out, "              ");
		add_left(l, out);
	}
	strbuf_addf(out, "%zu closed, %zu less severe, %zu open\n", closed, less, same);
	add_hidden(t, out);
}

static void whatif_text_write(const struct report *r, const struct report_options *o,
			      struct strbuf *out)
{
	const struct whatif *w = r->whatif;

	for (size_t i = 0; i < w->n_proposals; i++)
		add_proposals(&w->proposals[i], o, out);
	if (w->given)
		add_given(w->given, out);
	else if (!w->n_proposals)
		strbuf_addstr(out, "no error, so nothing to propose\n");
	add_coverage(r, out);
	strbuf_addch(out, '\n');
}

const struct report_writer whatif_text_writer = {
	.name = "text",
	.description = "what is left by each remedy, and what it hides",
	.write = whatif_text_write,
};
