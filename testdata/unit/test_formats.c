// SPDX-License-Identifier: MIT
#include "report_fixture.h"

#include "base/utf8.h"
#include "reports/jsonout.h"
#include "reports/layout.h"

/*
 * The formats that other programs read. Their golden files are opened by those
 * programs in testdata/reports.
 */
static const char *const formats[] = { "lore",	 "sarif",      "github", "markdown", "gitlab",
				       "rdjson", "checkstyle", "junit",	 "dot",	   "html" };

/* What a tree could contain to drive or break whoever reads a report of it. */
#define EVIL                                                                                       \
	"::error::a]]>&amp;<script>alert('1')</script>\"\\|`x` ```\n*b* _c_ [d](javascript:e) "    \
	"![i](http://f) %0A ,:; {0} #1 @all \033[31m\r\x7f \xff\xef\xbf\xbf \xe2\x80\xae --> \t$x$ " \
	"##[error] \xf0\x9f\x98\x80"

static struct step steps_evil[] = {
	{ STEP_ACQUIRE, 0, EVIL, { "a/" EVIL, 1, 1, EVIL }, EVIL, 0 },
	{ STEP_ATTACH, 1, EVIL, { "build:" EVIL, 0, 0, EVIL }, EVIL, 0 },
	{ STEP_REENTER, 2, "", { NULL, 0, 0, "" }, "", 0 },
	{ STEP_BLOCKED, 3, EVIL, { "../" EVIL, 2000000000, 2000000000, EVIL }, "x", 1 },
};
static struct ladder ladders_evil[] = { { steps_evil, ARRAY_SIZE(steps_evil) } };
static struct attach_point attach_evil[] = {
	{ EVIL, EVIL, LIST("fentry", EVIL), CERT_POSSIBLE, EVIL, { "a/" EVIL, 1, 1, EVIL } },
};
static struct reentry reentry_evil[] = { { EVIL, "helper", LIST(EVIL), EVIL } };
static struct remedy remedies_evil[] = { { "guard", EVIL, true, 0 } };
static struct finding findings_evil[] = {
	{
		.id = "1111111111111111",
		.context = "recursion",
		.rule = "unguarded-section",
		.code = "RL102",
		.severity = SEV_ERROR,
		.message = EVIL,
		.location = { "a/" EVIL, 1, 1, EVIL },
		.lock = { EVIL, EVIL, { "a/" EVIL, 1, 1, EVIL }, { "b\n::error::c", 1, 1, "" } },
		.guard_expected = LIST(EVIL),
		.guard_raised = LIST(EVIL),
		.entry_function = EVIL,
		.entry_via = EVIL,
		.attach = attach_evil,
		.n_attach = 1,
		.reentry = reentry_evil,
		.n_reentry = 1,
		.ladders = ladders_evil,
		.n_ladders = 1,
		.assumptions = LIST(EVIL),
		.remedies = remedies_evil,
		.n_remedies = 1,
		.notes = LIST(EVIL),
	},
};
static struct failed_unit failed_evil[] = { { "a/" EVIL, EVIL } };
static struct cut cuts_evil[] = { { EVIL, EVIL } };
static struct config_miss misses_evil[] = { { EVIL, EVIL } };
static struct section sections_evil[] = {
	{
		.lock = { EVIL, EVIL, { "a/" EVIL, 1, 1, EVIL }, { NULL, 0, 0, "" } },
		.lock_type = EVIL,
		.primitive = EVIL,
		.guard_raised = LIST(EVIL),
		.guard_meant = LIST(EVIL),
		.entries = LIST(EVIL " (" EVIL ")"),
		.attach = attach_evil,
		.n_attach = 1,
		.findings = LIST("1111111111111111"),
	},
};
static struct danger dangers_evil[] = { { EVIL, EVIL, EVIL, "1111111111111111" } };
static struct attachable attachables_evil[] = {
	{ EVIL, false, LIST(EVIL), CERT_LIKELY, EVIL, { "a/" EVIL, 1, 1, EVIL }, LIST(EVIL),
	  dangers_evil, 1 },
};
static struct rule_text rules_evil[] = { { "RL102", EVIL, EVIL, "# " EVIL "\n\n    " EVIL "\n" } };
static const struct report evil = {
	.tool_version = "0.1.0",
	.tree = DIR "/tree",
	.kernel_version = EVIL,
	.kernel_config = EVIL,
	.units_total = 2,
	.units_analysed = 1,
	.failed = failed_evil,
	.n_failed = 1,
	.findings = findings_evil,
	.n_findings = 1,
	.cuts = cuts_evil,
	.n_cuts = 1,
	.config_missing = misses_evil,
	.n_config_missing = 1,
	.assumptions = LIST(EVIL),
	.sections = sections_evil,
	.n_sections = 1,
	.attachables = attachables_evil,
	.n_attachables = 1,
	.rules = rules_evil,
	.n_rules = 1,
};

