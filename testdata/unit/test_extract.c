// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "clang/extract.h"
#include "clang/pool.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Each testdata/extract/NAME.c has a NAME.expect with its facts as text. With
 * RELOCK_UPDATE=1 in the environment the test writes them; read the difference
 * before you commit it.
 */
#define DIR_EXTRACT RELOCK_SOURCE_DIR "/testdata/extract"

struct fixture {
	struct rules rules;
	struct kbuild kb;
	char *prelude;
};

static const char *argv[] = {
	"-std=gnu11", "-D__KERNEL__", "-I" DIR_EXTRACT "/include", NULL,
};

static int setup(void **state)
{
	struct fixture *fx = xcalloc(1, sizeof(*fx));
	struct strbuf sb = STRBUF_INIT;
	const char *error = NULL;
	int fd;

	if (rules_read_path(&fx->rules, DIR_EXTRACT "/rules.yaml", &error)) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	fx->kb.tree = DIR_EXTRACT;
	fx->kb.build = "/nonexistent";
	extract_prelude(&fx->rules, &sb);
	fx->prelude = xstrdup("/tmp/test_extract-XXXXXX");
	fd = mkstemp(fx->prelude);
	if (fd < 0 || write(fd, sb.buf, sb.len) != (ssize_t)sb.len)
		return -1;
	close(fd);
	strbuf_release(&sb);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	unlink(fx->prelude);
	free(fx->prelude);
	rules_release(&fx->rules);
	vec_release(&fx->kb.units);
	free(fx);
	return 0;
}

static struct compile_unit unit_named(const char *file)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", DIR_EXTRACT, file);
	return (struct compile_unit){ .file = xstrdup(file),
				      .path = xstrdup(path),
				      .object = "x.o",
				      .directory = DIR_EXTRACT,
				      .optimise = "-O2",
				      .argv = argv,
				      .ftrace = true };
}

static void release_unit(struct compile_unit *cu)
{
	free((void *)(uintptr_t)cu->file);
	free((void *)(uintptr_t)cu->path);
}

static bool read_file(const char *path, struct strbuf *out)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		strbuf_add(out, buf, n);
	fclose(f);
	return true;
}

static void write_file(const char *path, const struct strbuf *sb)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(sb->buf, 1, sb->len, f), sb->len);
	fclose(f);
}

/* The first line that differs, for people; cmocka prints no long strings. */
static void assert_same(const char *name, const char *is, const char *wanted)
{
	unsigned int line = 1;

	while (*is && *is == *wanted) {
		line += *is == '\n';
		is++;
		wanted++;
	}
	if (*is == *wanted)
		return;
	fail_msg("%s.expect:%u: \"%.*s\" instead of \"%.*s\"", name, line,
		 (int)strcspn(is, "\n"), is, (int)strcspn(wanted, "\n"), wanted);
}

static void check_case(struct fixture *fx, const char *name)
{
	struct strbuf is = STRBUF_INIT, wanted = STRBUF_INIT, again = STRBUF_INIT;
	struct strbuf bytes = STRBUF_INIT;
	char path[4096], file[256];
	struct facts f, decoded;
	struct compile_unit cu;
	struct extract_job job = { .unit = &cu, .kb = &fx->kb, .prelude = fx->prelude };
	struct extract_result r;

	snprintf(file, sizeof(file), "%s.c", name);
	cu = unit_named(file);
	if (extract_unit(&job, &f, &r))
		fail_msg("%s: %s", file, r.error);
	extract_result_release(&r);
	facts_print(&f, &is);
	snprintf(path, sizeof(path), "%s/%s.expect", DIR_EXTRACT, name);
	if (getenv("RELOCK_UPDATE"))
		write_file(path, &is);
	if (!read_file(path, &wanted))
		fail_msg("%s is missing", path);
	assert_same(name, is.buf, wanted.buf);
	/* What is written and read again is the same, checks included. */
	facts_encode(&f, &bytes);
	assert_int_equal(facts_decode(bytes.buf, bytes.len, &decoded), 0);
	facts_print(&decoded, &again);
	assert_same(name, again.buf, wanted.buf);
	facts_release(&decoded);
	facts_release(&f);
	strbuf_release(&is);
	strbuf_release(&wanted);
	strbuf_release(&again);
	strbuf_release(&bytes);
	release_unit(&cu);
}

static void test_goldens(void **state)
{
	struct dirent **names;
	int n, cases = 0;

	n = scandir(DIR_EXTRACT, &names, NULL, alphasort);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char *name = names[i]->d_name, *dot = strrchr(name, '.');

		if (dot && !strcmp(dot, ".c") && strcmp(name, "badunit.c") != 0) {
			*dot = '\0';
			check_case(*state, name);
			cases++;
		} else if (dot && !strcmp(dot, ".expect")) {
			struct strbuf c = STRBUF_INIT;

			/* An expectation without a case checks nothing. */
			strbuf_addf(&c, "%s/%.*s.c", DIR_EXTRACT, (int)(dot - name), name);
			if (access(c.buf, R_OK))
				fail_msg("%s has no case", name);
			strbuf_release(&c);
		}
		free(names[i]);
	}
	free(names);
	assert_true(cases > 10);
}

