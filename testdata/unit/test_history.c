// SPDX-License-Identifier: MIT
#include "report_fixture.h"

#include "base/json.h"
#include "history/baseline.h"
#include "history/compare.h"
#include "history/read.h"
#include "history/suppress.h"
#include "reports/diff.h"
#include "reports/layout.h"

#include <errno.h>

static void test_json_line(void **state)
{
	static const char text[] = "\n{ \"a\": [1,\n  {\"b\\\"\": \"}]\\\\\", \"c\": {}},\n -2e5, \"x\"\n],\n"
				   "\"d\":\n null, \"d\":\n true }";
	const struct {
		struct jdoc_step path[3];
		size_t n;
		unsigned int line;
	} cases[] = {
		{ { { NULL, 0 } }, 0, 2 },
		{ { { "a", 0 } }, 1, 2 },
		{ { { "a", 0 }, { NULL, 0 } }, 2, 2 },
		{ { { "a", 0 }, { NULL, 1 } }, 2, 3 },
		{ { { "a", 0 }, { NULL, 1 }, { "c", 0 } }, 3, 3 },
		{ { { "a", 0 }, { NULL, 2 } }, 2, 4 },
		{ { { "a", 0 }, { NULL, 3 } }, 2, 4 },
		{ { { "d", 0 } }, 1, 8 },		/* the last of the name, as jansson has it */
		{ { { "a", 0 }, { NULL, 4 } }, 2, 2 }, /* there is none: the array */
		{ { { "e", 0 } }, 1, 2 },
		{ { { NULL, 0 } }, 1, 2 }, /* no array */
	};
	struct arena a = ARENA_INIT;
	const char *error;
	struct jdoc *d;

	(void)state;
	assert_int_equal(jdoc_parse(&a, text, sizeof(text) - 1, &d, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int line = jdoc_line(text, sizeof(text) - 1, cases[i].path, cases[i].n);

		if (line != cases[i].line)
			fail_msg("case %zu: line %u, not %u", i, line, cases[i].line);
	}
	arena_release(&a);
}

/* What a report has of findings, units and kernel comes back from its JSON, byte by byte. */
static void check_round_trip(const struct report *r)
{
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	struct report_options o = { 0 };
	struct arena a = ARENA_INIT;
	const char *error = "";
	struct report back;

	json_writer.write(r, &o, &out);
	if (report_parse(&a, "x", out.buf, out.len, &back, &error))
		fail_msg("%s", error);
	assert_int_equal(back.n_findings, r->n_findings);
	back.since = r->since;
	back.since_commit = r->since_commit;
	back.fixed = r->fixed;
	back.n_fixed = r->n_fixed;
	back.idle = r->idle;
	back.n_idle = r->n_idle;
	back.stats = r->stats;
	back.n_stats = r->n_stats;
	back.sections = r->sections;
	back.n_sections = r->n_sections;
	back.attachables = r->attachables;
	back.n_attachables = r->n_attachables;
	json_writer.write(&back, &o, &again);
	assert_string_equal(again.buf, out.buf);
	strbuf_release(&out);
	strbuf_release(&again);
	arena_release(&a);
}

/* What relock lab reads of sections; older reports have none. */
static void test_sections(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const struct section *want = &full.sections[0];
	const char *error = "";
	struct report back;

	(void)state;
	json_writer.write(&full, &(struct report_options){ 0 }, &out);
	if (report_parse(&a, "x", out.buf, out.len, &back, &error))
		fail_msg("%s", error);
	assert_true(want->findings.n && back.n_sections && back.n_sections <= full.n_sections);
	assert_string_equal(back.sections[0].lock.class, want->lock.class);
	assert_string_equal(back.sections[0].findings.v[0], want->findings.v[0]);
	assert_int_equal(back.sections[0].n_attach, want->n_attach);
	assert_string_equal(back.sections[0].attach[0].name, want->attach[0].name);
	assert_int_equal(back.sections[0].attach[0].location.line, want->attach[0].location.line);
	memcpy(strstr(out.buf, "\"sections\":"), "\"sectiuns\":", 11);
	assert_int_equal(report_parse(&a, "x", out.buf, out.len, &back, &error), 0);
	assert_int_equal(back.n_sections, 0);
	strbuf_release(&out);
	arena_release(&a);
}

static void test_round_trip(void **state)
{
	(void)state;
	check_round_trip(&full);
	check_round_trip(&compared);
	check_round_trip(&empty);
}

/* Reports of versions that did not write the newer members can be read. */
static void test_older_report(void **state)
{
	static const char *const newer[] = { "state_reason", "brought", "name" };
	struct strbuf out = STRBUF_INIT;
	struct report_options o = { 0 };
	struct arena a = ARENA_INIT;
	const char *error = "";
	struct report back;

	(void)state;
	json_writer.write(&full, &o, &out);
	for (size_t i = 0; i < ARRAY_SIZE(newer); i++) {
		for (char *at = out.buf; (at = strstr(at, newer[i]));)
			*at = '_';
	}
	if (report_parse(&a, "x", out.buf, out.len, &back, &error))
		fail_msg("%s", error);
	assert_null(back.findings[0].state_reason);
	strbuf_release(&out);
	arena_release(&a);
}

static void test_diff(void **state)
{
	struct finding older[ARRAY_SIZE(findings_compared)];
	struct report old = compared;
	struct report_options o = { 0 };
	struct strbuf out = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct diff d;

	(void)state;
	/* The first is only in the old one, the second was a note, the third is better now. */
	memcpy(older, findings_compared, sizeof(older));
	memcpy(older[0].id, "9999999999999999", 17);
	older[0].message = "gone, \033[31m and | more";
	older[1].severity = SEV_NOTE;
	older[2].severity = SEV_ERROR;
	old.findings = older;
	old.units_analysed = 49;
	diff_reports(&old, &compared, &a, &d);
	assert_int_equal(d.n_rows, 5);
	diff_write_text(&d, &o, &out);
	check_golden("compared.text-diff", &out);
	strbuf_reset(&out);
	diff_write_json(&d, &out);
	check_golden("compared.json-diff", &out);
	strbuf_reset(&out);
	diff_reports(&empty, &empty, &a, &d);
	diff_write_text(&d, &o, &out);
	check_golden("empty.text-diff", &out);
	strbuf_release(&out);
	arena_release(&a);
}

/*
 * A function that came back to nothing before is told once, by the first finding of
 * several that have it; one that came back elsewhere makes nothing new.
 */
static void test_newcomers(void **state)
{
	struct reentry before[] = { { .function = "get" }, { .function = "put" } };
	struct reentry after[] = { { .function = "get" }, { .function = "next" },
				   { .function = "put" } };
	struct finding old_findings[] = {
		{ .id = "1111111111111111", .severity = SEV_ERROR, .reentry = before, .n_reentry = 1 },
		{ .id = "2222222222222222", .severity = SEV_ERROR, .reentry = before, .n_reentry = 2 },
		{ .id = "3333333333333333", .severity = SEV_NOTE, .reentry = before, .n_reentry = 2 },
	};
	struct finding new_findings[ARRAY_SIZE(old_findings)];
	struct report old = { .findings = old_findings, .n_findings = ARRAY_SIZE(old_findings) };
	struct report new = { .findings = new_findings, .n_findings = ARRAY_SIZE(new_findings) };
	struct baseline revision;
	struct known_before known = { .revision = &revision, .today = "2026-11-27" };
	struct arena a = ARENA_INIT;
	struct diff d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(old_findings); i++) {
		struct finding *f = &old_findings[i];

		f->code = "RL106";
		f->location.function = "get";
		f->lock.class = "pot.lock";
		new_findings[i] = *f;
		new_findings[i].reentry = after;
		new_findings[i].n_reentry = ARRAY_SIZE(after);
	}
	baseline_take(&revision, &old);
	mark_known(&new, &a, &known);
	assert_string_equal(new_findings[0].state, "new");
	assert_int_equal(new_findings[0].notes.n, 1);
	assert_string_equal(new_findings[1].state, "unchanged");
	assert_string_equal(new_findings[2].state, "unchanged");
	diff_reports(&old, &new, &a, &d);
	assert_int_equal(d.n_rows, 3);
	assert_int_equal(d.rows[0].change, CHANGE_WORSE);
	assert_string_equal(d.rows[0].new->id, "1111111111111111");
	assert_string_equal(d.rows[0].more, "next(), put()");
	assert_int_equal(d.rows[1].change, CHANGE_NONE);
	assert_int_equal(d.rows[2].change, CHANGE_NONE);
	baseline_release(&revision);
	arena_release(&a);
}

