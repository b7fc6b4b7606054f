// SPDX-License-Identifier: MIT
/* A tree of links to another one, in which some files are edited. */
#include "lab/farm.h"

#include "base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/relock-test-farm.XXXXXX");
	arena_init(&arena);
	if (!mkdtemp(dir))
		return -1;
	put("tree/Makefile", "all:\n");
	put("tree/kernel/a.c", "int a;\n");
	put("tree/kernel/b.c", "int b;\n");
	put("tree/include/deep/x.h", "#define X\n");
	put("tree/.git/HEAD", "ref\n");
	put("tree/cache/lab/big", "x\n");
	put("outside.h", "#define O\n");
	return symlink("../kernel/a.c", in("tree/include/a.c")) ||
	       symlink("../../outside.h", in("tree/include/o.h"));
}

static int teardown(void **state)
{
	int err = fs_remove_all(dir);

	arena_release(&arena);
	return err;
}

static int make(const struct farm_edit *edits, size_t n)
{
	const char *error = NULL;
	int err = farm_make(&arena, in("tree"), in("deeper/farm"), in("tree/cache"), edits, n, &error);

	assert_true(err ? error != NULL : error == NULL);
	return err;
}

static int make_edited(const char *file, const char *text)
{
	struct farm_edit edit = { .file = file, .text = text, .len = strlen(text) };

	return make(&edit, 1);
}

static void expect_text(const char *name, const char *want)
{
	struct strbuf text = STRBUF_INIT;

	assert_int_equal(fs_read(in(name), &text), 0);
	assert_string_equal(text.buf, want);
	strbuf_release(&text);
}

static struct stat look(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(in(name), &st), 0);
	return st;
}

static bool is_link(const char *name)
{
	return S_ISLNK(look(name).st_mode);
}

static bool is_there(const char *name)
{
	struct stat st;

	return lstat(in(name), &st) == 0;
}

static void age(const char *name, time_t seconds)
{
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(AT_FDCWD, in(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static void test_links(void **state)
{
	(void)state;
	assert_int_equal(make(NULL, 0), 0);
	assert_true(is_link("deeper/farm/Makefile"));
	assert_true(S_ISDIR(look("deeper/farm/kernel").st_mode));
	assert_true(is_link("deeper/farm/include/deep/x.h"));
	expect_text("deeper/farm/include/deep/x.h", "#define X\n");
	expect_text("deeper/farm/include/o.h", "#define O\n");
	assert_false(is_there("deeper/farm/.git"));
	assert_false(is_there("deeper/farm/cache"));
	/* What is right is left alone. */
	age("deeper/farm/kernel/a.c", 1000);
	assert_int_equal(make(NULL, 0), 0);
	assert_int_equal(look("deeper/farm/kernel/a.c").st_mtim.tv_sec, 1000);
}

static void test_edit(void **state)
{
	(void)state;
	assert_int_equal(make_edited("kernel/a.c", "int edited;\n"), 0);
	assert_false(is_link("deeper/farm/kernel/a.c"));
	expect_text("deeper/farm/kernel/a.c", "int edited;\n");
	expect_text("tree/kernel/a.c", "int a;\n");
	/* A link of the tree to it leads to what is edited. */
	expect_text("deeper/farm/include/a.c", "int edited;\n");
	assert_true(is_link("deeper/farm/kernel/b.c"));
	/* The same again is not new. */
	age("deeper/farm/kernel/a.c", 1000);
	assert_int_equal(make_edited("kernel/a.c", "int edited;\n"), 0);
	assert_int_equal(look("deeper/farm/kernel/a.c").st_mtim.tv_sec, 1000);
	/* Another text is. */
	assert_int_equal(make_edited("kernel/a.c", "int other;;\n"), 0);
	assert_true(look("deeper/farm/kernel/a.c").st_mtim.tv_sec > 1000);
	expect_text("deeper/farm/kernel/a.c", "int other;;\n");
}

/* make builds again what is newer than its object: a link would be as old as the tree's file. */
static void test_put_back(void **state)
{
	(void)state;
	age("tree/kernel/a.c", 500);
	assert_int_equal(make_edited("kernel/a.c", "int edited;\n"), 0);
	age("deeper/farm/kernel/a.c", 1000);
	assert_int_equal(make_edited("kernel/b.c", "int edited_b;\n"), 0);
	assert_false(is_link("deeper/farm/kernel/a.c"));
	assert_true(look("deeper/farm/kernel/a.c").st_mtim.tv_sec > 1000);
	expect_text("deeper/farm/kernel/a.c", "int a;\n");
	expect_text("deeper/farm/kernel/b.c", "int edited_b;\n");
	/* It stays as it is, and still follows the tree. */
	age("deeper/farm/kernel/a.c", 1000);
	assert_int_equal(make(NULL, 0), 0);
	assert_int_equal(look("deeper/farm/kernel/a.c").st_mtim.tv_sec, 1000);
	put("tree/kernel/a.c", "int a, changed;\n");
	assert_int_equal(make(NULL, 0), 0);
	expect_text("deeper/farm/kernel/a.c", "int a, changed;\n");
	put("tree/kernel/a.c", "int a;\n");
	assert_int_equal(make(NULL, 0), 0);
	expect_text("deeper/farm/kernel/a.c", "int a;\n");
	expect_text("deeper/farm/kernel/b.c", "int b;\n");
	expect_text("tree/kernel/b.c", "int b;\n");
}

static void test_added_and_removed(void **state)
{
	(void)state;
	put("tree/new/deep/n.c", "int n;\n");
	put("tree/kernel/z.c", "int z;\n");
	assert_int_equal(make_edited("kernel/z.c", "int edited;\n"), 0);
	expect_text("deeper/farm/new/deep/n.c", "int n;\n");
	assert_int_equal(fs_remove_all(in("tree/new")), 0);
	assert_int_equal(unlink(in("tree/kernel/z.c")), 0);
	assert_int_equal(unlink(in("tree/include/o.h")), 0);
	assert_int_equal(make(NULL, 0), 0);
	assert_false(is_there("deeper/farm/new"));
	assert_false(is_there("deeper/farm/kernel/z.c"));
	assert_false(is_there("deeper/farm/include/o.h"));
	assert_true(is_there("deeper/farm/kernel/b.c"));
	/* A folder where a file was, and the other way round. */
	put("tree/kind", "file\n");
	assert_int_equal(make(NULL, 0), 0);
	assert_int_equal(unlink(in("tree/kind")), 0);
	put("tree/kind/file", "x\n");
	assert_int_equal(make(NULL, 0), 0);
	expect_text("deeper/farm/kind/file", "x\n");
	assert_int_equal(fs_remove_all(in("tree/kind")), 0);
	put("tree/kind", "file\n");
	assert_int_equal(make(NULL, 0), 0);
	expect_text("deeper/farm/kind", "file\n");
}

static void test_errors(void **state)
{
	(void)state;
	assert_int_equal(make_edited("kernel/none.c", "x"), -ENOENT);
	assert_int_equal(make_edited("../outside.h", "x"), -ENOENT);
	expect_text("outside.h", "#define O\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_put_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_added_and_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