static void test_golden(void **state)
{
	struct report_options o = { .color = true, .width = 40 };
	struct strbuf name = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		strbuf_reset(&name);
		strbuf_addf(&name, "full.%s", formats[i]);
		write_golden(formats[i], &full, o, name.buf);
		strbuf_reset(&name);
		strbuf_addf(&name, "empty.%s", formats[i]);
		write_golden(formats[i], &empty, o, name.buf);
		strbuf_reset(&name);
		strbuf_addf(&name, "evil.%s", formats[i]);
		write_golden(formats[i], &evil, o, name.buf);
		strbuf_reset(&name);
		strbuf_addf(&name, "compared.%s", formats[i]);
		write_golden(formats[i], &compared, o, name.buf);
	}
	strbuf_release(&name);
}

static size_t count(const struct strbuf *text, const char *what)
{
	size_t n = 0, len = strlen(what);

	/* strstr() would do, but AddressSanitizer reads the rest of the text at each call. */
	for (size_t i = 0; i + len <= text->len; i++)
		n += text->buf[i] == what[0] && !memcmp(text->buf + i, what, len);
	return n;
}

/* Nothing that a terminal obeys, whatever the tree's text is. */
static void test_evil_bytes(void **state)
{
	struct report_options o = { 0 };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (const struct report_writer *const *w = report_writers; *w; w++) {
		strbuf_reset(&out);
		(*w)->write(&evil, &o, &out);
		for (size_t i = 0; i < out.len;) {
			uint32_t cp = 0;
			size_t n = utf8_decode(out.buf + i, out.len - i, &cp);

			assert_true(n > 0);
			assert_true(cp == '\n' || cp >= 0x20);
			/* jansson leaves DEL as it is; JSON reports are not for terminals. */
			assert_true(cp != 0x7f || !strcmp((*w)->name, "json"));
			i += n;
		}
	}
	strbuf_release(&out);
}

static void test_github(void **state)
{
	struct report_options o = { 0 };
	struct finding many[30];
	struct report r = full;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	/* Every line is a command: none is text that could be taken for one. */
	github_writer.write(&evil, &o, &out);
	for (const char *line = out.buf; *line; line = strchr(line, '\n') + 1)
		assert_true(!strncmp(line, "::error file=", 13) ||
			    !strncmp(line, "::warning title=relock::", 24));
	assert_int_equal(count(&out, "\n"), 2);

	/* Known findings do not use up the annotations of new ones. */
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		many[i] = findings[0];
		many[i].state = i < 10 ? "unchanged" : i < 11 ? "suppressed" : "new";
		many[i].severity = i < 25 ? SEV_ERROR : SEV_NOTE;
	}
	r.findings = many;
	r.n_findings = ARRAY_SIZE(many);
	strbuf_reset(&out);
	github_writer.write(&r, &o, &out);
	assert_int_equal(count(&out, "\n"), 11);
	assert_int_equal(count(&out, "::error file="), 9);
	assert_int_equal(count(&out, "::notice title=relock::10 more: 5 errors, 0 warnings, "
					"5 notes; 10 known before."), 1);
	strbuf_release(&out);
}

/* Longer than any summary may be: the report stays below, and says so. */
static void test_markdown_size(void **state)
{
	struct report_options o = { 0 };
	struct report r = full;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	r.n_findings = 6000;
	r.findings = calloc(r.n_findings, sizeof(*r.findings));
	assert_non_null(r.findings);
	for (size_t i = 0; i < r.n_findings; i++)
		r.findings[i] = findings[0];
	markdown_writer.write(&r, &o, &out);
	assert_in_range(out.len, 500 << 10, 1000 << 10);
	assert_int_equal(count(&out, " more; `--output json` has all."), 1);
	assert_int_equal(count(&out, " more is left out;"), 1);
	free(r.findings);
	strbuf_release(&out);
}

