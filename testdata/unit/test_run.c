// SPDX-License-Identifier: MIT
/* Child processes: exit status, signals, timeouts, big output, input, environment. */
#include "base/run.h"

#include "base/arena.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct run_result sh(const char *script, struct run_options o)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct run_result r;

	o.argv = argv;
	assert_int_equal(run(&o, &r), 0);
	return r;
}

static void test_status_and_streams(void **state)
{
	struct run_result r = sh("echo out; echo err >&2; exit 3", (struct run_options){ 0 });

	assert_int_equal(r.status, 3);
	assert_int_equal(r.signal, 0);
	assert_string_equal(r.out.buf, "out\n");
	assert_string_equal(r.err.buf, "err\n");
	assert_false(r.out_cut || r.err_cut || r.timed_out);
	run_release(&r);
}

static void test_signal(void **state)
{
	struct run_result r = sh("kill -SEGV $$", (struct run_options){ 0 });

	assert_int_equal(r.status, -1);
	assert_int_equal(r.signal, SIGSEGV);
	run_release(&r);
}

static void test_no_program(void **state)
{
	const char *argv[] = { "relock-no-such-program", NULL };
	struct run_options o = { .argv = argv };
	struct run_result r;

	assert_int_equal(run(&o, &r), -ENOENT);
	o.cwd = "/nonexistent";
	argv[0] = "true";
	assert_int_equal(run(&o, &r), -ENOENT);
}

static void test_big_output_is_read_and_cut(void **state)
{
	/* More than a pipe holds on both streams: whoever reads one first would hang. */
	struct run_result r = sh("head -c 3000000 /dev/zero | tr '\\0' x >&2;"
				 "head -c 3000000 /dev/zero | tr '\\0' y; exit 0",
				 (struct run_options){ .max_output = 1000, .timeout = 60 });

	assert_int_equal(r.status, 0);
	assert_int_equal(r.out.len, 1000);
	assert_int_equal(r.err.len, 1000);
	assert_true(r.out_cut && r.err_cut);
	run_release(&r);

	r = sh("head -c 3000000 /dev/zero", (struct run_options){ .max_output = 3000000 });
	assert_int_equal(r.out.len, 3000000);
	assert_false(r.out_cut);
	run_release(&r);
}

static void test_timeout_ends_children_too(void **state)
{
	time_t start = time(NULL);
	struct run_result r = sh("echo begun; sleep 60 & sleep 60; echo never",
				 (struct run_options){ .timeout = 1 });

	assert_true(r.timed_out);
	assert_int_equal(r.signal, SIGKILL);
	assert_string_equal(r.out.buf, "begun\n");
	assert_true(time(NULL) - start < 20);
	run_release(&r);
}

static void test_left_over_child_does_not_block(void **state)
{
	time_t start = time(NULL);
	struct run_result r = sh("sleep 30 & echo done", (struct run_options){ 0 });

	assert_int_equal(r.status, 0);
	assert_string_equal(r.out.buf, "done\n");
	assert_true(time(NULL) - start < 20);
	run_release(&r);
}

static void test_input(void **state)
{
	size_t len = 1000000;
	char *input = xmalloc(len);
	struct run_result r;

	for (size_t i = 0; i < len; i++)
		input[i] = 'a';
	r = sh("wc -c", (struct run_options){ .input = input, .input_len = len });
	assert_int_equal(strtol(r.out.buf, NULL, 10), (long)len);
	run_release(&r);
	/* It does not read what it is given. */
	r = sh("exit 7", (struct run_options){ .input = input, .input_len = len });
	assert_int_equal(r.status, 7);
	run_release(&r);
	/* Without input it reads nothing, not our terminal. */
	r = sh("cat", (struct run_options){ 0 });
	assert_int_equal(r.out.len, 0);
	run_release(&r);
	free(input);
}

static void test_environment_and_cwd(void **state)
{
	const char *env[] = { "RELOCK_TEST_SET=x y", "RELOCK_TEST_GONE", NULL };
	struct run_result r;

	setenv("RELOCK_TEST_GONE", "1", 1);
	setenv("RELOCK_TEST_KEPT", "k", 1);
	r = sh("echo \"$RELOCK_TEST_SET|${RELOCK_TEST_GONE-unset}|$RELOCK_TEST_KEPT\"; pwd",
	       (struct run_options){ .env = env, .cwd = "/" });
	assert_string_equal(r.out.buf, "x y|unset|k\n/\n");
	run_release(&r);
}

static void test_find(void **state)
{
	char *path = run_find("sh");

	assert_non_null(path);
	assert_int_equal(path[0], '/');
	free(path);
	assert_null(run_find("relock-no-such-program"));
	assert_null(run_find(""));
	assert_null(run_find("/etc/passwd"));
	assert_null(run_find("/etc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_streams),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_big_output_is_read_and_cut),
		cmocka_unit_test(test_timeout_ends_children_too),
		cmocka_unit_test(test_left_over_child_does_not_block),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_environment_and_cwd),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
