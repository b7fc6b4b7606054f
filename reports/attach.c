// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

/* What must not be traced, and what still can be. */

const char *attachable_verdict(const struct attachable *a)
{
	if (a->certainty == CERT_NO)
		return "not attachable";
	return a->n_dangers ? "unsafe" : "safe";
}

const struct attachable *attachable_find(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->n_attachables; i++)
		if (!strcmp(r->attachables[i].name, name))
			return &r->attachables[i];
	return NULL;
}

bool attachable_asked(const struct attachable *a, const struct report_options *o)
{
	for (size_t i = 0; i < o->n_functions; i++)
		if (!strcmp(o->functions[i], a->name))
			return true;
	return !o->n_functions;
}

/* Names of the dangers, each once; the rest of a long list is counted. */
static void add_dangers(const struct attachable *a, bool all, struct strbuf *out)
{
	const size_t most = all ? a->n_dangers : 4;
	size_t n = 0, more = 0;

	for (size_t i = 0; i < a->n_dangers; i++) {
		if (i && !strcmp(a->dangers[i].function, a->dangers[i - 1].function))
			continue;
		if (n < most) {
			strbuf_addstr(out, n ? ", " : "");
			add_safe(out, a->dangers[i].function);
			n++;
		} else {
			more++;
		}
	}
	if (more)
		strbuf_addf(out, " and %zu more", more);
}

static void add_one(const struct attachable *a, const struct report_options *o, struct strbuf *out)
{
	strbuf_addstr(out, "  ");
	strbuf_addstr(out, color_bold(o));
	strbuf_addstr(out, a->tracepoint ? "tracepoint " : "");
	add_safe(out, a->name);
	strbuf_addstr(out, color_off(o));
	strbuf_addstr(out, "  ");
	add_joined(out, &a->how);
	strbuf_addf(out, "%s[%s: ", a->how.n ? "  " : "", certainty_name(a->certainty));
	add_safe(out, a->reason);
	strbuf_addstr(out, "]\n");
}

/* One function at length: where it is, what is held, and each way back to a lock. */
static void add_asked(const struct attachable *a, const struct report_options *o,
		      struct strbuf *out)
{
	add_safe(out, a->name);
	strbuf_addf(out, ": %s%s\n", a->certainty != CERT_NO && a->n_dangers ? "unsafe" :
				     a->certainty != CERT_NO		     ? "safe" :
									       "cannot be attached to",
		    a->tracepoint ? " (tracepoint)" : "");
	add_one(a, o, out);
	strbuf_addstr(out, "      runs under ");
	add_joined(out, &a->locks);
	strbuf_addch(out, '\n');
	for (size_t i = 0; i < a->n_dangers && a->certainty != CERT_NO; i++) {
		strbuf_addstr(out, "      must not call ");
		add_safe(out, a->dangers[i].function);
		strbuf_addf(out, "() (%s): it wants ", a->dangers[i].what);
		add_safe(out, a->dangers[i].lock);
		strbuf_addf(out, "  %s\n", a->dangers[i].finding);
	}
}

static void write_asked(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	for (size_t i = 0; i < o->n_functions; i++) {
		for (size_t k = 0; k < r->n_attachables; k++)
			if (!strcmp(r->attachables[k].name, o->functions[i]))
				add_asked(&r->attachables[k], o, out);
		if (attachable_find(r, o->functions[i]))
			continue;
		add_safe(out, o->functions[i]);
		strbuf_addstr(out, ": safe, as far as the analysed units tell: it runs under no lock that "
				   "a program can want\n");
	}
}

static const struct {
	enum in_binary what;
	const char *head;
} columns[] = {
	{ IN_BINARY_FENTRY, "fentry" },	       { IN_BINARY_KPROBE, "kprobe" },
	{ IN_BINARY_CLONE, "clone" },	       { IN_BINARY_NO_LOCATION, "no loc." },
	{ IN_BINARY_INLINED, "inlined" },      { IN_BINARY_UNKNOWN, "unknown" },
};

static void add_counts(const struct guess_count *v, size_t n, struct strbuf *out)
{
	strbuf_addf(out, "  %-54s", "what the source says");
	for (size_t k = 0; k < ARRAY_SIZE(columns); k++)
		strbuf_addf(out, "%8s", columns[k].head);
	strbuf_addch(out, '\n');
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "  %-8s  %-44s", certainty_name(v[i].certainty), v[i].basis);
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++)
			strbuf_addf(out, "%8zu", v[i].n[columns[k].what]);
		strbuf_addch(out, '\n');
	}
}

/* "likely: 90 of 92 are there (98 %)", whatever it is based on. */
static void add_share(const struct guess_count *v, size_t n, enum certainty c, struct strbuf *out)
{
	size_t there = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].certainty != c)
			continue;
		for (size_t k = 0; k < IN_BINARY_UNKNOWN; k++) {
			known += v[i].n[k];
			there += k <= IN_BINARY_CLONE ? v[i].n[k] : 0;
		}
	}
	if (known)
		strbuf_addf(out, "  %s: %zu of %zu are there (%zu %%)\n", certainty_name(c), there,
			    known, (200 * there + known) / (2 * known));
}

static void add_table(const struct guess_count *v, size_t n, const char *what, struct strbuf *out)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < IN_BINARY_N; k++)
			all += v[i].n[k];
	}
	strbuf_addf(out, "%zu functions %s\n", all, what);
	add_counts(v, n, out);
	add_share(v, n, CERT_LIKELY, out);
	add_share(v, n, CERT_POSSIBLE, out);
	add_share(v, n, CERT_NO, out);
	strbuf_addch(out, '\n');
}

