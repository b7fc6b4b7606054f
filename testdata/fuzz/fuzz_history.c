// SPDX-License-Identifier: MIT
/*
 * Everything of history/ that reads text which others wrote: baselines,
 * suppressions, JSON reports, what a virtual machine showed. The first byte says which. What was read is
 * written again, by every writer that a report can come to.
 */
#include "history/baseline.h"
#include "history/compare.h"
#include "history/read.h"
#include "history/suppress.h"
#include "history/tried.h"
#include "reports/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "NAME:LINE: ...", on one line. */
static void check_error(const char *error)
{
	char *end;

	if (!error || strncmp(error, "fuzz:", 5) != 0 || strtoul(error + 5, &end, 10) == 0 ||
	    *end != ':')
		abort();
}

static void fuzz_baseline(const char *text, size_t len)
{
	const char *error = NULL;
	struct report r = { 0 };
	struct baseline b;

	if (baseline_parse(&b, "fuzz", text, len, &error)) {
		check_error(error);
	} else {
		struct strbuf out = STRBUF_INIT;
		struct known_before k = { .baseline = &b, .today = "2026-01-01" };
		struct arena a = ARENA_INIT;

		for (size_t i = 0; i < b.v.n; i++) {
			if (baseline_find(&b, b.v.v[i].id) != &b.v.v[i])
				abort();
		}
		mark_known(&r, &a, &k);
		if (r.n_fixed != b.v.n)
			abort();
		for (const struct report_writer *const *w = report_writers; *w; w++) {
			r.tool_version = r.kernel_version = r.kernel_config = "";
			(*w)->write(&r, &(struct report_options){ 0 }, &out);
		}
		strbuf_release(&out);
		arena_release(&a);
	}
	baseline_release(&b);
}

static void fuzz_suppressions(const char *text, size_t len)
{
	struct finding f = { .id = "0123456789abcdef", .code = "RL101", .rule = "null-busy-counter",
			     .location = { .function = "f" }, .lock = { .class = "l" } };
	const char *error = NULL;
	struct suppressions s;

	if (suppressions_parse(&s, "fuzz", text, len, &error))
		check_error(error);
	for (size_t i = 0; i < s.v.n && !error; i++) {
		suppression_means(&s.v.v[i], &f);
		suppression_ended(&s.v.v[i], "2026-01-01");
		if (!s.v.v[i].reason || !*s.v.v[i].reason)
			abort();
	}
	suppressions_release(&s);
}

/* A baseline that was written can be read again, and has every id. */
static void check_baseline(const struct report *r)
{
	struct strbuf out = STRBUF_INIT;
	const char *error = NULL;
	struct baseline b;

	baseline_write(r, NULL, &out);
	if (baseline_parse(&b, "fuzz", out.buf, out.len, &error))
		abort();
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		const struct known *k = baseline_find(&b, f->id);

		if (finding_suppressed(f) ? k != NULL : !k || k->severity != f->severity)
			abort();
	}
	baseline_release(&b);
	strbuf_release(&out);
}

static void fuzz_report(const char *text, size_t len)
{
	struct arena a = ARENA_INIT;
	const char *error = NULL;
	struct report r;

	if (report_parse(&a, "fuzz", text, len, &r, &error)) {
		check_error(error);
	} else {
		struct strbuf out = STRBUF_INIT;
		struct diff d;

		for (const struct report_writer *const *w = report_writers; *w; w++)
			(*w)->write(&r, &(struct report_options){ 0 }, &out);
		diff_reports(&r, &r, &a, &d);
		diff_write_text(&d, &(struct report_options){ 0 }, &out);
		diff_write_json(&d, &out);
		check_baseline(&r);
		strbuf_release(&out);
	}
	arena_release(&a);
}

static void fuzz_tried(const char *text, size_t len)
{
	struct location at = {"a.c", 1, 1, "f"};
	struct arena a = ARENA_INIT;
	const char *error = NULL;
	struct tried_file t;

	if (tried_parse(&a, "fuzz", text, len, &t, &error)) {
		check_error(error);
	} else {
		struct ladder none = {0};
		struct finding f = {.context = "recursion",
				    .code = "RL101",
				    .rule = "null-busy-counter",
				    .message = "m",
				    .location = at,
				    .lock = {.class = "l"},
				    .entry_function = "f",
				    .entry_via = "",
				    .ladders = &none,
				    .n_ladders = 1};
		struct report r = {.tool_version = "",
				   .kernel_version = "",
				   .kernel_config = "",
				   .findings = &f,
				   .n_findings = 1};
		struct strbuf out = STRBUF_INIT;

		if (t.n)
			memcpy(f.id, t.v[0].id, sizeof(f.id));
		if (tried_give(&t, &r) > t.n - !!t.n || !f.tried != !t.n)
			abort();
		for (const struct report_writer *const *w = report_writers; *w; w++)
			(*w)->write(&r, &(struct report_options){ 0 }, &out);
		strbuf_release(&out);
	}
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		fuzz_baseline(text, size - 1);
		break;
	case 1:
		fuzz_suppressions(text, size - 1);
		break;
	case 2:
		fuzz_report(text, size - 1);
		break;
	case 3:
		fuzz_tried(text, size - 1);
		break;
	}
	free(text);
	return 0;
}
