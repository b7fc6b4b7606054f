// SPDX-License-Identifier: MIT
/*
 * Headers that units share. Whatever the units and headers say, the facts must
 * be those of a plain parse; check() compares them each time.
 */
#include "base/fs.h"
#include "clang/pool.h"
#include "clang/shared.h"
#include "clang/words.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

#define N_UNITS 5 /* unit 0 is the one that tests change */

static const char *argv[8], *own_argv[8];
static struct kbuild kb;
static size_t units[N_UNITS];
static struct strbuf prelude;
static struct shared_chosen chosen;

static void put_unit(const char *text)
{
	put("u0.c", text);
}

#define BOTH "#include <one.h>\n#include <two.h>\n"

static int setup(void **state)
{
	struct rules rules = { 0 };

	snprintf(dir, sizeof(dir), "/tmp/relock-test-shared.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	argv[0] = "-std=gnu11";
	argv[1] = "-nostdinc";
	argv[2] = arena_printf(&arena, "-I%s/first", dir);
	argv[3] = arena_printf(&arena, "-I%s/include", dir);
	argv[4] = NULL;
	memcpy(own_argv, argv, sizeof(argv));
	memset(&kb, 0, sizeof(kb));
	kb.tree = kb.build = dir;
	put("first/empty.h", "\n");
	put("include/one.h", "#ifndef ONE_H\n#define ONE_H\n#include <deep.h>\n"
			     "#ifdef MAKE_ONE\nint one(void) { return 1; }\n#else\nint one(void);\n"
			     "#endif\n#define ONE DEEP\nstruct one { int a; struct deep d; };\n"
			     "static inline int one_inline(struct one *o) { return o->a + ONE; }\n"
			     "#endif\n");
	put("include/two.h", "#ifndef TWO_H\n#define TWO_H\nint two(int);\n"
			     "#define TWO(x) two(x)\nenum two { SECOND = 2 };\n#endif\n");
	put("include/deep.h", "#ifndef DEEP_H\n#define DEEP_H\nstruct deep { int b; };\n"
			      "#define DEEP 3\n#endif\n");
	put("include/other.h", "#ifndef OTHER_H\n#define OTHER_H\nint other(void);\n"
			       "#define OTHER 9\nint hidden_name(int);\n#endif\n");
	for (size_t i = 0; i < N_UNITS; i++) {
		const char *file = arena_printf(&arena, "u%zu.c", i);
		struct compile_unit cu = { .file = file, .path = in(file), .object = "u.o",
					   .directory = dir, .argv = i ? argv : own_argv };

		put(file, arena_printf(&arena, BOTH "#include <other.h>\nstatic struct one v%zu;\n"
				       "int f%zu(void) { return TWO(one_inline(&v%zu) + OTHER); }\n",
				       i, i, i));
		vec_push(&kb.units, cu);
		units[i] = i;
	}
	strbuf_init(&prelude);
	extract_prelude(&rules, &prelude);
	return 0;
}

static int teardown(void **state)
{
	shared_chosen_release(&chosen);
	strbuf_release(&prelude);
	vec_release(&kb.units);
	arena_release(&arena);
	return fs_remove_all(dir);
}

static void facts_of(const struct extract_job *job, struct strbuf *out, struct extract_result *r)
{
	struct facts f;

	extract_unit(job, &f, r);
	facts_encode(&f, out);
	facts_release(&f);
}

/* Returns whether unit @i can use the header; its facts are the same either way. */
static bool fits(const struct shared *s, size_t i)
{
	struct extract_job job = { .unit = &kb.units.v[i], .kb = &kb, .shared = s };
	struct strbuf with = STRBUF_INIT, without = STRBUF_INIT;
	struct extract_result r, plain;
	bool ret;

	job.prelude = in("prelude.h");
	assert_int_equal(fs_write(job.prelude, prelude.buf, prelude.len), 0);
	facts_of(&job, &with, &r);
	job.shared = NULL;
	facts_of(&job, &without, &plain);
	assert_int_equal(with.len, without.len);
	assert_memory_equal(with.buf, without.buf, with.len);
	assert_true(!plain.shared && (!r.error == !plain.error));
	ret = r.shared;
	extract_result_release(&r);
	extract_result_release(&plain);
	strbuf_release(&with);
	strbuf_release(&without);
	return ret;
}

static void plan(struct shared_plan *p)
{
	assert_int_equal(fs_mkdirs(in("headers")), 0);
	shared_plan(p, &kb, units, N_UNITS, prelude.buf, "", in("headers"), &chosen);
}

static const struct shared_group *group_of(const struct shared_plan *p, size_t unit)
{
	return &p->groups.v[p->group_of[unit]];
}

/* Makes the header if that is needed; the other units can use it, and what of unit 0? */
static bool check(void)
{
	struct shared_plan p;
	struct shared *s;
	bool ret;

	/* A folder that has just been changed may have changed during the parse. */
	usleep(60000);
	plan(&p);
	if (!shared_is_current(group_of(&p, 0)))
		assert_int_equal(shared_build(group_of(&p, 0), &kb, prelude.buf), 0);
	assert_true(shared_is_current(group_of(&p, 0)));
	s = shared_open(group_of(&p, 0));
	assert_non_null(s);
	for (size_t i = 1; i < N_UNITS; i++)
		assert_true(fits(s, i));
	ret = fits(s, 0);
	shared_close(s);
	shared_plan_release(&p);
	return ret;
}

static void test_fits(void **state)
{
	assert_true(check());
	put_unit("#include <one.h>\nint f(struct one *o) { return one_inline(o) + o->d.b; }\n");
	assert_true(check());
	put_unit("int f(void) { return 1; }\n");
	assert_true(check());
	/* In another order than the others have them. */
	put_unit("#include <two.h>\nint g(void) { return SECOND; }\n#include <deep.h>\n"
		 "int f(void) { return DEEP; }\n");
	assert_true(check());
}

/* A macro of the unit's decides what a header says. */
static void test_macro_before(void **state)
{
	put_unit("#define MAKE_ONE\n" BOTH "int f(void) { return one(); }\n");
	assert_false(check());
	put_unit("#define struct union\n" BOTH "int f(struct one *o) { return o->a; }\n");
	assert_false(check());
	/* Through a macro of the header's. */
	put_unit("#define two(x) (x)\n" BOTH "int f(int x) { return TWO(x); }\n");
	assert_false(check());
	/* Of no concern to them, or after them. */
	put_unit("#define MINE 1\n" BOTH "int f(void) { return MINE; }\n");
	assert_true(check());
	put_unit(BOTH "#define MAKE_ONE 4\nint f(void) { return MAKE_ONE; }\n");
	assert_true(check());
}

/* A header that the unit does not include is there all the same. */
static void test_not_included(void **state)
{
	put_unit("#include <one.h>\nint f(int OTHER) { return OTHER; }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#ifdef OTHER_H\nint g(void);\n#endif\nint f(void) { return 1; "
		 "}\n");
	assert_false(check());
	/* It says another type: an error there, and none here. */
	put_unit("struct mine { int a; };\nstruct mine *hidden_name(char *);\n"
		 "int f(void) { return hidden_name(\"\")->a; }\n");
	assert_false(check());
	/* One that fits is the unit's, with its place. */
	put_unit("#include <one.h>\nint hidden_name(int);\nint f(void) { return hidden_name(1); "
		 "}\n");
	check();
	put_unit("#include <one.h>\nint f(void) { int other = 1; return other; }\n");
	assert_true(check());
}

/* A header has something for a macro that nobody gave it. */
static void test_default(void **state)
{
	put("include/one.h", "#ifndef ONE_H\n#define ONE_H\n#ifndef SAY\n#define SAY(x) x\n#endif\n"
			     "#define LOUD(x) SAY(x)\nstruct deep { int b; };\n"
			     "struct one { int a; struct deep d; };\n"
			     "static inline int one_inline(struct one *o) { return o->a; }\n"
			     "static inline const char *loud(void) { return LOUD(\"two\"); }\n"
			     "#endif\n");
	put_unit("#define SAY(x) \"mine\" x\n" BOTH
		 "const char *f(void) { return LOUD(\"one\"); }\n");
	assert_true(check());
	put_unit("#define SAY(x) x\n" BOTH "const char *f(void) { return loud(); }\n");
	assert_true(check());
	put_unit("#define SAY(x) \"mine\" x\n" BOTH
		 "#ifdef SAY\nint g(void) { return 1; }\n#endif\n");
	assert_true(check());
	/* Something in the header is made of it. */
	put("include/one.h", "#ifndef ONE_H\n#define ONE_H\n#ifndef SAY\n#define SAY 1\n#endif\n"
			     "#define LOUD SAY\nstruct deep { int b; };\n"
			     "struct one { int a; struct deep d; };\n"
			     "static inline int one_inline(struct one *o) { return o->a + LOUD; }\n"
			     "#endif\n");
	put_unit("#define SAY 2\n" BOTH "int f(struct one *o) { return one_inline(o); }\n");
	assert_false(check());
	/* A text is given where the header would have none. */
	put("include/one.h", "#ifndef ONE_H\n#define ONE_H\n#ifndef SAY\n#define SAY(x) 0\n#endif\n"
			     "#define LOUD(x) SAY(x)\nstruct deep { int b; };\n"
			     "struct one { int a; struct deep d; };\n"
			     "static inline int one_inline(struct one *o) { return LOUD(o->a); }\n"
			     "#endif\n");
	put_unit("#define SAY(x) x\n" BOTH "int f(struct one *o) { return one_inline(o); }\n");
	assert_false(check());
	put_unit("#define SAY(x) \"mine\"[x]\n" BOTH
		 "int f(struct one *o) { return one_inline(o); }\n");
	assert_false(check());
	put_unit("#define SAY(x) \"mine\"\n" BOTH "int f(void) { return 1; }\n");
	assert_false(check());
}

/* A header that comes later is not there yet, though it is parsed already. */
static void test_later_header(void **state)
{
	put("include/two.h", "#ifndef TWO_H\n#define TWO_H\nint two(int);\n#define TWO(x) two(x)\n"
			     "#ifndef LIMIT\n#define LIMIT 8\n#endif\nenum two { SECOND = 2 };\n#endif\n");
	put("own/part.h", "#include <two.h>\nint part(void);\nstatic inline int limit(void) { return LIMIT; }\n");
	put_unit("#ifndef LIMIT\n#define LIMIT 4\n#endif\n#include <two.h>\nint f(void) { return LIMIT; }\n");
	assert_false(check());
	put_unit("#undef TWO\n#include <two.h>\nint f(void) { return TWO(1); }\n");
	assert_false(check());
	put_unit("#ifdef TWO\nint g(void) { return 1; }\n#endif\n#include <two.h>\nint f(void) { return 1; }\n");
	assert_false(check());
	put_unit("int TWO(int);\nint g(void) { return TWO(1); }\n#include <two.h>\nint f(void) { return TWO(1); }\n");
	assert_false(check());
	put_unit("#define MINE TWO(3)\n#include <one.h>\n#include <two.h>\nint f(void) { return MINE + LIMIT; }\n");
	assert_true(check());
	/* Through a header of the unit's own, and in it. */
	put_unit("#include \"own/part.h\"\nint f(void) { return TWO(limit()); }\n");
	assert_true(check());
	put("own/part.h", "#ifndef LIMIT\n#define LIMIT 5\n#endif\n#include <two.h>\n");
	put_unit("#include \"own/part.h\"\nint f(void) { return LIMIT; }\n");
	assert_false(check());
}

/* A macro of a header that is not included, but that is its own name. */
static void test_itself(void **state)
{
	put("include/other.h", "#ifndef OTHER_H\n#define OTHER_H\n#define OTHER 9\n"
			       "#define itself itself\n#endif\n");
	put_unit("#include <one.h>\nint itself(void);\nint f(void) { return itself(); }\n");
	assert_true(check());
	put_unit("#include <one.h>\n#ifdef itself\nint g(void);\n#endif\nint f(void) { return 1; "
		 "}\n");
	assert_false(check());
	put_unit("#include <one.h>\n#include <other.h>\n#ifdef itself\nint g(void) { return 1; "
		 "}\n#endif\n");
	assert_true(check());
}

/* What is not compiled says the name of a macro. */
static void test_skipped(void **state)
{
	put("include/two.h",
	    "#ifndef TWO_H\n#define TWO_H\nint two(int);\n#define TWO(x) two(x)\n"
	    "#ifdef NEVER\nint never(int QUIET);\n#define NO QUIET\n#endif\n"
	    "#ifndef NO\n#define NO 7\n#endif\nenum two { SECOND = NO };\n#endif\n");
	put_unit("#include <one.h>\n#ifdef NEVER\nint g(int OTHER);\n#endif\n"
		 "int f(void) { return 1; }\n");
	assert_true(check());
	put_unit("#include <one.h>\n#if 1\nint g(int OTHER);\n#endif\n"
		 "int f(void) { return 1; }\n");
	assert_false(check());
	/* Before a header that has it. */
	put_unit("#ifdef NEVER\nint g(int OTHER);\n#endif\n#include <other.h>\n"
		 "int f(void) { return OTHER; }\n");
	assert_true(check());
	/* In the header. */
	put_unit("#define QUIET 3\n" BOTH "int f(void) { return SECOND; }\n");
	assert_true(check());
	put_unit("#define NEVER\n#define QUIET 3\n" BOTH "int f(void) { return 1; }\n");
	assert_false(check());
	/* Only the first time. */
	put("include/other.h", "#ifndef OTHER_H\n#define OTHER_H\n#define OTHER 9\n"
			       "#define NAME other_name\n#endif\n");
	put("own/twice.h", "#ifdef PART\nint NAME(void) { return 1; }\n#endif\n");
	put_unit("#include <one.h>\n#include \"own/twice.h\"\n#define PART\n"
		 "#include \"own/twice.h\"\nint f(void) { return 1; }\n");
	assert_false(check());
}

/* The unit has a macro of the name itself. */
static void test_own_macro(void **state)
{
	put_unit("#include <one.h>\n#define OTHER 4\nint f(void) { return OTHER; }\n"
		 "#undef OTHER\n#ifdef OTHER\nint g(void) { return 1; }\n#endif\n");
	assert_true(check());
	put_unit("#include <one.h>\nint f(int OTHER) { return OTHER; }\n#define OTHER 4\n"
		 "int g(void) { return OTHER; }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#ifdef NEVER\n#define OTHER 4\n#endif\n"
		 "int f(int OTHER) { return OTHER; }\n");
	assert_false(check());
	/* One that is made of a macro of a header, and used or not. */
	put_unit("#include <one.h>\n#define MINE OTHER\nint f(void) { return 1; }\n");
	assert_true(check());
	put_unit("#include <one.h>\n#define MINE OTHER\nint f(int MINE) { return MINE; }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#define MINE OTHER\n#define YOURS MINE\n"
		 "int f(int YOURS) { return YOURS; }\n");
	assert_false(check());
	put("include/other.h", "#ifndef OTHER_H\n#define OTHER_H\n#define OTHER 9\n"
			       "#define NAME other_name\n#endif\n");
	put("include/two.h", "#ifndef TWO_H\n#define TWO_H\nint two(int);\n#define TWO(x) two(x)\n"
			     "#define ALSO HERS\nenum two { SECOND = 2 };\n#endif\n");
	put_unit("#include <one.h>\n#define MINE NAME\nint MINE(void) { return 1; }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#include <two.h>\n#define HERS NAME\nint ALSO(void) { return "
		 "1; }\n");
	assert_false(check());
}

/* A macro with arguments is none where it gets none. */
static void test_no_arguments(void **state)
{
	put("include/other.h",
	    "#ifndef OTHER_H\n#define OTHER_H\nint other(void);\n#define OTHER 9\n"
	    "#define AROUND(x) (2 * (x))\n#endif\n");
	put_unit("#include <one.h>\nstruct s { int AROUND; };\n"
		 "int f(struct s *s) { if (s->AROUND) return 1; return s->AROUND; }\n");
	assert_true(check());
	put_unit("#include <one.h>\nint f(int (*AROUND)(int)) { return AROUND(3); }\n");
	assert_false(check());
	put_unit("#include <one.h>\nint f(int (*AROUND)(int)) { return AROUND\n /* 1 */ (3); }\n");
	assert_false(check());
	put_unit("#include <one.h>\nint f(int (*AROUND)(int)) { return AROUND\n#define A 3\n(A); "
		 "}\n");
	assert_false(check());
	put_unit("#include <one.h>\n#define CALL(x) x(3)\n"
		 "int f(int (*AROUND)(int)) { return CALL(AROUND); }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#define CALL(x) x\n"
		 "int f(int (*AROUND)(int)) { return CALL(CALL(1) + AROUND); }\n");
	check();
	put("own/half.h", "AROUND");
	put_unit("#include <one.h>\nint f(int (*AROUND)(int)) { return\n#include \"own/half.h\"\n"
		 "(3); }\n");
	assert_false(check());
	put_unit("#include <one.h>\n#ifdef AROUND\nint g(void);\n#endif\n"
		 "int f(void) { return 1; }\n");
	assert_false(check());
}

#define CLEANUPS                                                                                   \
	"#define MAKE(name) struct name { int a; }; \\\n"                                          \
	" static inline int name##_open(void) { return 1; } \\\n"                                  \
	" static inline void name##_close(struct name *p) { one_inline((void *)p); }\n"

/* What closes a variable is one of several functions that a macro of a header makes. */
static void test_cleanup(void **state)
{
	put("include/other.h",
	    "#ifndef OTHER_H\n#define OTHER_H\n#include <one.h>\n#define OTHER 9\n" CLEANUPS
	    "MAKE(first) MAKE(second)\nMAKE(third)\n#endif\n");
	put_unit("#include <other.h>\nint f(void) {\n"
		 "struct first a __attribute__((__cleanup__(first_close))) = { 1 };\n"
		 "struct second b __attribute__((__cleanup__(second_close))) = { 2 };\n"
		 "struct third c __attribute__((__cleanup__(third_close))) = { 3 };\n"
		 "return a.a + b.a + c.a; }\n");
	assert_true(check());
	/* The unit has one of its own. */
	put_unit("#include <one.h>\n" CLEANUPS "MAKE(third)\nint f(void) {\n"
		 "struct third c __attribute__((__cleanup__(third_close))) = { 3 };\n"
		 "return c.a; }\n");
	check();
}

/* A header leads to one that is read again and again, with other macros each time. */
static void test_repeated(void **state)
{
	struct shared_plan p;
	struct shared *s;
	bool on;

	put("include/again.h", "#undef SYSTEM\n#define SYSTEM again\n#ifdef MAKE\n"
			       "int MAKE(void) { return 1; }\n#endif\n");
	put("include/leads.h", "#ifndef LEADS_H\n#define LEADS_H\n#include <again.h>\n#endif\n");
	put("u1.c", "#include <leads.h>\n" BOTH "int f1(struct one *o) { return o->a; }\n");
	put("u2.c", "#include <leads.h>\n" BOTH "int f2(struct one *o) { return o->a; }\n");
	put_unit(BOTH "#define MAKE made\n#include <again.h>\nint SYSTEM(void);\n"
		      "int f(void) { return made(); }\n");
	usleep(60000);
	plan(&p);
	assert_int_equal(shared_build(group_of(&p, 0), &kb, prelude.buf), 0);
	s = shared_open(group_of(&p, 0));
	assert_non_null(s);
	for (size_t i = 0; i < N_UNITS; i++) {
		on = fits(s, i);
		assert_true(on);
	}
	shared_close(s);
	shared_plan_release(&p);
}

/* A folder that only this unit searches has a header of the name. */
static void test_own_folder(void **state)
{
	own_argv[2] = arena_printf(&arena, "-I%s/own", dir);
	own_argv[3] = argv[2];
	own_argv[4] = argv[3];
	own_argv[5] = NULL;
	put("own/mine.h", "#define MINE 5\n");
	put_unit("#include <mine.h>\n" BOTH "int f(void) { return MINE; }\n");
	assert_true(check());
	put("own/deep.h", "struct deep { int c, d, e; };\n#define DEEP 4\n");
	put_unit(BOTH "int f(struct one *o) { return one_inline(o); }\n");
	assert_false(check());
}

/* The folder as a user may write it; commands have another working directory. */
static void test_relative(void **state)
{
	struct shared_plan p;
	struct shared *s;
	char *was = getcwd(NULL, 0);

	usleep(60000);
	assert_int_equal(fs_mkdirs(in("elsewhere/headers")), 0);
	assert_int_equal(chdir(in("elsewhere")), 0);
	shared_plan(&p, &kb, units, N_UNITS, prelude.buf, "", "headers", &chosen);
	assert_int_equal(shared_build(group_of(&p, 0), &kb, prelude.buf), 0);
	s = shared_open(group_of(&p, 0));
	assert_non_null(s);
	assert_true(fits(s, 1));
	shared_close(s);
	shared_plan_release(&p);
	assert_int_equal(chdir(was), 0);
	free(was);
}

/* Another command is another group; too small a group gets no header. */
static void test_groups(void **state)
{
	struct shared_plan p;

	own_argv[4] = "-DMAKE_ONE";
	own_argv[5] = NULL;
	plan(&p);
	assert_int_equal(p.groups.n, 2);
	assert_int_equal(group_of(&p, 1)->n_units, N_UNITS - 1);
	assert_int_equal(group_of(&p, 1)->headers.n, 3);
	assert_int_equal(group_of(&p, 0)->n_units, 1);
	assert_int_equal(group_of(&p, 0)->headers.n, 0);
	shared_plan_release(&p);
}

/* Units that are read later take what was chosen before, too few of them for a choice though they be. */
static void test_later(void **state)
{
	const char *const *list;
	struct shared_plan p;
	const char *path;

	plan(&p);
	path = arena_strdup(&arena, group_of(&p, 0)->path);
	shared_plan_release(&p);
	put_unit("#include <deep.h>\nint f(void) { return DEEP; }\n");
	shared_plan(&p, &kb, units, 1, prelude.buf, "", in("headers"), &chosen);
	list = p.groups.v[0].headers.v;
	assert_int_equal(p.groups.v[0].headers.n, 3);
	assert_string_equal(list[0], "one.h");
	assert_string_equal(p.groups.v[0].path, path);
	shared_plan_release(&p);
	shared_chosen_release(&chosen);
	shared_plan(&p, &kb, units, 1, prelude.buf, "", in("headers"), &chosen);
	assert_int_equal(p.groups.v[0].headers.n, 0);
	shared_plan_release(&p);
}

/* What cannot be parsed with the others is left out, what may be read twice is not shared. */
static void test_bad_header(void **state)
{
	struct shared_plan p;
	struct shared *s;

	put("include/bad.h", "#ifndef BAD_H\n#define BAD_H\nstruct deep { int again; };\n"
			     "no_such_type bad;\n#endif\n");
	/* What is wrong is within a function. */
	put("include/worse.h", "#ifndef WORSE_H\n#define WORSE_H\n"
			       "static inline int worse(void) { return no_such_name; }\n#endif\n");
	put("include/twice.h", "int TWICE(void);\n#undef TWICE\n");
	put("u1.c", "#include <bad.h>\n#include <worse.h>\n#define TWICE a\n#include "
		    "<twice.h>\nint f1(void);\n");
	put("u2.c", "#include <bad.h>\n#include <worse.h>\n#define TWICE b\n#include "
		    "<twice.h>\nint f2(void);\n");
	put("u3.c", BOTH "#define TWICE c\n#include <twice.h>\nint f3(void) { return b(); }\n");
	usleep(60000);
	plan(&p);
	assert_int_equal(shared_build(group_of(&p, 0), &kb, prelude.buf), 0);
	s = shared_open(group_of(&p, 0));
	assert_non_null(s);
	assert_false(fits(s, 1));
	assert_false(fits(s, 2));
	fits(s, 3);
	assert_true(fits(s, 4));
	shared_close(s);
	shared_plan_release(&p);
}

static bool is_current(void)
{
	struct shared_plan p;
	bool ret;

	plan(&p);
	ret = shared_is_current(group_of(&p, 0));
	shared_plan_release(&p);
	return ret;
}

static void test_current(void **state)
{
	static const struct {
		const char *file, *text;
	} changes[] = {
		{ "include/deep.h", "#ifndef DEEP_H\n#define DEEP_H\nstruct deep { int b; };\n"
				    "#define DEEP 8\n#endif\n" },
		{ "first/deep.h", "#ifndef DEEP_H\n#define DEEP_H\nstruct deep { int b, c; };\n"
				  "#define DEEP 9\n#endif\n" },
	};

	assert_false(is_current());
	assert_true(check());
	assert_true(is_current());
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		put(changes[i].file, changes[i].text);
		assert_false(is_current());
		assert_true(check());
	}
	/* libclang refuses files that are younger, whatever they say. */
	assert_int_equal(utimensat(AT_FDCWD, in("include/two.h"), NULL, 0), 0);
	assert_false(is_current());
	assert_true(check());
}

