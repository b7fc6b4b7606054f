// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

/*
 * Workflow commands, which GitHub shows at the lines of a change. It drops
 * whatever comes after ten errors, ten warnings and ten notices of a step, and
 * does not say so: nine findings and one line for the others always fit, also
 * beside the warning about units that could not be read.
 */
#define ANNOTATIONS 9

/* The value of a command, or (@property) of one of its properties. */
static void add_escaped(struct strbuf *out, const char *safe, bool property)
{
	for (const char *p = safe; *p; p++) {
		if (*p == '%' || *p == '\n' || (property && (*p == ':' || *p == ',')))
			strbuf_addf(out, "%%%02X", (unsigned char)*p);
		else
			strbuf_addch(out, *p);
	}
}

static const char *command_of(enum severity s)
{
	switch (s) {
	case SEV_ERROR:
		return "error";
	case SEV_WARNING:
		return "warning";
	case SEV_NOTE:
		break;
	}
	return "notice";
}

static void add_annotation(struct sources *sources, const struct finding *f, struct strbuf *out)
{
	struct strbuf file = STRBUF_INIT, text = STRBUF_INIT;
	struct region at;

	region_of(sources, &f->location, &at);
	add_safe(&file, f->location.file);
	add_safe(&text, f->message);
	strbuf_addch(&text, '\n');
	add_gist(f, &text);
	strbuf_setlen(&text, text.len - 1);

	strbuf_addf(out, "::%s file=", command_of(f->severity));
	add_escaped(out, file.buf, true);
	strbuf_addf(out, ",line=%u,endLine=%u,col=%zu,endColumn=%zu,title=%s %s::", at.line,
		    at.line, at.start_char, at.end_char, f->code, f->rule);
	add_escaped(out, text.buf, false);
	strbuf_addch(out, '\n');
	strbuf_release(&file);
	strbuf_release(&text);
}

/* One line for all that have no line of their own. */
static void add_rest(const struct report *r, size_t shown, struct strbuf *out)
{
	size_t rest[SEV_ERROR + 1] = { 0 }, left = 0, known = 0;

	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (finding_known(f)) {
			known += !finding_suppressed(f);
		} else if (shown) {
			shown--;
		} else {
			rest[f->severity]++;
			left++;
		}
	}
	if (!left && !known && !r->n_fixed)
		return;
	strbuf_addstr(out, "::notice title=relock::");
	if (left)
		strbuf_addf(out, "%zu more: %zu error%s, %zu warning%s, %zu note%s", left,
			    rest[SEV_ERROR], rest[SEV_ERROR] == 1 ? "" : "s", rest[SEV_WARNING],
			    rest[SEV_WARNING] == 1 ? "" : "s", rest[SEV_NOTE],
			    rest[SEV_NOTE] == 1 ? "" : "s");
	if (known)
		strbuf_addf(out, "%s%zu known before", left ? "; " : "", known);
	if (r->n_fixed)
		strbuf_addf(out, "%s%zu fixed", left || known ? "; " : "", r->n_fixed);
	strbuf_addstr(out, ". The summary of this step lists them.\n");
}

static void add_failed(const struct report *r, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	if (!r->n_failed)
		return;
	strbuf_addf(&text, "%zu of %zu units could not be read. The first, ", r->n_failed,
		    r->units_total);
	add_safe(&text, r->failed[0].file);
	strbuf_addstr(&text, ": ");
	add_safe(&text, r->failed[0].error);
	strbuf_addstr(out, "::warning title=relock::");
	add_escaped(out, text.buf, false);
	strbuf_addch(out, '\n');
	strbuf_release(&text);
}

/* The report is sorted by severity, so the first that are new are the worst. */
static void github_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct sources sources = { .r = r };
	size_t shown = 0;

	for (size_t i = 0; i < r->n_findings && shown < ANNOTATIONS; i++) {
		if (finding_known(&r->findings[i]))
			continue;
		add_annotation(&sources, &r->findings[i], out);
		shown++;
	}
	add_rest(r, shown, out);
	add_failed(r, out);
	sources_release(&sources);
}

const struct report_writer github_writer = {
	.name = "github",
	.description = "annotations of a GitHub workflow; the summary goes to GITHUB_STEP_SUMMARY",
	.write = github_write,
	.beside = &markdown_writer,
	.beside_env = "GITHUB_STEP_SUMMARY",
};