/* So is one that programs of another type come back through: who gets it is a cause, too. */
static void test_newcomers_of_type(void **state)
{
	const char *types[] = { "tracing", "kprobe", "perf_event" };
	struct reentry before[] = { { .function = "get", .program_types = { types, 1 } } };
	struct reentry after[] = { { .function = "get", .program_types = { types, 3 } } };
	struct finding old_findings[] = {
		{ .id = "1111111111111111", .severity = SEV_ERROR },
		{ .id = "2222222222222222", .severity = SEV_ERROR },
	};
	struct finding new_findings[ARRAY_SIZE(old_findings)];
	struct report old = { .findings = old_findings, .n_findings = ARRAY_SIZE(old_findings) };
	struct report new = { .findings = new_findings, .n_findings = ARRAY_SIZE(new_findings) };
	struct baseline revision;
	struct known_before known = { .revision = &revision, .today = "2026-11-28" };
	struct arena a = ARENA_INIT;
	struct diff d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(old_findings); i++) {
		struct finding *f = &old_findings[i];

		f->code = "RL106";
		f->location.function = "get";
		f->lock.class = "pot.lock";
		f->reentry = before;
		f->n_reentry = 1;
		new_findings[i] = *f;
		new_findings[i].reentry = after;
	}
	baseline_take(&revision, &old);
	mark_known(&new, &a, &known);
	assert_string_equal(new_findings[0].state, "new");
	assert_int_equal(new_findings[0].notes.n, 1);
	assert_non_null(strstr(new_findings[0].notes.v[0], "get() of kprobe, perf_event programs"));
	assert_string_equal(new_findings[1].state, "unchanged");
	diff_reports(&old, &new, &a, &d);
	assert_int_equal(d.rows[0].change, CHANGE_WORSE);
	assert_string_equal(d.rows[0].more, "get() of kprobe, perf_event programs");
	assert_int_equal(d.rows[1].change, CHANGE_NONE);
	/* The other way round it is no worse. */
	diff_reports(&new, &old, &a, &d);
	assert_int_equal(d.rows[0].change, CHANGE_NONE);
	assert_null(d.rows[0].more);
	baseline_release(&revision);
	arena_release(&a);
}

