// SPDX-License-Identifier: MIT
#include "reports/layout.h"

#include <string.h>

/*
 * JUnit's XML, for what shows test results. A new error or warning is a failed
 * test; a note passes with its text; what is known already is skipped; a unit
 * that could not be read is a test in error. A suite without tests counts as
 * broken in places, so that the reading of the units is a test too.
 */

static bool fails(const struct finding *f)
{
	return f->severity != SEV_NOTE && !finding_known(f);
}

static void add_text(const struct finding *f, struct strbuf *out)
{
	struct strbuf gist = STRBUF_INIT;
	const char *line;

	strbuf_addf(&gist, "%s:%u:%u: %s: ", f->location.file, f->location.line,
		    f->location.column, severity_name(f->severity));
	strbuf_addstr(&gist, f->message);
	add_xml(out, gist.buf);
	strbuf_addch(out, '\n');
	strbuf_reset(&gist);
	add_gist(f, &gist);
	/* Its line ends are ours and stay. */
	for (char *at = gist.buf; *at;) {
		line = at;
		at += strcspn(at, "\n");
		*at++ = '\0';
		add_xml(out, line);
		strbuf_addch(out, '\n');
	}
	strbuf_release(&gist);
}

static void add_finding(const struct finding *f, struct strbuf *out)
{
	strbuf_addf(out, "    <testcase classname=\"relock.%s.%s\" name=\"", f->code, f->rule);
	add_xml(out, f->entry_function);
	strbuf_addf(out, " %s\" file=\"", f->id);
	add_xml(out, f->location.file);
	strbuf_addf(out, "\" line=\"%u\">\n", f->location.line);
	if (finding_known(f)) {
		strbuf_addstr(out, "      <skipped message=\"");
		strbuf_addstr(out, finding_suppressed(f) ? "suppressed: " : "known: ");
		add_xml(out, f->message);
		strbuf_addstr(out, "\"/>\n");
	} else if (fails(f)) {
		strbuf_addf(out, "      <failure type=\"%s\" message=\"",
			    severity_name(f->severity));
		add_xml(out, f->message);
		strbuf_addstr(out, "\">");
		add_text(f, out);
		strbuf_addstr(out, "</failure>\n");
	} else {
		strbuf_addstr(out, "      <system-out>");
		add_text(f, out);
		strbuf_addstr(out, "</system-out>\n");
	}
	strbuf_addstr(out, "    </testcase>\n");
}

static void add_findings(const struct report *r, struct strbuf *out)
{
	size_t failures = 0, skipped = 0;

	if (!r->n_findings)
		return;
	for (size_t i = 0; i < r->n_findings; i++) {
		failures += fails(&r->findings[i]);
		skipped += finding_known(&r->findings[i]);
	}
	strbuf_addf(out,
		    "  <testsuite name=\"relock.findings\" tests=\"%zu\" failures=\"%zu\" "
		    "errors=\"0\" skipped=\"%zu\">\n",
		    r->n_findings, failures, skipped);
	for (size_t i = 0; i < r->n_findings; i++)
		add_finding(&r->findings[i], out);
	strbuf_addstr(out, "  </testsuite>\n");
}

static void add_units(const struct report *r, struct strbuf *out)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(out,
		    "  <testsuite name=\"relock.units\" tests=\"%zu\" failures=\"0\" errors=\"%zu\" "
		    "skipped=\"0\">\n",
		    1 + r->n_failed, r->n_failed);
	add_coverage(r, &sb);
	strbuf_addstr(out, "    <testcase classname=\"relock.units\" name=\"analysis\">\n"
			   "      <system-out>");
	add_xml(out, sb.buf);
	strbuf_addstr(out, "</system-out>\n    </testcase>\n");
	for (size_t i = 0; i < r->n_failed; i++) {
		strbuf_addstr(out, "    <testcase classname=\"relock.units\" name=\"");
		add_xml(out, r->failed[i].file);
		strbuf_addstr(out, "\">\n      <error type=\"not analysed\" message=\"");
		add_xml(out, r->failed[i].error);
		strbuf_addstr(out, "\"/>\n    </testcase>\n");
	}
	strbuf_addstr(out, "  </testsuite>\n");
	strbuf_release(&sb);
}

static void junit_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	strbuf_addstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			   "<testsuites name=\"relock\">\n");
	add_findings(r, out);
	add_units(r, out);
	strbuf_addstr(out, "</testsuites>\n");
}

const struct report_writer junit_writer = {
	.name = "junit",
	.description = "JUnit's XML: findings as failed tests",
	.write = junit_write,
};
