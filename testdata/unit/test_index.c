// SPDX-License-Identifier: MIT
/* The index of sources: what the scanner sees, whose text a file is, the cache. */
#include "base/fs.h"
#include "kbuild/index.h"
#include "kbuild/scan.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static char dir[64];
static const char *const words_v[] = { "notrace", "__init" };
static const struct names words = { .v = (const char **)(uintptr_t)words_v, .n = 2 };
static const char *const wanted[] = { "my_ops", "other_ops" };

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/relock-test-index.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	arena_release(&arena);
	return fs_remove_all(dir);
}

/* ---- the scanner --------------------------------------------------------------------------- */

#define CONFIG "CONFIG_YES=y\nCONFIG_MOD=m\n# CONFIG_NO is not set\n"

/* What scan_text() says of @text: "LINE:NAME[ static][ notrace]", <include>, @mention. */
static const char *scan(const char *text)
{
	struct strbuf record = STRBUF_INIT, sb = STRBUF_INIT;
	struct kconfig config = { 0 };
	struct scan_options o = { .config = &config, .words = &words, .identifiers = wanted,
				  .n_identifiers = 2 };
	struct scan_item item;
	const char *p, *end, *result;

	kconfig_parse(&config, CONFIG);
	scan_text(text, strlen(text), &o, &record);
	p = record.buf;
	end = p + record.len;
	while (scan_next(&p, end, &item)) {
		if (sb.len)
			strbuf_addstr(&sb, ", ");
		if (item.kind == SCAN_INCLUDE)
			strbuf_addf(&sb, "<%s>", item.name);
		else if (item.kind == SCAN_MENTION)
			strbuf_addf(&sb, "@%s", wanted[item.number]);
		else
			strbuf_addf(&sb, "%u:%s%s%s", item.number, item.name,
				    item.flags & SCAN_STATIC ? " static" : "",
				    item.flags & SCAN_NOTRACE ? " notrace" : "");
	}
	assert_ptr_equal(p, end);
	result = arena_strdup(&arena, sb.buf);
	strbuf_release(&record);
	strbuf_release(&sb);
	kconfig_release(&config);
	return result;
}

static void test_definitions(void **state)
{
	assert_string_equal(scan(""), "");
	assert_string_equal(scan("int f(void)\n{\n\tif (x) { g(1); }\n}\nint h(int a) { }\n"),
			    "1:f, 5:h");
	assert_string_equal(scan("int f(void);\nextern int g(int (*p)(int));\n"), "");
	assert_string_equal(scan("static struct a *\nf(int a,\n  int b)\n{\n}"), "2:f static");
	assert_string_equal(scan("int notrace f(void) {}\nvoid __init g(void) {}"),
			    "1:f notrace, 2:g notrace");
	assert_string_equal(scan("static int x = f(1);\nstruct s y = { .a = g(2), };\n"), "");
	assert_string_equal(scan("struct s {\n\tint (*f)(void);\n};\nint g(void) {}"), "4:g");
	assert_string_equal(scan("int f(int a) { return a; } int g(int a) { return a; }"),
			    "1:f, 1:g");
}

static void test_macros_around(void **state)
{
	assert_string_equal(scan("__printf(1, 2) int f(int a) __acquires(x)\n{}\n"), "1:f");
	assert_string_equal(scan("static __printf(1, 2) int f(int a) __init __acquires(x)\n{}"),
			    "1:f static notrace");
	assert_string_equal(scan("int f(int a) __attribute__((cold)) __must_hold(&y) {}"), "1:f");
	assert_string_equal(scan("LIST(a, b)\nLIST_END(a)\n\nstatic int f(void)\n{\n}\n"),
			    "4:f static");
	assert_string_equal(scan("SYSCALL_DEFINE1(f, int, a)\n{\n}\nint g(void)\n{}"), "4:g");
	assert_string_equal(scan("EXPORT(f);\nDEFINE(x, ({ int a = 1; a; }));\nint g(void) {}"),
			    "3:g");
	assert_string_equal(scan("#define F(x) int x(void) { \\\n\t}\nint g(void) {}"), "3:g");
}