static void test_error(void **state)
{
	struct compile_unit cu = unit_named("badunit.c"), none = unit_named("no such file.c");
	struct fixture *fx = *state;
	struct extract_job job = { .unit = &cu, .kb = &fx->kb, .prelude = fx->prelude };
	struct extract_result r;
	struct facts f;

	assert_int_equal(extract_unit(&job, &f, &r), -EINVAL);
	assert_string_equal(r.error, "badunit.c:3:27: use of undeclared identifier 'no_such_thing'");
	assert_string_equal(facts_str(&f, f.unit.error), r.error);
	assert_int_equal(f.funcs.n, 0);
	extract_result_release(&r);
	facts_release(&f);
	job.unit = &none;
	assert_true(extract_unit(&job, &f, &r) < 0);
	assert_non_null(r.error);
	extract_result_release(&r);
	facts_release(&f);
	release_unit(&cu);
	release_unit(&none);
}

static void count_progress(void *data, size_t done, size_t total)
{
	size_t *last = data;

	assert_int_equal(done, *last + 1);
	assert_true(done <= total);
	*last = done;
}

/* Results are in the order asked for, and one bad unit costs itself alone. */
static void test_pool(void **state)
{
	struct fixture *fx = *state;
	struct arena arena = ARENA_INIT;
	size_t units[] = { 2, 0, 1, 0 }, progress = 0;
	struct pool_result r[4];
	struct pool_options o = { .jobs = 3, .progress = count_progress, .data = &progress };

	vec_clear(&fx->kb.units);
	vec_push(&fx->kb.units, unit_named("switch.c"));
	vec_push(&fx->kb.units, unit_named("badunit.c"));
	vec_push(&fx->kb.units, unit_named("loops.c"));
	assert_int_equal(pool_extract(&fx->kb, &fx->rules, units, 4, &o, r, &arena), 0);
	assert_int_equal(progress, 4);
	assert_string_equal(facts_str(&r[0].facts, r[0].facts.unit.file), "loops.c");
	assert_string_equal(facts_str(&r[1].facts, r[1].facts.unit.file), "switch.c");
	assert_null(r[1].error);
	assert_string_equal(r[2].error,
			    "badunit.c:3:27: use of undeclared identifier 'no_such_thing'");
	assert_string_equal(facts_str(&r[3].facts, r[3].facts.unit.file), "switch.c");
	for (int i = 0; i < 4; i++)
		facts_release(&r[i].facts);
	for (size_t i = 0; i < fx->kb.units.n; i++)
		release_unit(&fx->kb.units.v[i]);
	vec_clear(&fx->kb.units);
	arena_release(&arena);
}

/* "#pragma clang __debug" makes the compiler crash or hang for real. */
static void test_pool_crash(void **state)
{
	struct fixture *fx = *state;
	struct arena arena = ARENA_INIT;
	char dir[] = "/tmp/test_extract-XXXXXX", crash[64], hang[64];
	size_t units[] = { 0, 1, 2 };
	struct pool_result r[3];
	struct pool_options o = { .jobs = 2, .timeout = 5 };
	struct compile_unit cu[3];
	struct strbuf sb = STRBUF_INIT;

	assert_non_null(mkdtemp(dir));
	snprintf(crash, sizeof(crash), "%s/crash.c", dir);
	snprintf(hang, sizeof(hang), "%s/hang.c", dir);
	strbuf_addstr(&sb, "#pragma clang __debug crash\n");
	write_file(crash, &sb);
	/* Nobody ever writes into a pipe that is included. */
	strbuf_reset(&sb);
	strbuf_addf(&sb, "#include \"%s/pipe.h\"\n", dir);
	write_file(hang, &sb);
	strbuf_reset(&sb);
	strbuf_addf(&sb, "%s/pipe.h", dir);
	assert_int_equal(mkfifo(sb.buf, 0600), 0);
	cu[0] = (struct compile_unit){ .file = "crash.c", .path = crash, .argv = argv };
	cu[1] = unit_named("switch.c");
	cu[2] = (struct compile_unit){ .file = "hang.c", .path = hang, .argv = argv };
	for (int i = 0; i < 3; i++)
		vec_push(&fx->kb.units, cu[i]);
	assert_int_equal(pool_extract(&fx->kb, &fx->rules, units, 3, &o, r, &arena), 0);
	assert_non_null(r[0].error);
	if (!strstr(r[0].error, "crashed (signal"))
		fail_msg("%s", r[0].error);
	assert_null(r[1].error);
	assert_string_equal(r[2].error, "timed out after 5 s");
	facts_release(&r[1].facts);
	unlink(sb.buf);
	unlink(crash);
	unlink(hang);
	rmdir(dir);
	strbuf_release(&sb);
	release_unit(&cu[1]);
	vec_clear(&fx->kb.units);
	arena_release(&arena);
}

static void test_version(void **state)
{
	(void)state;
	assert_true(strtol(extract_libclang_version(), NULL, 10) >= 17);
	assert_non_null(strchr(extract_libclang_version(), '.'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version), cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_error),	cmocka_unit_test(test_pool),
		cmocka_unit_test(test_pool_crash),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