/* Where to leave the page of many findings; NULL: nowhere. */
static const char *page_file;

/* Steps and places are what findings of the real trees have on average, sections have twice that. */
enum { N_MANY = 100, N_STEPS = 11, N_PLACES = 14, N_NAMES = 400, N_LINES = 45000,
       N_UNUSABLE = 12000 };

/* A tree of one file, whose lines are as long as those of others. */
static void write_much(struct arena *a, const char *tree)
{
	const char *folder = fs_join(a, tree, "kernel/bpf");
	struct strbuf sb = STRBUF_INIT;

	for (unsigned int i = 1; i <= N_LINES; i++)
		strbuf_addf(&sb, "\tif (is_there(map->owner, %u) && !is_done(&state->queue[%u]))\n", i,
			    i * 7);
	assert_int_equal(fs_mkdirs(folder), 0);
	assert_int_equal(fs_write(fs_join(a, folder, "much.c"), sb.buf, sb.len), 0);
	strbuf_release(&sb);
}

/* Findings that have nothing in common, in a tree where all sections and attach points are theirs. */
static void make_many(struct arena *a, struct report *r)
{
	static const char *how[] = { "fentry", "fexit", "kprobe", "kretprobe" };
	static const char *busy[] = { "bpf_cgrp_storage_busy" };
	struct finding *many = ARENA_ARRAY(a, struct finding, N_MANY);
	struct section *sections = ARENA_ARRAY(a, struct section, N_MANY);
	struct attachable *names = ARENA_ARRAY(a, struct attachable, N_NAMES);

	for (size_t i = 0; i < N_NAMES; i++)
		names[i] = (struct attachable){
			.name = arena_printf(a, "bpf_some_function_%03zu", i),
			.how = { how, ARRAY_SIZE(how) },
			.certainty = i % 3 ? CERT_LIKELY : CERT_POSSIBLE,
			.reason = i % 3 ? "external, not inline" : "static: may be inlined",
			.location = { "kernel/bpf/much.c", (unsigned int)i * 11 + 1, 1, "" },
		};
	for (size_t i = 0; i < N_MANY; i++) {
		struct finding *f = &many[i];
		struct step *steps = ARENA_ARRAY(a, struct step, N_STEPS);
		struct ladder *ladder = ARENA_NEW(a, struct ladder);
		struct attach_point *places = ARENA_ARRAY(a, struct attach_point, 2 * N_PLACES);
		struct danger *danger = ARENA_NEW(a, struct danger);

		for (size_t k = 0; k < N_STEPS; k++) {
			steps[k] = steps_null[k < 3 ? k : k < N_STEPS - 4 ? 2 : k - (N_STEPS - 7)];
			steps[k].depth = (unsigned int)k;
			steps[k].function = names[(i * 3 + k) % N_NAMES].name;
			steps[k].location.file = "kernel/bpf/much.c";
			steps[k].location.line = (unsigned int)(i * N_STEPS + k) * 40 + 9;
		}
		*ladder = (struct ladder){ steps, N_STEPS };
		for (size_t k = 0; k < 2 * N_PLACES; k++) {
			const struct attachable *at = &names[(i * 4 + k) % N_NAMES];

			places[k] = (struct attach_point){ at->name, at->name, at->how, at->certainty,
							   at->reason, at->location };
		}
		*f = findings[0];
		snprintf(f->id, sizeof(f->id), "%016zx", i * 0x9e3779b97f4a7c1 + 1);
		f->severity = i < 30 ? SEV_ERROR : i < 60 ? SEV_WARNING : SEV_NOTE;
		f->entry_function = arena_printf(a, "some_map_operation_%03zu", i);
		f->message = arena_printf(a, "%s() passes no busy counter, so bpf_some_helper_%03zu() "
					  "can take bpf_local_storage.lock again", f->entry_function, i);
		f->location.file = "kernel/bpf/much.c";
		f->location.line = steps[0].location.line;
		f->ladders = ladder;
		f->attach = places;
		f->n_attach = N_PLACES;
		f->tried = i % 2 ? &tried_null : NULL;
		sections[i] = (struct section){
			.lock = f->lock,
			.lock_type = "raw spinlock",
			.primitive = "_raw_spin_lock_irqsave",
			.guard_meant = { busy, 1 },
			.attach = places,
			.n_attach = 2 * N_PLACES,
		};
		sections[i].lock.acquired = steps[4].location;
		sections[i].entries.v = arena_memdup(a, &f->entry_function, sizeof(char *));
		sections[i].entries.n = 1;
		sections[i].findings.v = ARENA_NEW(a, const char *);
		sections[i].findings.v[0] = f->id;
		sections[i].findings.n = 1;
		*danger = (struct danger){ arena_printf(a, "bpf_some_helper_%03zu", i), "helper",
					   f->lock.class, f->id };
		names[i * 4].dangers = danger;
		names[i * 4].n_dangers = 1;
	}
	r->findings = many;
	r->n_findings = N_MANY;
	r->sections = sections;
	r->n_sections = N_MANY;
	r->attachables = names;
	r->n_attachables = N_NAMES;
}