static void test_macros_that_make(void **state)
{
	assert_string_equal(scan("#define MAKE(type, n) \\\n type get_ ##type ## _##n(void) \\\n{ \\\n"
				 "\treturn f(n); \\\n}\n\nMAKE(u8, 1)\nMAKE( u16,\n\t(2) )\nint g(void) {}"),
			    "7:get_u8_1, 9:get_u16_, 10:g");
	assert_string_equal(scan("#define MAKE(x) static int x(void) {}\nMAKE(f);\nMAKE(g)\n"),
			    "2:f static, 3:g static");
	assert_string_equal(scan("#define MAKE(x) int x(void);\nMAKE(f)\nint MAKE(g) {}"), "3:MAKE");
	assert_string_equal(scan("#define MAKE(x) int f_##x(void) {}\nMAKE("), "");
	assert_string_equal(scan("#define MAKE(x) int f_##x(void) {} ##\nMAKE()"), "2:f_");
	assert_string_equal(scan("int h(void) { MAKE(x) }\n#define MAKE(x) int x(void) {}\n"), "1:h");
}

static void test_skipped(void **state)
{
	assert_string_equal(scan("/* int f(void) { */ int g(void) { /* } */ }\nint h(void) {}"),
			    "1:g, 2:h");
	assert_string_equal(scan("// int f(void) { \\\n int g(void) {\nint h(void) {}"), "3:h");
	assert_string_equal(scan("int f(void)\n{\n\tg(\"}{\\\"\", '{', '\\'', '\"');\n}\nint h(void) {}"),
			    "1:f, 5:h");
	assert_string_equal(scan("/* my_ops */ \"other_ops\" x; int my_ops_2, a_my_ops;"), "");
	assert_string_equal(scan("int f(void) { return my_ops.x; /* other_ops */ }"),
			    "1:f, @my_ops");
	assert_string_equal(scan("other_ops my_ops my_ops"), "@my_ops, @other_ops");
	/* Cut short anywhere. */
	assert_string_equal(scan("int f(void) { /*"), "1:f");
	assert_string_equal(scan("int f(void) { \"\\"), "1:f");
	assert_string_equal(scan("#if"), "");
	assert_string_equal(scan("#"), "");
	assert_string_equal(scan("#include \"x"), "");
	assert_string_equal(scan("# else\n#endif\n}})\nint f(void) {}"), "4:f");
}

static void test_conditions(void **state)
{
#define PICK(condition) scan("#if " condition "\nint a(void) {}\n#else\nint b(void) {}\n#endif\n")
	assert_string_equal(PICK("1"), "2:a");
	assert_string_equal(PICK("0"), "4:b");
	assert_string_equal(PICK("defined(CONFIG_YES)"), "2:a");
	assert_string_equal(PICK("defined CONFIG_NO"), "4:b");
	assert_string_equal(PICK("defined(CONFIG_MOD)"), "4:b");
	assert_string_equal(PICK("defined(CONFIG_MOD_MODULE)"), "2:a");
	assert_string_equal(PICK("defined(CONFIG_NO_MODULE)"), "4:b");
	assert_string_equal(PICK("!defined(CONFIG_NO) && /* so */ \\\n defined(CONFIG_YES)"),
			    "3:a");
	assert_string_equal(PICK("defined(CONFIG_NO) && WHO_KNOWS"), "4:b");
	assert_string_equal(PICK("defined(CONFIG_YES) || WHO_KNOWS(1, (2)) > 3"), "2:a");
	assert_string_equal(PICK("ANY_WAY(CONFIG_NO)"), "4:b");
	assert_string_equal(PICK("ANY_WAY(CONFIG_YES)"), "2:a, 4:b");
	assert_string_equal(PICK("ANY_WAY(CONFIG_MOD)"), "2:a, 4:b");
	assert_string_equal(PICK("CONFIG_YES > 3"), "2:a, 4:b");
	assert_string_equal(PICK("(((1"), "2:a, 4:b");
	assert_string_equal(scan("#ifdef CONFIG_NO\n#include \"a.c\"\nmy_ops\n#if 1\n#else\n#endif\n"
				 "#elif 1\n#include \"b.c\"\n#else\n#include \"c.c\"\n#endif\n"
				 "#ifndef CONFIG_NO\n# include \"d.c\"\n#endif\n#include <e.h>\n"),
			    "<b.c>, <d.c>");
	/* Two heads of one body. */
	assert_string_equal(scan("#ifdef X\nint f(int a) {\n#else\nint f(void) {\n#endif\n\tg();\n}\n"
				 "int h(void) {}"),
			    "2:f, 4:f, 8:h");
	/* Brackets that only together make sense. */
	assert_string_equal(scan("int f(void)\n{\n#ifdef X\n\tif (a) {\n#endif\n#ifndef X\n\t{{\n#endif\n"
				 "\t}\n}\nint h(void) {}"),
			    "1:f, 11:h");
}