/* Any byte of either file. */
static void test_damaged(void **state)
{
	struct shared_plan p;

	assert_true(check());
	plan(&p);
	for (const char *const *end = (const char *const[]){ ".pch", ".info", NULL }; *end; end++) {
		const char *path = arena_printf(&arena, "%s%s", group_of(&p, 0)->path, *end);
		struct strbuf sb = STRBUF_INIT;

		assert_int_equal(fs_read(path, &sb), 0);
		for (size_t at = 0; at < sb.len; at += sb.len / 16 + 1) {
			sb.buf[at] ^= 1;
			assert_int_equal(fs_write(path, sb.buf, sb.len), 0);
			assert_false(shared_is_current(group_of(&p, 0)));
			sb.buf[at] ^= 1;
			assert_int_equal(fs_write(path, sb.buf, at), 0);
			assert_false(shared_is_current(group_of(&p, 0)));
		}
		assert_int_equal(fs_write(path, sb.buf, sb.len), 0);
		assert_true(shared_is_current(group_of(&p, 0)));
		assert_int_equal(unlink(path), 0);
		assert_false(shared_is_current(group_of(&p, 0)));
		assert_int_equal(fs_write(path, sb.buf, sb.len), 0);
		strbuf_release(&sb);
	}
	shared_plan_release(&p);
}