/*
 * A lock without a guard is known by what it is, whichever function stands for it; not where two
 * may be meant, where a guard is, or where nothing that came back still does.
 */
static void test_stands_for_lock(void **state)
{
	struct reentry before[] = { { .function = "get" }, { .function = "put" } };
	struct reentry after[] = { { .function = "add" }, { .function = "get" } };
	const char *guards[] = { "busy" };
	struct finding old_findings[] = {
		{ .id = "1111111111111111", .lock.class = "pot.lock", .reentry = before, .n_reentry = 2 },
		{ .id = "2222222222222222", .lock.class = "jar.lock", .reentry = before, .n_reentry = 2,
		  .guard_expected = { guards, 1 } },
		{ .id = "3333333333333333", .lock.class = "tub.lock", .reentry = before, .n_reentry = 2 },
		{ .id = "4444444444444444", .lock.class = "cup.lock", .reentry = before + 1,
		  .n_reentry = 1 },
	};
	struct finding new_findings[ARRAY_SIZE(old_findings) + 1];
	struct report old = { .findings = old_findings, .n_findings = ARRAY_SIZE(old_findings) };
	struct report new = { .findings = new_findings, .n_findings = ARRAY_SIZE(new_findings) };
	struct baseline revision;
	struct known_before known = { .revision = &revision, .today = "2026-11-28" };
	static const char *const ids[] = { "5555555555555555", "6666666666666666", "7777777777777777",
					   "8888888888888888", "9999999999999999" };
	struct arena a = ARENA_INIT;
	size_t same = 0, gone = 0;
	struct diff d;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(new_findings); i++) {
		struct finding *f = &old_findings[i < 3 ? i : i - 1];

		f->code = "RL106";
		f->context = "recursion";
		f->severity = SEV_ERROR;
		f->location.function = "get";
		new_findings[i] = *f;
		memcpy(new_findings[i].id, ids[i], sizeof(new_findings[i].id));
		new_findings[i].location.function = "add";
		new_findings[i].reentry = after;
		new_findings[i].n_reentry = ARRAY_SIZE(after);
	}
	/* Two are of the third lock. */
	new_findings[3].lock.class = "tub.lock";
	baseline_take(&revision, &old);
	mark_known(&new, &a, &known);
	/* It is known, but for "add", which came back to nothing before. */
	assert_int_equal(new.n_fixed, 3);
	for (size_t i = 1; i < ARRAY_SIZE(new_findings); i++)
		assert_string_equal(new_findings[i].state, "new");
	assert_string_equal(new_findings[0].state, "unchanged");
	assert_non_null(strstr(new_findings[0].notes.v[0], "1111111111111111, at get()"));
	diff_reports(&old, &new, &a, &d);
	assert_int_equal(d.n_rows, 8);
	for (size_t i = 0; i < d.n_rows; i++) {
		gone += d.rows[i].change == CHANGE_FIXED;
		if (d.rows[i].change != CHANGE_NONE)
			continue;
		same++;
		assert_string_equal(d.rows[i].old->id, "1111111111111111");
		assert_string_equal(d.rows[i].new->id, "5555555555555555");
		assert_string_equal(d.rows[i].more, "add()");
	}
	assert_int_equal(same, 1);
	assert_int_equal(gone, 3);
	baseline_release(&revision);
	arena_release(&a);
}