static void add_guessed(const struct guessed *g, struct strbuf *out)
{
	strbuf_addstr(out, "  ");
	add_safe(out, g->name);
	strbuf_addf(out, "  %s (%s), and it is: %s", certainty_name(g->certainty), g->basis,
		    in_binary_name(g->binary));
	if (g->clone) {
		strbuf_addstr(out, ", ");
		add_safe(out, g->clone);
	}
	if (g->location.file) {
		strbuf_addstr(out, "  ");
		add_safe(out, g->location.file);
		strbuf_addf(out, ":%u", g->location.line);
	}
	strbuf_addch(out, '\n');
}

static void write_comparison(const struct report *r, struct strbuf *out)
{
	const struct comparison *c = r->comparison;
	size_t n = 0;

	strbuf_addstr(out, "What the source says, against ");
	add_joined(out, &r->evidence);
	strbuf_addstr(out, "\n\n");
	add_table(c->under_lock, c->n_under_lock, "that are reached under a lock", out);
	add_table(c->all, c->n_all, "that the analysed units' own files define", out);
	for (size_t i = 0; i < c->n_functions; i++)
		n += guess_is_wrong(&c->functions[i]);
	strbuf_addf(out, "%zu wrong guess%s under a lock\n", n, n == 1 ? "" : "es");
	for (size_t i = 0; i < c->n_functions; i++) {
		if (guess_is_wrong(&c->functions[i]))
			add_guessed(&c->functions[i], out);
	}
	strbuf_addstr(out, "Possible ones that are there\n");
	for (size_t i = 0; i < c->n_functions; i++) {
		if (c->functions[i].certainty == CERT_POSSIBLE &&
		    c->functions[i].binary <= IN_BINARY_CLONE)
			add_guessed(&c->functions[i], out);
	}
}

static void attach_text_write(const struct report *r, const struct report_options *o,
			      struct strbuf *out)
{
	size_t n[3] = { 0 };

	if (r->comparison) {
		write_comparison(r, out);
		return;
	}
	if (o->n_functions) {
		write_asked(r, o, out);
		return;
	}
	for (size_t i = 0; i < r->n_attachables; i++) {
		const struct attachable *a = &r->attachables[i];

		n[a->certainty == CERT_NO ? 2 : a->n_dangers ? 0 : 1]++;
	}
	strbuf_addf(out,
		    "%zu unsafe: a program there that calls one of these helpers can hang the CPU\n",
		    n[0]);
	for (size_t i = 0; i < r->n_attachables; i++) {
		const struct attachable *a = &r->attachables[i];

		if (a->certainty == CERT_NO || !a->n_dangers)
			continue;
		add_one(a, o, out);
		strbuf_addstr(out, "      not with ");
		add_dangers(a, false, out);
		strbuf_addch(out, '\n');
	}
	strbuf_addf(out, "%zu safe: reached under a lock, and nothing that a program there may call "
			 "comes back to it\n",
		    n[1]);
	for (size_t i = 0; i < r->n_attachables; i++) {
		const struct attachable *a = &r->attachables[i];

		if (a->certainty != CERT_NO && !a->n_dangers)
			add_one(a, o, out);
	}
	strbuf_addf(out, "%zu more cannot be attached to; name one to hear why\n", n[2]);
	strbuf_addstr(out, "Whatever is not listed runs under no lock that a program can want, as far "
			   "as was analysed: ");
	add_coverage(r, out);
	strbuf_addch(out, '\n');
}

const struct report_writer attach_text_writer = {
	.name = "text",
	.description = "what must not be traced, and what still can be",
	.write = attach_text_write,
};

/* How `bpftrace -l` names the probes of @how on something; %s is its name. */
static const struct {
	const char *how;
	const char *pattern;
} probes[] = {
	{ "fentry", "\\(fentry\\|kfunc\\):\\(.*:\\)\\?%s" },
	{ "fexit", "\\(fexit\\|kretfunc\\):\\(.*:\\)\\?%s" },
	{ "kprobe", "kprobe:%s" },
	{ "kretprobe", "kretprobe:%s" },
	{ "tracepoint", "tracepoint:.*:%s" },
	{ "raw_tp", "rawtracepoint:\\(.*:\\)\\?%s" },
};

static void add_probe(struct strbuf *out, const char *pattern, const char *name)
{
	const char *at = strstr(pattern, "%s");

	strbuf_add(out, pattern, (size_t)(at - pattern));
	add_safe(out, name);
	strbuf_addstr(out, at + 2);
	strbuf_addch(out, '\n');
}

static void attach_bpftrace_write(const struct report *r, const struct report_options *o,
				  struct strbuf *out)
{
	strbuf_addstr(out, "# Probes that can hang the CPU. What is left to use:\n"
			   "#   bpftrace -l | grep -vxf THIS_FILE\n");
	for (size_t i = 0; i < r->n_attachables; i++) {
		const struct attachable *a = &r->attachables[i];

		if (a->certainty == CERT_NO || !a->n_dangers || !attachable_asked(a, o))
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(probes); k++)
			for (size_t h = 0; h < a->how.n; h++)
				if (!strcmp(a->how.v[h], probes[k].how))
					add_probe(out, probes[k].pattern, a->name);
	}
}

const struct report_writer attach_bpftrace_writer = {
	.name = "bpftrace",
	.description = "what must not be traced, as patterns over `bpftrace -l`",
	.write = attach_bpftrace_write,
};