static void extract_all(const char *headers, struct strbuf *out)
{
	struct pool_options o = { .jobs = 2, .headers = headers, .chosen = &chosen };
	struct pool_result r[N_UNITS];
	struct rules rules = { 0 };

	assert_int_equal(pool_extract(&kb, &rules, units, N_UNITS, &o, r, &arena), 0);
	for (size_t i = 0; i < N_UNITS; i++) {
		assert_null(r[i].error);
		facts_encode(&r[i].facts, out);
		facts_release(&r[i].facts);
	}
}

/* As the commands use it: made when needed, and where it cannot be made nobody notices. */
static void test_pool(void **state)
{
	struct strbuf with = STRBUF_INIT, without = STRBUF_INIT;
	const char *places[] = { in("headers"), in("headers"), in("u0.c") };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		usleep(60000);
		extract_all(places[i], &with);
		extract_all(NULL, &without);
		assert_int_equal(with.len, without.len);
		assert_memory_equal(with.buf, without.buf, with.len);
		strbuf_reset(&with);
		strbuf_reset(&without);
		put("include/deep.h", "#ifndef DEEP_H\n#define DEEP_H\nstruct deep { char c[7]; };\n"
				      "#define DEEP 11\n#endif\n");
	}
	assert_true(is_current() || fs_is_dir(in("headers")));
	strbuf_release(&with);
	strbuf_release(&without);
}

