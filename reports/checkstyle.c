// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

/* The XML of Checkstyle, which Jenkins and many others read. It groups by file. */

static const char *severity_of(enum severity s)
{
	return s == SEV_NOTE ? "info" : severity_name(s);
}

static void add_error(struct sources *sources, const struct finding *f, struct strbuf *out)
{
	struct region at;

	region_of(sources, &f->location, &at);
	strbuf_addf(out, "    <error line=\"%u\" column=\"%zu\" severity=\"%s\" message=\"",
		    at.line, at.start_char, severity_of(f->severity));
	add_xml(out, f->message);
	if (finding_hung(f))
		strbuf_addf(out, " (%s)", f->tried->verdict);
	strbuf_addf(out, "\" source=\"relock.%s.%s\"/>\n", f->code, f->rule);
}

/* Is there one before @i that has been written with all others of its file? */
static bool is_done(const struct report *r, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (!finding_known(&r->findings[k]) &&
		    !strcmp(r->findings[k].location.file, r->findings[i].location.file))
			return true;
	}
	return false;
}

static void add_file(struct sources *sources, const struct report *r, size_t first,
		     struct strbuf *out)
{
	const char *file = r->findings[first].location.file;

	strbuf_addstr(out, "  <file name=\"");
	add_xml(out, file);
	strbuf_addstr(out, "\">\n");
	for (size_t i = first; i < r->n_findings; i++) {
		if (!finding_known(&r->findings[i]) &&
		    !strcmp(r->findings[i].location.file, file))
			add_error(sources, &r->findings[i], out);
	}
	strbuf_addstr(out, "  </file>\n");
}

static void checkstyle_write(const struct report *r, const struct report_options *o,
			     struct strbuf *out)
{
	struct sources sources = { .r = r };

	strbuf_addstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			   "<checkstyle version=\"10.0\">\n");
	for (size_t i = 0; i < r->n_findings; i++) {
		if (!finding_known(&r->findings[i]) && !is_done(r, i))
			add_file(&sources, r, i, out);
	}
	/* Checkstyle's own way to say that a file could not be read. */
	for (size_t i = 0; i < r->n_failed; i++) {
		strbuf_addstr(out, "  <file name=\"");
		add_xml(out, r->failed[i].file);
		strbuf_addstr(out, "\">\n    <exception>");
		add_xml(out, r->failed[i].error);
		strbuf_addstr(out, "</exception>\n  </file>\n");
	}
	strbuf_addstr(out, "</checkstyle>\n");
	sources_release(&sources);
}

const struct report_writer checkstyle_writer = {
	.name = "checkstyle",
	.description = "XML of Checkstyle, for Jenkins and others",
	.write = checkstyle_write,
};
