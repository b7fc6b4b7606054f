// SPDX-License-Identifier: MIT
#include "report_fixture.h"

#include "base/utf8.h"
#include "base/vec.h"
#include "reports/layout.h"
#include "rules/rules.h"

#include <errno.h>

static void test_text(void **state)
{
	(void)state;
	write_golden("text", &full, (struct report_options){ 0 }, "full.text");
	write_golden("text", &full, (struct report_options){ .width = 60 }, "narrow.text");
	write_golden("text", &full, (struct report_options){ .color = true }, "color.text");
	write_golden("text", &empty, (struct report_options){ 0 }, "empty.text");
	write_golden("text", &compared, (struct report_options){ 0 }, "compared.text");
}

static void test_short(void **state)
{
	(void)state;
	write_golden("short", &full, (struct report_options){ 0 }, "full.short");
	write_golden("short", &empty, (struct report_options){ 0 }, "empty.short");
	write_golden("short", &compared, (struct report_options){ 0 }, "compared.short");
}

static void test_json(void **state)
{
	(void)state;
	write_golden("json", &full, (struct report_options){ .color = true }, "full.json");
	write_golden("json", &empty, (struct report_options){ 0 }, "empty.json");
	write_golden("json", &compared, (struct report_options){ 0 }, "compared.json");
}

/* Nothing that a terminal obeys gets out, whatever the tree's text is. */
static void test_no_controls(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct report_options o = { 0 };

	(void)state;
	for (const struct report_writer *const *w = report_writers; *w; w++) {
		strbuf_reset(&out);
		(*w)->write(&full, &o, &out);
		for (size_t i = 0; i < out.len;) {
			uint32_t cp;
			size_t n = utf8_decode(out.buf + i, out.len - i, &cp);

			assert_true(n > 0);
			assert_true(cp == '\n' || (cp >= 0x20 && cp != 0x7f));
			i += n;
		}
		assert_int_equal(out.len, strlen(out.buf));
	}
	strbuf_release(&out);
}

static void test_utf8(void **state)
{
	static const char *const bad[] = { "\x80",	   "\xc0\x80",	       "\xc3",
					   "\xe0\x80\x80", "\xed\xa0\x80",     "\xf4\x90\x80\x80",
					   "\xf8\x88",	   "\xf0\x9f\x98",     "\xe2\x28\xa1" };
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &cp), 0);
	assert_int_equal(utf8_decode("\xf0\x9f\x98\x80", 4, &cp), 4);
	assert_int_equal(cp, 0x1f600);
}

static void test_source_line(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct report r = { .tree = DIR "/tree" };

	(void)state;
	assert_true(source_line(&r, "kernel/bpf/pot.c", 1, &line));
	assert_true(line.len > 0);
	strbuf_reset(&line);
	assert_false(source_line(&r, "kernel/bpf/pot.c", 0, &line));
	assert_false(source_line(&r, "kernel/bpf/pot.c", 99999, &line));
	assert_false(source_line(&r, "kernel/bpf", 1, &line));
	assert_false(source_line(&r, "../../rules/README.md", 1, &line));
	assert_false(source_line(&r, "kernel/../../full.text.golden", 1, &line));
	assert_false(source_line(&r, "/etc/passwd", 1, &line));
	assert_false(source_line(&r, "build:asm-offsets.c", 1, &line));
	strbuf_release(&line);
}

static void test_wrap(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	add_wrapped(&out, "aa bb  cc", 0, 2, 5);
	assert_string_equal(out.buf, "aa bb\n  cc");
	strbuf_reset(&out);
	add_wrapped(&out, "a verylongword b", 4, 4, 6);
	assert_string_equal(out.buf, "a\n    verylongword\n    b");
	strbuf_release(&out);
}

static void test_find(void **state)
{
	(void)state;
	assert_non_null(report_writer_find(report_writers, "text"));
	assert_null(report_writer_find(report_writers, "postscript"));
	assert_null(report_writer_find(report_writers, ""));
}

static void test_explain(void **state)
{
	struct rules rules = { 0 };
	struct strbuf out = STRBUF_INIT, color = STRBUF_INIT;
	struct report_options o = { 0 };
	const char *error;

	(void)state;
	assert_int_equal(rules_read_dir(&rules, RELOCK_SOURCE_DIR "/rules", &error), 0);
	assert_int_equal(report_explain_rule(&rules, "RL999", &o, &out), -ENOENT);
	assert_int_equal(out.len, 0);
	assert_int_equal(report_explain_rule(&rules, "RL101", &o, &out), 0);
	assert_string_equal(out.buf, rules_hazard(&rules, "null-busy-counter")->page);
	o.color = true;
	assert_int_equal(report_explain_rule(&rules, "null-busy-counter", &o, &color), 0);
	assert_non_null(strstr(color.buf, "\033[1m# RL101"));
	o.color = false;
	strbuf_reset(&out);
	assert_int_equal(report_explain_finding(&full, &rules, "nothing", &o, &out), -ENOENT);
	assert_int_equal(out.len, 0);
	assert_int_equal(report_explain_finding(&full, &rules, findings[0].id, &o, &out), 0);
	assert_non_null(strstr(out.buf, "AA DEADLOCK"));
	assert_non_null(strstr(out.buf, "# RL101 null-busy-counter"));
	strbuf_release(&out);
	strbuf_release(&color);
	rules_release(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),	   cmocka_unit_test(test_short),
		cmocka_unit_test(test_json),	   cmocka_unit_test(test_no_controls),
		cmocka_unit_test(test_utf8),	   cmocka_unit_test(test_source_line),
		cmocka_unit_test(test_wrap),	   cmocka_unit_test(test_find),
		cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