/* Names of the tree cannot break the lines of a baseline. */
static void test_evil_names(void **state)
{
	struct finding evil[] = { findings[0] };
	struct report r = { .findings = evil, .n_findings = 1 };
	struct strbuf out = STRBUF_INIT;
	const struct known *k;
	const char *error = "";
	struct baseline b;

	(void)state;
	evil[0].location.function = "a b#\nffffffffffffffff";
	evil[0].lock.class = "l # no reason\r\n\t";
	baseline_write(&r, NULL, &out);
	if (baseline_parse(&b, "x", out.buf, out.len, &error))
		fail_msg("%s", error);
	assert_int_equal(b.v.n, 1);
	k = baseline_find(&b, evil[0].id);
	assert_non_null(k);
	assert_null(k->reason);
	assert_string_equal(k->function, "a_b__ffffffffffffffff");
	baseline_release(&b);
	strbuf_release(&out);
}

static bool is_known_date(const char *date)
{
	struct strbuf text = STRBUF_INIT;
	const char *error = NULL;
	struct suppressions s;
	bool ok;

	strbuf_addf(&text, "0123456789abcdef until %s # x\n", date);
	ok = suppressions_parse(&s, "x", text.buf, text.len, &error) == 0;
	suppressions_release(&s);
	strbuf_release(&text);
	return ok;
}

static void test_dates(void **state)
{
	static const char *const good[] = { "2026-01-31", "2024-02-29", "2000-02-29", "2026-12-31" };
	static const char *const bad[] = { "2026-00-10", "2026-13-01", "2026-01-00", "2026-04-31",
					   "2023-02-29", "2100-02-29", "2026-1-31",  "26-01-31",
					   "2026-01-311", "2026/01/31" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(is_known_date(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(is_known_date(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_line),   cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_older_report), cmocka_unit_test(test_diff),
		cmocka_unit_test(test_newcomers),   cmocka_unit_test(test_newcomers_of_type),
		cmocka_unit_test(test_stands_for_lock),
		cmocka_unit_test(test_evil_names),  cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