/*
 * A page of 100 findings is below 1 MB, with every ladder as a drawing, evidence
 * and all lists: what has no place is source lines.
 */
static void test_html_size(void **state)
{
	struct report_options o = { 0 };
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;
	struct report r = full;
	char tree[] = "/tmp/relock-formats-XXXXXX";
	size_t with_source;

	(void)state;
	assert_non_null(mkdtemp(tree));
	write_much(&a, tree);
	make_many(&a, &r);
	r.tree = tree;
	html_writer.write(&r, &o, &out);
	if (page_file)
		assert_int_equal(fs_write(page_file, out.buf, out.len), 0);
	with_source = count(&out, "Source lines along the path");
	print_message("%zu findings: %zu bytes, %zu with source lines\n", r.n_findings, out.len,
		      with_source);
	assert_in_range(out.len, 900000, 1000000);
	assert_in_range(with_source, 1, N_MANY - 1);
	/* Nothing else is missing: each finding, each drawing, each step, each place, each table. */
	assert_int_equal(count(&out, "<article id=f-"), N_MANY);
	assert_int_equal(count(&out, "<figure "), N_MANY);
	assert_int_equal(count(&out, "<li id=f-"), N_MANY * N_STEPS);
	assert_int_equal(count(&out, "Where a program can run with the lock held: 14 places"), N_MANY);
	assert_int_equal(count(&out, "Tried in a virtual machine"), N_MANY / 2);
	assert_int_equal(count(&out, "From here on, source lines are left out"), 1);
	assert_int_equal(count(&out, "<td>bpf_some_function_"), N_NAMES);
	assert_int_equal(count(&out, "</html>"), 1);
	html_writer.write(&r, &o, &again);
	assert_string_equal(again.buf, out.buf);

	/* A few have all of it. */
	r.n_findings = 10;
	strbuf_reset(&out);
	html_writer.write(&r, &o, &out);
	assert_int_equal(count(&out, "<figure "), 10);
	assert_null(strstr(out.buf, "left out to keep"));
	assert_int_equal(fs_remove_all(tree), 0);
	strbuf_release(&out);
	strbuf_release(&again);
	arena_release(&a);
}