/* ---- the index ----------------------------------------------------------------------------- */

static const char *in_dir(const char *name)
{
	return fs_join(&arena, dir, name);
}

static void put_file(const char *name, const char *text)
{
	static long when = 1000000000;
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	const char *path = in_dir(name);

	when += 10;
	assert_int_equal(fs_mkdirs(fs_dirname(&arena, path)), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	/* Old enough for the cache to believe its time. */
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void add_unit(struct kbuild *kb, const char *file)
{
	struct compile_unit u = { .file = file, .path = in_dir(fs_join(&arena, "tree", file)),
				  .object = file };

	vec_push(&kb->units, u);
}

static void make_tree(struct kbuild *kb)
{
	put_file("out/.config", CONFIG);
	put_file("tree/a/one.c", "#include \"one.h\"\n#include \"shared.h\"\n#include \"part.c\"\n"
				 "#include \"../include/all.h\"\n#include \"gone.h\"\n"
				 "int one(void) {}\nstatic int both(void) {}\n");
	put_file("tree/a/one.h", "int of_one(void) {}\n");
	put_file("tree/a/shared.h", "static int of_all(void) { my_ops; }\n#include \"./../a/shared.h\"\n");
	put_file("tree/a/part.c", "#ifdef CONFIG_YES\n#include \"sub/deep.c\"\n#endif\n");
	put_file("tree/a/sub/deep.c", "int deep(void) { return my_ops; }\n");
	put_file("tree/a/two.c", "#include \"shared.h\"\nint two(void) {}\nint both(void) {}\n"
				 "int other_ops;\n");
	put_file("tree/include/all.h", "int my_ops; int everywhere(void) {}\n");
	memset(kb, 0, sizeof(*kb));
	kb->tree = in_dir("tree");
	kb->build = in_dir("out");
	kb->lock_fd = -1;
	add_unit(kb, "a/missing.c");
	add_unit(kb, "a/one.c");
	add_unit(kb, "a/two.c");
}

static void open_index(struct source_index *idx, const struct kbuild *kb, const char *cache)
{
	struct index_options o = { .identifiers = wanted, .n_identifiers = 2, .words = &words,
				   .cache = cache, .jobs = 2 };

	index_open(idx, kb, &o);
}

static void check_tree(const struct source_index *idx)
{
	const struct index_def *def;
	const size_t *units;
	size_t n;

	assert_int_equal(index_find(idx, "one", &def), 1);
	assert_string_equal(def->file, "a/one.c");
	assert_int_equal(def->line, 6);
	assert_int_equal(def->unit, 1);
	assert_int_equal(index_find(idx, "deep", &def), 1);
	assert_string_equal(def->file, "a/sub/deep.c");
	assert_int_equal(def->unit, 1);
	assert_int_equal(index_find(idx, "of_one", &def), 1);
	assert_int_equal(index_find(idx, "of_all", &def), 0);
	assert_int_equal(index_find(idx, "everywhere", &def), 0);
	assert_int_equal(index_find(idx, "both", &def), 2);
	assert_true(def[0].is_static);
	assert_int_equal(def[1].unit, 2);
	assert_ptr_equal(index_find_external(idx, "both"), &def[1]);
	assert_null(index_find_external(idx, "nobody"));
	units = index_mentions(idx, "my_ops", &n);
	assert_int_equal(n, 1);
	assert_int_equal(units[0], 1);
	units = index_mentions(idx, "other_ops", &n);
	assert_int_equal(n, 1);
	assert_int_equal(units[0], 2);
	assert_null(index_mentions(idx, "no_such", &n));
	assert_int_equal(n, 0);
	assert_int_equal(idx->n_files, 6);
}

static void test_index(void **state)
{
	struct kbuild kb;
	struct source_index idx;

	make_tree(&kb);
	open_index(&idx, &kb, NULL);
	check_tree(&idx);
	assert_int_equal(idx.n_read, 6);
	index_release(&idx);
	kbuild_release(&kb);
}

static void expect_read(const struct kbuild *kb, const char *cache, size_t n_read)
{
	struct source_index idx;

	open_index(&idx, kb, cache);
	check_tree(&idx);
	assert_int_equal(idx.n_read, n_read);
	index_release(&idx);
}

static void test_cache(void **state)
{
	struct strbuf cache_text = STRBUF_INIT;
	const struct index_def *def;
	struct source_index idx;
	struct kbuild kb;
	const char *cache;

	make_tree(&kb);
	cache = index_cache_file(&kb, "scope", &arena);
	assert_non_null(cache);
	expect_read(&kb, cache, 6);
	expect_read(&kb, cache, 0);
	/* Only what changed is read again. */
	put_file("tree/a/one.h", "int of_one(void) {}\n");
	expect_read(&kb, cache, 1);
	expect_read(&kb, cache, 0);
	/* The config decides what counts. */
	put_file("out/.config", "# CONFIG_YES is not set\n");
	open_index(&idx, &kb, cache);
	assert_int_equal(index_find(&idx, "deep", &def), 0);
	index_release(&idx);
	put_file("out/.config", CONFIG);
	expect_read(&kb, cache, 6);
	/* A damaged cache is none: each byte in turn, and cut short. */
	assert_int_equal(fs_read(cache, &cache_text), 0);
	for (size_t i = 0; i < cache_text.len; i += 7) {
		cache_text.buf[i] ^= 0x20;
		assert_int_equal(fs_write(cache, cache_text.buf, cache_text.len), 0);
		cache_text.buf[i] ^= 0x20;
		expect_read(&kb, cache, 6);
		assert_int_equal(fs_write(cache, cache_text.buf, i), 0);
		expect_read(&kb, cache, 6);
	}
	expect_read(&kb, cache, 0);
	/* Where nothing can be written it works as well. */
	expect_read(&kb, in_dir("no/such/folder"), 6);
	strbuf_release(&cache_text);
	kbuild_release(&kb);
}

static void test_cache_place(void **state)
{
	struct kbuild kb = { .tree = "/k/linux", .build = "/k/linux" };

	assert_null(index_cache_file(&kb, "scope", &arena));
	kb.build = "/k/linux/out";
	assert_null(index_cache_file(&kb, "scope", &arena));
	kb.build = "/k/linux-out";
	assert_string_equal(index_cache_file(&kb, "scope", &arena), "/k/linux-out/.relock-index-scope");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definitions), cmocka_unit_test(test_macros_around),
		cmocka_unit_test(test_macros_that_make),
		cmocka_unit_test(test_skipped),	    cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_index),	    cmocka_unit_test(test_cache),
		cmocka_unit_test(test_cache_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
