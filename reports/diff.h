/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_REPORTS_DIFF_H
#define RELOCK_REPORTS_DIFF_H

#include "base/strbuf.h"
#include "history/compare.h"
#include "reports/report.h"

/*
 * Two reports compared, in the columns (A) (B) (DIFF) of veristat: what was
 * changed, a line each; then the counts.
 */
void diff_write_text(const struct diff *d, const struct report_options *o, struct strbuf *out);

/* As JSON: reports/schema/relock-diff-1.schema.json. */
void diff_write_json(const struct diff *d, struct strbuf *out);

#endif
