/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_EVIDENCE_H
#define RELOCK_REPORTS_EVIDENCE_H

#include "base/strbuf.h"
#include "lab/lab.h"
#include "reports/report.h"

/* What came of the findings that were tried, for people: a sentence each, and what the kernel said.
 */
void evidence_write_text(const struct lab_result *results, size_t n, const struct report_options *o,
			 struct strbuf *out);

/* As JSON: reports/schema/relock-evidence-1.schema.json. @version is the kernel's. */
void evidence_write_json(const struct lab_result *results, size_t n, const char *version,
			 struct strbuf *out);

#endif
