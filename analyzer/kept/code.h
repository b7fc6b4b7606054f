/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KEPT_CODE_H
#define RELOCK_KEPT_CODE_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "hazard/finding.h"

/*
 * What the analysis has found out, as bytes and back: units, findings, sections,
 * attachable functions, remedies, cuts, files beyond, assumptions, evidence and statistics.
 * What is known without it (the kernel, the rules, what is compared with) is
 * the caller's. Both directions are one piece of code, so that they agree.
 */
void report_encode(const struct report *r, struct strbuf *out);

/*
 * Fills these members of @ret, which live in @a and refer to @data. Returns 0 or
 * -EBADMSG; @ret is as before then.
 */
int report_decode(struct arena *a, const char *data, size_t len, struct report *ret);

#endif
