// SPDX-License-Identifier: MIT
/*
 * The cache of facts. Whatever is done to the files, the facts that come out
 * must be those of a run without a cache; run() compares them each time.
 */
#include "base/fs.h"
#include "clang/pool.h"
#include "facts/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static const char *argv[16];
static uint64_t limit;

/* The same size in the same file with the same time, as an editor within one tick leaves it. */
static void put_same_time(const char *name, const char *text)
{
	struct timespec times[2];
	struct stat st;
	int fd;

	assert_int_equal(stat(in(name), &st), 0);
	assert_int_equal(st.st_size, strlen(text));
	fd = open(in(name), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

/*
 * u.c reads b/x.h through -I, with nothing of that name in a, which comes
 * first; b/sub/y.h reads z.h beside it; and the others look elsewhere still.
 */
static int setup(void **state)
{
	size_t n = 0;

	snprintf(dir, sizeof(dir), "/tmp/relock-test-cache.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	limit = FACTS_CACHE_SIZE;
	argv[n++] = "-std=gnu11";
	argv[n++] = "-nostdinc";
	argv[n++] = arena_printf(&arena, "-I%s/a", dir);
	argv[n++] = "-I";
	argv[n++] = in("b");
	argv[n++] = arena_printf(&arena, "-I%s/nowhere", dir);
	argv[n] = NULL;
	/* Made by the first run, it would change @dir just before the parse. */
	assert_int_equal(fs_mkdirs(in("cache")), 0);
	put("a/empty.h", "\n");
	put("b/x.h", "#ifndef X\n#define X\nenum x { ONE = 1 };\n#endif\n");
	put("b/sub/y.h", "#include \"z.h\"\n");
	put("b/z.h", "enum z { TWO = 2 };\n");
	put("u.c", "#include <x.h>\n#include \"sub/y.h\"\n"
		   "int f(void) { return ONE; }\nint g(void) { return TWO; }\n");
	return 0;
}

static int teardown(void **state)
{
	arena_release(&arena);
	return fs_remove_all(dir);
}

static void extract(struct facts_cache *cache, struct strbuf *out)
{
	struct compile_unit cu = { .file = "u.c",	.path = in("u.c"), .object = "u.o",
				   .directory = dir, .argv = argv };
	struct pool_options o = { .jobs = 1, .cache = cache };
	struct kbuild kb = { .tree = dir, .build = dir };
	struct rules rules = { 0 };
	struct pool_result r;
	size_t unit = 0;

	vec_push(&kb.units, cu);
	assert_int_equal(pool_extract(&kb, &rules, &unit, 1, &o, &r, &arena), 0);
	if (r.error)
		strbuf_addstr(out, r.error);
	else
		facts_encode(&r.facts, out);
	facts_release(&r.facts);
	vec_release(&kb.units);
}

enum from { PARSED, FOUND, NOT_KEPT };

/* Where did the facts come from? */
static enum from run(void)
{
	struct strbuf with = STRBUF_INIT, without = STRBUF_INIT;
	struct facts_cache cache;
	enum from from;

	/* A folder that has just been changed may have changed during the parse. */
	usleep(60000);
	assert_int_equal(facts_cache_open(&cache, in("cache"), limit), 0);
	extract(&cache, &with);
	from = cache.n_found ? FOUND : cache.n_stored ? PARSED : NOT_KEPT;
	facts_cache_release(&cache);
	extract(NULL, &without);
	assert_int_equal(with.len, without.len);
	assert_memory_equal(with.buf, without.buf, with.len);
	strbuf_release(&with);
	strbuf_release(&without);
	return from;
}

static void test_hit(void **state)
{
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	assert_int_equal(run(), FOUND);
}

static void test_content(void **state)
{
	assert_int_equal(run(), PARSED);
	put("b/x.h", "enum x { ONE = 11 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("u.c", "int f(void) { return 1; }\n");
	assert_int_equal(run(), PARSED);
	put("b/x.h", "what no unit reads\n");
	assert_int_equal(run(), FOUND);
}

static void test_touched(void **state)
{
	assert_int_equal(run(), PARSED);
	assert_int_equal(utimensat(AT_FDCWD, in("b/x.h"), NULL, 0), 0);
	assert_int_equal(run(), FOUND);
	put("b/z.h", "enum z { TWO = 2 };\n");
	assert_int_equal(run(), FOUND);
}

static void test_racy(void **state)
{
	assert_int_equal(run(), PARSED);
	put_same_time("b/z.h", "enum z { TWO = 7 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
}

/* Another file of the name is found first. */
static void test_earlier(void **state)
{
	static const char *const places[] = { "a/x.h", "nowhere/x.h", "a/sub/y.h", "sub/y.h",
					      "b/sub/z.h", "a/z.h" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		assert_int_equal(run(), PARSED);
		assert_int_equal(run(), FOUND);
		put(places[i], strstr(places[i], "x.h") ? "enum x { ONE = 4 };\n" :
							  "enum z { TWO = 5 };\n");
		assert_int_equal(run(), PARSED);
		assert_int_equal(run(), FOUND);
		unlink(in(places[i]));
	}
	assert_int_equal(run(), PARSED);
	/* A folder moved into place with all that is in it. */
	put("aside/sub/y.h", "enum z { TWO = 6 };\n");
	assert_int_equal(rename(in("aside/sub"), in("a/sub2")), 0);
	assert_int_equal(run(), FOUND);
	assert_int_equal(fs_remove_all(in("a/sub")), 0);
	assert_int_equal(rename(in("a/sub2"), in("a/sub")), 0);
	assert_int_equal(run(), PARSED);
}

/* Lookups that lead to no file being read. */
static void test_looked_for(void **state)
{
	put("b/x.h", "#ifndef X\n#define X\nenum x {\n#if __has_include ( <opt.h> ) /*\n*/ || \\\n"
		     "__has_include(\"near.h\")\n ONE = 1\n#else\nONE = 2\n#endif\n};\n#endif\n");
	assert_int_equal(run(), PARSED);
	put("a/opt.h", "");
	assert_int_equal(run(), PARSED);
	unlink(in("a/opt.h"));
	assert_int_equal(run(), PARSED);
	put("b/near.h", "");
	assert_int_equal(run(), PARSED);
	unlink(in("b/near.h"));
	/* A folder of the name is no header. */
	assert_int_equal(run(), PARSED);
	assert_int_equal(fs_mkdirs(in("a/opt.h")), 0);
	assert_int_equal(run(), FOUND);
	/* The second time its guard keeps b/x.h out, but not what else is found. */
	put("b/sub/y.h", "#include \"x.h\"\n#include \"z.h\"\n");
	assert_int_equal(run(), PARSED);
	put("b/sub/x.h", "enum { MORE };\nint more(void) { return MORE; }\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
}

static void test_include_macro(void **state)
{
	put("b/sub/y.h", "#define FILE_Z <z.h>\n#include FILE_Z\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("a/z.h", "enum z { TWO = 8 };\n");
	assert_int_equal(run(), PARSED);
	put("b/sub/y.h", "#define FILE_Z \"z.h\"\n#include FILE_Z\n");
	assert_int_equal(run(), PARSED);
	put("b/sub/z.h", "enum z { TWO = 9 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
}

static void test_include_in_comment(void **state)
{
	/* In a comment it looks for nothing, not even beside the file. */
	put("b/sub/y.h", "/*\n * Avoids #include hell.\n */\n#include <z.h>\n");
	assert_int_equal(run(), PARSED);
	put("b/sub/z.h", "enum z { TWO = 9 };\n");
	assert_int_equal(run(), FOUND);
	/* Behind one it does. */
	put("b/sub/y.h", "#define FILE_Z <z.h>\n/* This,\n and */\t#include FILE_Z\n");
	assert_int_equal(run(), PARSED);
	put("a/z.h", "enum z { TWO = 8 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
}

static void test_include_next(void **state)
{
	put("a/x.h", "#include_next <x.h>\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("b/x.h", "enum x { ONE = 3 };\n");
	assert_int_equal(run(), PARSED);
	unlink(in("b/x.h"));
	put("nowhere/x.h", "enum x { ONE = 13 };\n");
	assert_int_equal(run(), PARSED);
	put("b/x.h", "enum x { ONE = 23 };\n");
	assert_int_equal(run(), PARSED);
}

static void test_forced(void **state)
{
	argv[6] = "-include";
	argv[7] = in("forced.h");
	argv[8] = NULL;
	put("forced.h", "#include \"z.h\"\n");
	put("b/sub/y.h", "\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("z.h", "enum z { TWO = 10 };\n");
	assert_int_equal(run(), PARSED);
	put("forced.h", "#include <z.h>\n");
	assert_int_equal(run(), PARSED);
	/* Clang would take it for a precompiled one. */
	put("forced.h.gch", "no such thing");
	assert_int_not_equal(run(), FOUND);
}

static void test_command(void **state)
{
	put("u.c", "int f(void) { return N; }\n");
	argv[6] = "-DN=1";
	argv[7] = NULL;
	assert_int_equal(run(), PARSED);
	argv[6] = "-DN=2";
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	argv[6] = "-DN=1";
	assert_int_equal(run(), FOUND);
	/* What the environment says is no part of the command. */
	put("elsewhere/opt.h", "enum { N = 3 };\n");
	put("u.c", "#if __has_include(<opt.h>)\nint g(void);\n#endif\nint f(void) { return N; }\n");
	assert_int_equal(run(), PARSED);
	setenv("CPATH", in("elsewhere"), 1);
	assert_int_equal(run(), FOUND);
	unsetenv("CPATH");
}

/* What is wrong is kept as facts are, as long as nothing changes that it may come from. */
static void test_errors(void **state)
{
	put("u.c", "int f(void) { return no_such_thing; }\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("u.c", "#include <x.h>\nint f(void) { return ELEVEN; }\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("b/x.h", "enum x { ELEVEN = 11 };\n");
	assert_int_equal(run(), PARSED);
	/* A header that is not there, then is, in a folder that has been there or not, and goes again. */
	put("u.c", "#include <late.h>\nint f(void) { return LATE; }\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("a/late.h", "enum { LATE = 1 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	unlink(in("a/late.h"));
	assert_int_equal(run(), PARSED);
	put("nowhere/late.h", "enum { LATE = 2 };\n");
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	/* Which one that is a macro may say; that is not kept. */
	put("u.c", "#define LATER <later.h>\n#include LATER\nint f(void) { return 1; }\n");
	assert_int_equal(run(), NOT_KEPT);
	put("a/later.h", "\n");
	assert_int_equal(run(), PARSED);
	/* And the unit itself. */
	unlink(in("u.c"));
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
	put("u.c", "int f(void) { return 1; }\n");
	assert_int_equal(run(), PARSED);
}

/* What cannot be said in full is parsed each time. */
static void test_not_kept(void **state)
{
	put("u.c", "#define H <x.h>\n#if __has_include(H)\n#endif\nint f(void) { return 1; }\n");
	assert_int_equal(run(), NOT_KEPT);
	put("u.c", "int f(void) { return 1; }\n");
	assert_int_equal(run(), PARSED);
	argv[1] = "-DNO_SUCH_NOSTDINC";
	assert_int_equal(run(), NOT_KEPT);
	argv[1] = "-nostdinc";
	assert_int_equal(run(), FOUND);
	argv[6] = "-fmodules";
	argv[7] = NULL;
	assert_int_equal(run(), NOT_KEPT);
}

static bool is_known(const char *text, const struct timespec *since)
{
	struct deps d;
	bool known;

	deps_init(&d, dir, argv);
	deps_add_file(&d, in("u.c"), text, strlen(text));
	known = deps_finish(&d, since);
	deps_release(&d);
	return known;
}

/* What came into a folder after the parse began may not have been there for it. */
static void test_changed_meanwhile(void **state)
{
	static const char reads[] = "#include <x.h>\n", reads_below[] = "#include <sub/y.h>\n";
	static const char asks[] = "#if __has_include(<opt.h>)\n#endif\n";
	struct timespec since;

	usleep(60000);
	clock_gettime(CLOCK_REALTIME, &since);
	assert_true(is_known(reads, &since));
	assert_true(is_known(asks, &since));
	/* A build puts objects there all the time; a header may also have been taken away. */
	put("b/new.o", "");
	assert_true(is_known(reads, &since));
	assert_false(is_known(asks, &since));
	put("b/sub/new.o", "");
	assert_false(is_known(reads_below, &since));
	/* It is of this name, or a link of this name to something older. */
	put("a/x.h", "");
	assert_false(is_known(reads, &since));
	unlink(in("a/x.h"));
	assert_true(is_known(reads, &since));
	assert_int_equal(symlink(in("b/x.h"), in("a/x.h")), 0);
	assert_false(is_known(reads, &since));
}

static const char *entry_path(void)
{
	struct facts_cache_usage usage;
	const char *path = NULL;
	struct dirent *de;
	DIR *d;

	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.entries, 1);
	d = opendir(usage.dir);
	assert_non_null(d);
	while ((de = readdir(d)))
		if (de->d_name[0] != '.')
			path = fs_join(&arena, usage.dir, de->d_name);
	closedir(d);
	return path;
}

static void test_damaged(void **state)
{
	struct strbuf entry = STRBUF_INIT;
	struct facts_cache cache;
	struct facts_key key;
	const char *path;
	struct facts f;

	assert_int_equal(run(), PARSED);
	path = entry_path();
	assert_int_equal(fs_read(path, &entry), 0);
	snprintf(key.hex, sizeof(key.hex), "%s", fs_basename(path));
	assert_int_equal(facts_cache_open(&cache, in("cache"), limit), 0);
	assert_true(facts_cache_find(&cache, &key, &f));
	facts_release(&f);
	for (size_t i = 0; i < entry.len; i++) {
		entry.buf[i] ^= 1;
		assert_int_equal(fs_write(path, entry.buf, entry.len), 0);
		assert_false(facts_cache_find(&cache, &key, &f));
		entry.buf[i] ^= 1;
		assert_int_equal(fs_write(path, entry.buf, i), 0);
		assert_false(facts_cache_find(&cache, &key, &f));
	}
	strbuf_addch(&entry, 'x');
	assert_int_equal(fs_write(path, entry.buf, entry.len), 0);
	assert_false(facts_cache_find(&cache, &key, &f));
	facts_cache_release(&cache);
	strbuf_release(&entry);
	/* It is made anew in its place. */
	assert_int_equal(run(), PARSED);
	assert_int_equal(run(), FOUND);
}

/* Lengths and counts that lie, behind a sum that holds, as a fuzzer would find them. */
static void test_deps_decode(void **state)
{
	struct timespec since = { .tv_sec = INT32_MAX };
	struct strbuf sb = STRBUF_INIT;
	struct deps d;

	deps_init(&d, dir, argv);
	deps_add_file(&d, in("u.c"), "#include <x.h>\n#include \"y.h\"\n", 30);
	deps_finish(&d, &since);
	deps_encode(&d, &sb);
	deps_release(&d);
	for (size_t i = 0; i < sb.len; i++) {
		char *cut = xmalloc(i + 1);

		memcpy(cut, sb.buf, i);
		assert_int_not_equal(deps_decode(&d, cut, i), 0);
		deps_release(&d);
		free(cut);
		sb.buf[i] ^= (char)0x80;
		deps_decode(&d, sb.buf, sb.len);
		deps_release(&d);
		sb.buf[i] ^= (char)0x80;
	}
	assert_int_equal(deps_decode(&d, sb.buf, sb.len), 0);
	deps_release(&d);
	strbuf_release(&sb);
}

/* Processes that store and look for the same entries all the time, and throw them away. */
static void test_at_once(void **state)
{
	struct strbuf entry = STRBUF_INIT, deps = STRBUF_INIT, facts = STRBUF_INIT;
	struct timespec since = { .tv_sec = INT32_MAX };
	pid_t pids[4];
	struct deps d;
	struct facts f;

	deps_init(&d, dir, argv);
	assert_int_equal(fs_read(in("u.c"), &entry), 0);
	deps_add_file(&d, in("u.c"), entry.buf, entry.len);
	deps_finish(&d, &since);
	deps_encode(&d, &deps);
	deps_release(&d);
	facts_init(&f);
	facts_encode(&f, &facts);
	facts_release(&f);
	for (size_t p = 0; p < ARRAY_SIZE(pids); p++) {
		struct facts_cache cache;
		size_t bad = 0;

		pids[p] = fork();
		assert_true(pids[p] >= 0);
		if (pids[p])
			continue;
		/* Room for about three entries, so that they are pruned as well. */
		if (facts_cache_open(&cache, in("cache"), 3 * (deps.len + facts.len + 100)))
			_exit(1);
		for (int i = 0; i < 300; i++) {
			/* Twice the same: what was just stored is found, whoever else runs. */
			char text = (char)('a' + i / 2 % 5);
			struct facts_key key = facts_cache_key(&cache, &text, 1);

			if (facts_cache_find(&cache, &key, &f)) {
				strbuf_reset(&entry);
				facts_encode(&f, &entry);
				bad += entry.len != facts.len ||
				       memcmp(entry.buf, facts.buf, facts.len);
				facts_release(&f);
			}
			facts_cache_store(&cache, &key, deps.buf, deps.len, facts.buf, facts.len);
		}
		_exit(bad || cache.n_stored < 300 || !cache.n_found);
	}
	for (size_t p = 0; p < ARRAY_SIZE(pids); p++) {
		int status;

		assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
		assert_int_equal(status, 0);
	}
	strbuf_release(&entry);
	strbuf_release(&deps);
	strbuf_release(&facts);
}

static bool has(const struct facts_cache *c, char name)
{
	struct facts_key key = facts_cache_key(c, &name, 1);

	return fs_exists(fs_join(&arena, c->dir, key.hex));
}

static void test_size(void **state)
{
	struct facts_cache_usage usage;
	struct facts_cache cache;
	char data[1000] = { 0 };

	assert_int_equal(facts_cache_open(&cache, in("cache"), 8000), 0);
	for (char name = 'a'; name <= 'e'; name++) {
		struct facts_key key = facts_cache_key(&cache, &name, 1);

		facts_cache_store(&cache, &key, data, 500, data, 1000);
		usleep(20000);
	}
	assert_true(has(&cache, 'a') && has(&cache, 'e'));
	/* Used lately, though it is old. */
	assert_int_equal(utimensat(AT_FDCWD,
				   fs_join(&arena, cache.dir, facts_cache_key(&cache, "a", 1).hex),
				   NULL, 0), 0);
	facts_cache_release(&cache);
	/* What somebody else put there is not ours to remove. */
	put("cache/facts/README", "hands off");
	put("cache/facts/0123456789abcdef0123456789abcdef.XXXXXX", "left by a run that was killed");
	assert_int_equal(utimensat(AT_FDCWD,
				   in("cache/facts/0123456789abcdef0123456789abcdef.XXXXXX"),
				   (struct timespec[2]){ { 1, 0 }, { 1, 0 } }, 0), 0);
	assert_int_equal(facts_cache_open(&cache, in("cache"), 4000), 0);
	facts_cache_release(&cache);
	assert_int_equal(facts_cache_open(&cache, in("cache"), 4000), 0);
	assert_true(has(&cache, 'a') && has(&cache, 'e'));
	assert_false(has(&cache, 'b') || has(&cache, 'c') || has(&cache, 'd'));
	facts_cache_release(&cache);
	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.entries, 2);
	assert_in_range(usage.bytes, 3000, 4000);
	assert_int_equal(facts_cache_clear(in("cache")), 0);
	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.entries, 0);
	assert_int_equal(usage.bytes, 0);
	assert_true(fs_exists(in("cache/facts/README")));
}

/* One shared header, of three files. */
static void put_header(const char *key, time_t used)
{
	const struct timespec times[2] = { { used, 0 }, { used, 0 } };
	const char *pch = arena_printf(&arena, "cache/headers/%s.pch", key);
	char text[1001];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	put(pch, text);
	put(arena_printf(&arena, "cache/headers/%s.info", key), "what is known of it");
	put(arena_printf(&arena, "cache/headers/%s.00000000.h", key), "#include <x.h>\n");
	assert_int_equal(utimensat(AT_FDCWD, in(pch), times, 0), 0);
}

/* Headers that units share count, and go by their last use, with all that belongs to them. */
static void test_size_headers(void **state)
{
	static const char lately[] = "00000000000000000000000000000001";
	static const char long_ago[] = "00000000000000000000000000000002";
	struct facts_cache_usage usage;
	struct facts_cache cache;
	char data[1000] = { 0 };
	struct facts_key key;

	assert_int_equal(facts_cache_open(&cache, in("cache"), 3500), 0);
	key = facts_cache_key(&cache, "a", 1);
	facts_cache_store(&cache, &key, data, 500, data, 1000);
	put_header(lately, time(NULL) + 100);
	put_header(long_ago, 100);
	put("cache/headers/README", "hands off");
	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.entries, 1);
	assert_int_equal(usage.headers, 2);
	assert_in_range(usage.bytes, 3500, 4000);
	facts_cache_release(&cache);
	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.entries, 1);
	assert_int_equal(usage.headers, 1);
	assert_in_range(usage.bytes, 2500, 3500);
	assert_true(fs_exists(in(arena_printf(&arena, "cache/headers/%s.00000000.h", lately))));
	assert_true(fs_exists(in(arena_printf(&arena, "cache/headers/%s.info", lately))));
	assert_false(fs_exists(in(arena_printf(&arena, "cache/headers/%s.pch", long_ago))));
	assert_int_equal(facts_cache_clear(in("cache")), 0);
	facts_cache_usage(in("cache"), &arena, &usage);
	assert_int_equal(usage.headers, 0);
	assert_int_equal(usage.bytes, 0);
	assert_true(fs_exists(in("cache/headers/README")));
}

/* A disk that is full, a folder that cannot be written: no entries, and nothing else. */
static void test_no_room(void **state)
{
	struct facts_cache cache;

	put("cache/facts", "a file where the folder should be");
	assert_true(facts_cache_open(&cache, in("cache"), limit) < 0);
	facts_cache_release(&cache);
	assert_int_equal(unlink(in("cache/facts")), 0);
	assert_int_equal(facts_cache_open(&cache, in("cache"), limit), 0);
	assert_int_equal(fs_remove_all(cache.dir), 0);
	facts_cache_store(&cache, &(struct facts_key){ .hex = "00" }, "", 0, "", 0);
	assert_int_equal(cache.n_stored, 0);
	facts_cache_release(&cache);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_hit),
		TEST(test_content),
		TEST(test_touched),
		TEST(test_racy),
		TEST(test_earlier),
		TEST(test_looked_for),
		TEST(test_include_macro),
		TEST(test_include_in_comment),
		TEST(test_include_next),
		TEST(test_forced),
		TEST(test_command),
		TEST(test_errors),
		TEST(test_not_kept),
		TEST(test_changed_meanwhile),
		TEST(test_damaged),
		TEST(test_deps_decode),
		TEST(test_at_once),
		TEST(test_size),
		TEST(test_size_headers),
		TEST(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