static void add_word(void *data, enum word_kind kind, const char *word, size_t len)
{
	static const char letters[] = {
		[WORD_CODE] = 'c',	  [WORD_CONDITION] = 'i', [WORD_DEFAULT] = 'f',
		[WORD_DEFINE] = 'd',	  [WORD_DEFINE_SAME] = 's',
		[WORD_UNDEF] = 'u',	  [WORD_BODY] = 'b',
	};

	strbuf_addf(data, "%c:%.*s ", letters[kind], (int)len, word);
}

static void assert_words(const char *text, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	words_scan(text, strlen(text), add_word, &sb);
	strbuf_addstr(&sb, "");
	assert_string_equal(sb.buf, want);
	strbuf_release(&sb);
}

static void test_words(void **state)
{
	assert_words("int a; /* no */ b // no\nc \"no\" 'n' d\n", "c:int c:a c:b c:c c:d ");
	assert_words("#define A(x) b \\\n c\nd\n#undef E\n", "d:A b:x b:b b:c c:d u:E ");
	assert_words("#if defined(A) && B > 1\n", "i:defined i:A i:B ");
	assert_words(
		"#define A A\n#define B B /* B */\n#define C C(1)\n#define D(D) D\n#define E\n",
		"s:A b:A s:B b:B d:C b:C d:D b:D b:D d:E ");
	/* What a macro is otherwise, and what only begins like that. */
	assert_words("#ifndef A\n/* x */\n# define A(x) \\\n x\n\n#endif\n", "f:A d:A b:x b:x ");
	assert_words("#ifndef A\n#define A 1\nint b;\n#endif\n", "i:A d:A c:int c:b ");
	assert_words("#ifndef A\n#define B 1\n#endif\n", "i:A d:B ");
	assert_words("#ifndef A\n#define A 1\n#else\nint b;\n#endif\n", "i:A d:A c:int c:b ");
	assert_words("#ifndef A\n#define A 1\n#define B\n#endif\n", "i:A d:A d:B ");
	assert_words("#ifndef A\n#define A 1\n", "i:A d:A ");
	assert_words("#include <linux/x.h>\n#include \"y.h\"\na\n", "c:a ");
	assert_words("/* it's */ a \"\\\"b\" c 'unclosed\nd", "c:a c:c c:d ");
	assert_words("", "");
}

