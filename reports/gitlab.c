// SPDX-License-Identifier: MIT
#include "reports/jsonout.h"
#include "reports/layout.h"

/*
 * GitLab's code quality report. GitLab tells new from known findings by their
 * fingerprints, so those of the baseline are in it too; what is suppressed is not.
 */

static const char *severity_of(enum severity s)
{
	switch (s) {
	case SEV_ERROR:
		return "critical";
	case SEV_WARNING:
		return "major";
	case SEV_NOTE:
		break;
	}
	return "info";
}

static void add_finding(struct json_out *j, const struct finding *f)
{
	struct strbuf gist = STRBUF_INIT;

	json_out_open(j, NULL, '{');
	json_out_safe(j, "description", f->message);
	json_out_text(j, "check_name", f->code);
	json_out_text(j, "fingerprint", f->id);
	json_out_text(j, "severity", severity_of(f->severity));
	json_out_open(j, "location", '{');
	json_out_text(j, "path", f->location.file);
	json_out_open(j, "lines", '{');
	json_out_number(j, "begin", f->location.line ? f->location.line : 1);
	json_out_close(j, '}');
	json_out_close(j, '}');
	add_gist(f, &gist);
	json_out_open(j, "content", '{');
	json_out_text(j, "body", gist.buf);
	json_out_close(j, '}');
	json_out_close(j, '}');
	strbuf_release(&gist);
}

static void gitlab_write(const struct report *r, const struct report_options *o, struct strbuf *out)
{
	struct json_out j = { .out = out };

	json_out_open(&j, NULL, '[');
	for (size_t i = 0; i < r->n_findings; i++) {
		if (!finding_suppressed(&r->findings[i]))
			add_finding(&j, &r->findings[i]);
	}
	json_out_close(&j, ']');
	json_out_end(&j);
}

const struct report_writer gitlab_writer = {
	.name = "gitlab",
	.description = "code quality report of GitLab",
	.write = gitlab_write,
};