/* Tables of a whole kernel give way before findings do, in order, and say so. */
static void test_html_lists(void **state)
{
	struct report_options o = { 0 };
	struct arena a = ARENA_INIT;
	struct strbuf out = STRBUF_INIT;
	struct report r = full;
	char tree[] = "/tmp/relock-formats-XXXXXX";
	struct attachable *names;

	(void)state;
	assert_non_null(mkdtemp(tree));
	write_much(&a, tree);
	make_many(&a, &r);
	r.tree = tree;
	r.n_findings = 10;
	/* Functions that nobody can attach to, each with locks of its own. */
	names = ARENA_ARRAY(&a, struct attachable, N_NAMES + N_UNUSABLE);
	for (size_t i = 0; i < N_NAMES; i++)
		names[i] = r.attachables[i];
	for (size_t i = 0; i < N_UNUSABLE; i++) {
		const char **lock = ARENA_NEW(&a, const char *);

		*lock = arena_printf(&a, "some_struct_%05zu.lock", i);
		names[N_NAMES + i] = (struct attachable){
			.name = arena_printf(&a, "inline_function_%05zu", i),
			.certainty = CERT_NO,
			.reason = "always inlined",
			.location = { arena_printf(&a, "include/linux/much_%05zu.h", i), 7, 1, "" },
			.locks = { lock, 1 },
		};
	}
	r.attachables = names;
	r.n_attachables = N_NAMES + N_UNUSABLE;
	html_writer.write(&r, &o, &out);
	assert_in_range(out.len, 0, 1000000);
	assert_int_equal(count(&out, "<figure "), 10);
	assert_int_equal(count(&out, "Source lines along the path"), 10);
	assert_null(strstr(out.buf, "From here on"));
	/* Sections of the findings keep their lists, others have a count. */
	assert_int_equal(count(&out, "<p class=hint>To keep this page small, attach points are listed"), 1);
	assert_int_equal(count(&out, "inline_function_"), N_UNUSABLE);
	assert_null(strstr(out.buf, "include/linux/much_00001.h"));
	assert_non_null(strstr(out.buf, "cannot be attached to are only named"));
	assert_non_null(strstr(out.buf, "always inlined <i>(12000)</i>: inline_function_00000, "));
	/* What can be attached to has its row, and its place. */
	assert_int_equal(count(&out, "<td>bpf_some_function_"), N_NAMES);
	assert_int_equal(fs_remove_all(tree), 0);
	strbuf_release(&out);
	arena_release(&a);
}

/* That a finding was tried, and hung a kernel, is said in every format. */
static void test_evidence(void **state)
{
	struct report_options o = { 0 };
	struct finding with = full.findings[0], without = full.findings[0];
	struct strbuf out = STRBUF_INIT;
	struct report r = full;

	(void)state;
	with.tried = &tried_null;
	without.tried = NULL;
	r.n_findings = 1;
	for (const struct report_writer *const *w = report_writers; *w; w++) {
		size_t words;

		strbuf_reset(&out);
		r.findings = &without;
		(*w)->write(&r, &o, &out);
		words = count(&out, "confirmed");
		strbuf_reset(&out);
		r.findings = &with;
		(*w)->write(&r, &o, &out);
		if (count(&out, "confirmed") <= words)
			fail_msg("%s does not say that it was confirmed", (*w)->name);
	}
	strbuf_release(&out);
}

static void test_lore(void **state)
{
	static const struct report *const reports[] = { &full, &evil, &empty };
	struct report_options o = { .color = true };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		strbuf_reset(&out);
		lore_writer.write(reports[i], &o, &out);
		for (const char *line = out.buf; *line;) {
			size_t len = strcspn(line, "\n");
			size_t number = strspn(line, " 0123456789");

			/* Only a word that is longer than that may go beyond, alone in its line. */
			assert_true(len <= 75 || strcspn(line + number, " \n") == len - number);
			for (size_t k = 0; k < len; k++)
				assert_in_range(line[k], 0x20, 0x7e);
			assert_true(!len || line[len - 1] != ' ');
			line += len + 1;
		}
	}
	assert_null(strstr(out.buf, "\n---"));
	strbuf_release(&out);
}

/* Where to leave the report that is at all limits; NULL: nowhere. */
static const char *limits_file;

static void write_sarif(const struct report *r, struct strbuf *out)
{
	struct report_options o = { 0 };

	sarif_writer.write(r, &o, out);
	if (limits_file)
		assert_int_equal(fs_write(limits_file, out->buf, out->len), 0);
}