static void test_guarded(void **state)
{
	static const struct {
		const char *text;
		bool guarded;
	} cases[] = {
		{ "/* x */\n#ifndef A\n#define A\nint a;\n#endif\n", true },
		{ "#ifndef A\n#define A\n#if 1\n#endif\n#endif /* A */\n", true },
		{ "#pragma once\nint a;\n", true },
		{ "int b;\n#ifndef A\n#define A\n#endif\n", false },
		{ "#ifndef A\n#define A\n#endif\nint c;\n", false },
		{ "#if !defined(A) || defined(TRACE_HEADER_MULTI_READ)\n#define A\n#endif\n", false },
		{ "#ifndef A\n#define A\n#else\nint b;\n#endif\n", false },
		{ "#ifndef A\n#define A\n", false },
		{ "int a;\n", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (words_guarded(cases[i].text, strlen(cases[i].text)) != cases[i].guarded)
			fail_msg("case %zu: %s", i, cases[i].text);
}

static void add_name(void *data, const char *name, size_t len)
{
	strbuf_addf(data, "%.*s ", (int)len, name);
}

static void test_includes(void **state)
{
	static const char text[] = "#include <a.h>\n#include \"b.h\"\n # include <c/d.h> /* x */\n"
				   "#ifdef X\n#include <e.h>\n#endif\n/* #include <f.h> */\n"
				   "#include MACRO\n#include <g.h>\n";
	struct strbuf sb = STRBUF_INIT;

	words_includes(text, strlen(text), add_name, &sb);
	assert_string_equal(sb.buf, "a.h c/d.h g.h ");
	strbuf_release(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_macro_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_included, setup, teardown),
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_later_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(test_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_macro, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cleanup, setup, teardown),
		cmocka_unit_test_setup_teardown(test_repeated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relative, setup, teardown),
		cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(test_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_current, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pool, setup, teardown),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_guarded),
		cmocka_unit_test(test_includes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
