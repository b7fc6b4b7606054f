// SPDX-License-Identifier: MIT
/* Files: whole reads, atomic writes, folders, paths, walks; and hashes. */
#include "base/fs.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/relock-test-fs.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	return fs_remove_all(dir);
}

static const char *in_dir(struct arena *a, const char *name)
{
	return fs_join(a, dir, name);
}

static void test_write_and_read(void **state)
{
	struct arena a = ARENA_INIT;
	struct strbuf sb = STRBUF_INIT;
	const char *path = in_dir(&a, "file");
	struct stat st;

	assert_int_equal(fs_write(path, "a\0b\n", 4), 0);
	strbuf_addstr(&sb, "<");
	assert_int_equal(fs_read(path, &sb), 0);
	assert_int_equal(sb.len, 5);
	assert_memory_equal(sb.buf, "<a\0b\n", 5);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0600, 0600);
	assert_int_equal(fs_write(path, "second\nline\n", 12), 0);
	strbuf_reset(&sb);
	assert_int_equal(fs_read_line(path, &sb), 0);
	assert_string_equal(sb.buf, "second\n");
	assert_int_equal(fs_append(path, "third", 5), 0);
	assert_int_equal(fs_append(in_dir(&a, "appended"), "new", 3), 0);
	assert_int_equal(fs_append(dir, "x", 1), -EISDIR);
	assert_int_equal(fs_append("/dev/full", "x", 1), -ENOSPC);
	strbuf_reset(&sb);
	assert_int_equal(fs_read(path, &sb), 0);
	assert_string_equal(sb.buf, "second\nline\nthird");
	strbuf_release(&sb);
	arena_release(&a);
}

static size_t count_entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void test_failed_write_leaves_nothing(void **state)
{
	struct arena a = ARENA_INIT;
	struct strbuf sb = STRBUF_INIT;
	size_t before;

	assert_int_equal(fs_mkdirs(in_dir(&a, "taken")), 0);
	before = count_entries();
	assert_int_equal(fs_write(in_dir(&a, "taken"), "x", 1), -EISDIR);
	assert_int_equal(fs_write(in_dir(&a, "no/such/folder"), "x", 1), -ENOENT);
	assert_int_equal(count_entries(), before);
	assert_int_equal(fs_read(in_dir(&a, "nothing"), &sb), -ENOENT);
	assert_int_equal(fs_read(dir, &sb), -EISDIR);
	assert_int_equal(sb.len, 0);
	assert_int_equal(fs_write("/dev/null", "x", 1), 0);
	assert_int_equal(fs_write("/dev/full", "x", 1), -ENOSPC);
	arena_release(&a);
}

static void test_mkdirs(void **state)
{
	struct arena a = ARENA_INIT;

	assert_int_equal(fs_mkdirs(in_dir(&a, "a/b//c/")), 0);
	assert_true(fs_is_dir(in_dir(&a, "a/b/c")));
	assert_int_equal(fs_mkdirs(in_dir(&a, "a/b/c")), 0);
	assert_int_equal(fs_write(in_dir(&a, "a/f"), "", 0), 0);
	assert_int_equal(fs_mkdirs(in_dir(&a, "a/f/g")), -ENOTDIR);
	assert_int_equal(fs_mkdirs("/proc/relock/x"), -ENOENT);
	assert_int_equal(fs_remove_all(in_dir(&a, "a")), 0);
	assert_false(fs_exists(in_dir(&a, "a")));
	assert_int_equal(fs_remove_all(in_dir(&a, "a")), 0);
	arena_release(&a);
}

static void test_paths(void **state)
{
	struct arena a = ARENA_INIT;

	assert_string_equal(fs_join(&a, "a/", "b"), "a/b");
	assert_string_equal(fs_join(&a, "a", "/b"), "/b");
	assert_string_equal(fs_join(&a, "", "b"), "b");
	assert_string_equal(fs_dirname(&a, "b"), ".");
	assert_string_equal(fs_dirname(&a, "/b"), "/");
	assert_string_equal(fs_dirname(&a, "a/b/c"), "a/b");
	assert_string_equal(fs_basename("a/b"), "b");
	assert_string_equal(fs_absolute(&a, "/x", "./include//asm/./a.h"), "/x/include/asm/a.h");
	assert_string_equal(fs_absolute(&a, "/x", "/y/../z"), "/y/../z");
	assert_string_equal(fs_absolute(&a, "/x", ".hidden"), "/x/.hidden");
	assert_string_equal(fs_absolute(&a, "/", "."), "/");
	assert_string_equal(fs_below("/a/b/c", "/a/b"), "c");
	assert_string_equal(fs_below("/a/b/c", "/a/b/"), "c");
	assert_string_equal(fs_below("/a", "/"), "a");
	assert_null(fs_below("/a/bc", "/a/b"));
	assert_null(fs_below("/a/b", "/a/b"));
	arena_release(&a);
}

static int collect(void *data, const char *path, const char *name, unsigned char type)
{
	strbuf_addf(data, "%s%s ", fs_below(path, dir), type == DT_DIR ? "/" : "");
	if (!strcmp(name, "stop"))
		return -ECANCELED;
	return !strcmp(name, "skipped") ? FS_SKIP : 0;
}

static void test_walk(void **state)
{
	struct arena a = ARENA_INIT;
	struct strbuf seen = STRBUF_INIT;
	const char *root;

	assert_int_equal(fs_remove_all(in_dir(&a, "file")), 0);
	assert_int_equal(fs_remove_all(in_dir(&a, "taken")), 0);
	root = in_dir(&a, "w");
	assert_int_equal(fs_mkdirs(in_dir(&a, "w/b/skipped/x")), 0);
	assert_int_equal(fs_mkdirs(in_dir(&a, "w/a")), 0);
	assert_int_equal(fs_write(in_dir(&a, "w/a/2"), "", 0), 0);
	assert_int_equal(fs_write(in_dir(&a, "w/a/1"), "", 0), 0);
	/* A link to above must not make it endless. */
	assert_int_equal(symlink("..", in_dir(&a, "w/b/up")), 0);
	assert_int_equal(fs_walk(root, collect, &seen), 0);
	assert_string_equal(seen.buf, "w/a/ w/a/1 w/a/2 w/b/ w/b/skipped/ w/b/up ");
	strbuf_reset(&seen);
	assert_int_equal(fs_write(in_dir(&a, "w/a/stop"), "", 0), 0);
	assert_int_equal(fs_walk(root, collect, &seen), -ECANCELED);
	assert_int_equal(fs_walk(in_dir(&a, "none"), collect, &seen), -ENOENT);
	assert_int_equal(fs_walk(in_dir(&a, "w/a/1"), collect, &seen), -ENOTDIR);
	strbuf_release(&seen);
	arena_release(&a);
}

static void test_hash(void **state)
{
	char h64[17], h128[33];

	/* Ids of findings depend on these never changing. */
	hash64_hex("relock", 6, h64);
	hash128_hex("relock", 6, h128);
	assert_int_equal(strlen(h64), 16);
	assert_int_equal(strlen(h128), 32);
	hash64_hex("", 0, h64);
	assert_string_equal(h64, "2d06800538d394c2");
	hash128_hex("", 0, h128);
	assert_string_equal(h128, "99aa06d3014798d86001c324468d497f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_failed_write_leaves_nothing),
		cmocka_unit_test(test_mkdirs),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