/* At the limits of the platforms, and what the file says then. */
static void test_sarif_limits(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct step *steps = calloc(1500, sizeof(*steps));
	struct attach_point *attach = calloc(150, sizeof(*attach));
	struct finding *many = calloc(5001, sizeof(*many));
	struct ladder ladder = { steps, 1500 };
	struct report r = full;

	(void)state;
	assert_true(steps && attach && many);
	for (size_t i = 0; i < 1500; i++) {
		steps[i] = steps_null[0];
		steps[i].depth = (unsigned int)i;
	}
	steps[1200].kind = STEP_REENTER;
	for (size_t i = 0; i < 150; i++)
		attach[i] = attach_null[0];
	for (size_t i = 0; i < 5001; i++) {
		many[i] = findings[0];
		many[i].n_attach = 0;
		many[i].n_ladders = 0;
		/* The tool that opens it (check-sarif) takes files up to 10 MiB. */
		if (i)
			many[i].tried = NULL;
	}
	many[0].ladders = &ladder;
	many[0].n_ladders = 1;
	many[0].attach = attach;
	many[0].n_attach = 150;
	r.findings = many;
	r.n_findings = 5001;
	write_sarif(&r, &out);
	assert_int_equal(count(&out, "\"ruleIndex\""), 5000);
	assert_int_equal(count(&out, "\"nestingLevel\""), 1000);
	assert_int_equal(count(&out, "a program can run here, at "), 98);
	assert_int_equal(count(&out, "Only 5000 of 5001 results"), 1);
	assert_int_equal(count(&out, "1 of the results have more than 1000 steps"), 1);

	/* All within them: nothing is said. */
	strbuf_reset(&out);
	sarif_writer.write(&empty, &(struct report_options){ 0 }, &out);
	assert_null(strstr(out.buf, "Only "));
	assert_null(strstr(out.buf, "of the results"));
	free(steps);
	free(attach);
	free(many);
	strbuf_release(&out);
}

static void test_json_out(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct json_out j = { .out = &out };

	(void)state;
	json_out_open(&j, NULL, '{');
	json_out_text(&j, "a\"", "\\ \n \x01 \x7f \xff");
	json_out_open(&j, "none", '[');
	json_out_close(&j, ']');
	json_out_open(&j, "some", '[');
	json_out_number(&j, NULL, UINT64_MAX);
	json_out_bool(&j, NULL, true);
	json_out_close(&j, ']');
	json_out_safe(&j, "b", "\x01");
	json_out_close(&j, '}');
	json_out_end(&j);
	assert_string_equal(out.buf, "{\n"
				     "  \"a\\\"\": \"\\\\ \\n \\u0001 \\u007f \xef\xbf\xbd\",\n"
				     "  \"none\": [],\n"
				     "  \"some\": [\n"
				     "    18446744073709551615,\n"
				     "    true\n"
				     "  ],\n"
				     "  \"b\": \"\\\\x01\"\n"
				     "}\n");
	strbuf_release(&out);
}

/* Bytes and characters of a line that has both tabs and more than ASCII. */
static void test_region(void **state)
{
	struct report r = { .tree = DIR "/tree" };
	struct sources s = { .r = &r };
	struct location in = { "kernel/bpf/utf8.c", 2, 15, "f" };
	struct region at;

	(void)state;
	region_of(&s, &in, &at);
	assert_int_equal(at.line, 2);
	assert_int_equal(at.start, 15);
	assert_int_equal(at.end, 15 + 12);
	assert_int_equal(at.start_char, 12);
	assert_int_equal(at.end_char, 12 + 10);
	/* Behind the line, and where there is none: one column. */
	in.column = 400;
	region_of(&s, &in, &at);
	assert_int_equal(at.start, 400);
	assert_int_equal(at.end, 401);
	in.file = "nowhere.c";
	in.line = in.column = 0;
	region_of(&s, &in, &at);
	assert_int_equal(at.line, 1);
	assert_int_equal(at.start_char, 1);
	assert_int_equal(at.end_char, 2);
	sources_release(&s);
}

/* test_formats FILE, or test_formats --page FILE: only writes that report. */
int main(int argc, char **argv)
{
	const struct CMUnitTest limits[] = { cmocka_unit_test(test_sarif_limits) };
	const struct CMUnitTest page[] = { cmocka_unit_test(test_html_size) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	      cmocka_unit_test(test_evil_bytes),
		cmocka_unit_test(test_github),	      cmocka_unit_test(test_markdown_size),
		cmocka_unit_test(test_lore),	      cmocka_unit_test(test_sarif_limits),
		cmocka_unit_test(test_json_out),      cmocka_unit_test(test_region),
		cmocka_unit_test(test_html_size),
		cmocka_unit_test(test_html_lists),
		cmocka_unit_test(test_evidence),
	};

	if (argc > 2 && !strcmp(argv[1], "--page")) {
		page_file = argv[2];
		return cmocka_run_group_tests(page, NULL, NULL);
	}

	if (argc > 1) {
		limits_file = argv[1];
		return cmocka_run_group_tests(limits, NULL, NULL);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
