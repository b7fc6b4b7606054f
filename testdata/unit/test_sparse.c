// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/run.h"
#include "sparse/sparse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char dir[64], good[160], bad[160];

static const char source[] =
	"void take(void *l) __attribute__((context(l, 0, 1)));\n"
	"void drop(void *l) __attribute__((context(l, 1, 0)));\n"
	"void fine(void *l); void kept(void *l) { take(l); }\n"
	"void paths(void *l, int a) { if (a) take(l); fine(l); if (a) drop(l); }\n"
	"void early(void *l) { drop(l); }\n"
	"void fine(void *l) { take(l); drop(l); }\n"
	"int noise(void) { return (int *)0 == 0; }\n";

static int setup(void **state)
{
	static const char broken[] = "int f(void) { return nothing_of_this_name; }\n";

	snprintf(dir, sizeof(dir), "/tmp/relock-sparse-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(good, sizeof(good), "%s/good.c", dir);
	snprintf(bad, sizeof(bad), "%s/bad.c", dir);
	return fs_write(good, source, strlen(source)) || fs_write(bad, broken, strlen(broken)) ? -1 : 0;
}

static int teardown(void **state)
{
	return fs_remove_all(dir);
}

static void assert_warning(const struct sparse_result *r, size_t i, unsigned int line,
			   const char *function, enum sparse_kind kind)
{
	assert_true(i < r->n_warnings);
	assert_string_equal(r->warnings[i].file, "good.c");
	assert_string_equal(r->warnings[i].function, function);
	assert_int_equal(r->warnings[i].line, line);
	assert_int_equal(r->warnings[i].kind, kind);
}

static void test_warnings(void **state)
{
	/* Options that clang wants and sparse does not know are made fit or left out. */
	const char *argv[] = { "--target=x86_64-linux-gnu", "-std=gnu11", NULL };
	struct compile_unit units[] = {
		{ .file = "good.c", .path = good, .directory = dir, .argv = argv },
		{ .file = "bad.c", .path = bad, .directory = dir, .argv = argv },
	};
	const struct kbuild kb = { .tree = dir, .units = { .v = units, .n = 2 } };
	const size_t which[] = { 0, 1, 0 };
	const struct sparse_options o = { .jobs = 2 };
	struct arena a = ARENA_INIT;
	struct sparse_result r;
	char *program = run_find("sparse");

	if (!program)
		skip();
	free(program);
	assert_int_equal(sparse_run(&kb, which, 3, &o, &a, &r), 0);
	/* The same warning of two units is one. */
	assert_int_equal(r.n_warnings, 3);
	assert_warning(&r, 0, 3, "kept", SPARSE_AT_EXIT);
	assert_warning(&r, 1, 4, "paths", SPARSE_PATHS);
	assert_warning(&r, 2, 5, "early", SPARSE_UNEXPECTED);
	assert_true(r.version[0] >= '0' && r.version[0] <= '9');
	assert_int_equal(r.n_failed, 1);
	assert_string_equal(r.failed[0].file, "bad.c");
	assert_non_null(strstr(r.failed[0].error, "nothing_of_this_name"));
	arena_release(&a);
}

static void test_not_installed(void **state)
{
	const struct kbuild kb = { .tree = dir };
	const struct sparse_options o = { .program = "/no/such/sparse" };
	struct arena a = ARENA_INIT;
	struct sparse_result r;

	assert_int_equal(sparse_run(&kb, NULL, 0, &o, &a, &r), -ENOENT);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_not_installed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
