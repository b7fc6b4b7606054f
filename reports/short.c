// SPDX-License-Identifier: MIT
#include "reports/layout.h"

/* One line a finding, in gcc's shape: for editors, problem matchers and grep. */
static void short_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (finding_suppressed(f))
			continue;
		strbuf_addstr(out, color_bold(o));
		add_safe(out, f->location.file);
		strbuf_addf(out, ":%u:%u:%s %s%s:%s ", f->location.line, f->location.column,
			    color_off(o), color_severity(o, f->severity),
			    severity_name(f->severity), color_off(o));
		add_safe(out, f->message);
		strbuf_addf(out, " [%s %s]%s", f->code, f->rule,
			    finding_known(f) ? " (known)" : "");
		if (finding_hung(f))
			strbuf_addf(out, " (%s)", f->tried->verdict);
		strbuf_addch(out, '\n');
	}
}

const struct report_writer short_writer = {
	.name = "short",
	.description = "one line a finding, as compilers print",
	.write = short_write,
};
