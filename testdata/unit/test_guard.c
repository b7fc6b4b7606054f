// SPDX-License-Identifier: MIT
/*
 * What is edited for a control: a small "kernel" in which a program comes back to a lock is
 * edited, compiled and run. It ends with 1 where the lock is taken twice, with 0 where the guard
 * keeps the program out, and with 2 where the program did not run.
 */
#include "lab/guard.h"

#include "base/run.h"
#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "folder.h"

#define ID "0123456789abcdef"

static const char helpers[] =
	"#include <linux/pot.h>\n"
	"\n"
	"BPF_CALL_1(pot_put, struct pot *, p)\n"
	"{\n"
	"	return p->ops->put(p);\n"
	"}\n"
	"\n"
	"BPF_CALL_1(pot_get, struct pot *, p)\n"
	"{\n"
	"	return p->ops->get(p);\n"
	"}\n"
	"\n"
	"struct pot *pot_find(struct pot *p)\n"
	"{\n"
	"	pot_lock(p);\n"
	"	pot_unlock(p);\n"
	"	return p;\n"
	"}\n"
	"\n"
	"#ifdef POT_IS_CLEAN\n"
	"void pot_wipe(struct pot *p)\n"
	"{\n"
	"}\n"
	"#else\n"
	"void pot_wipe(struct pot *p)\n"
	"{\n"
	"	pot_lock(p);\n"
	"	pot_unlock(p);\n"
	"}\n"
	"#endif\n";

/* The lines from 20 on are places to attach to. */
static const char pots[] =
	"#include <linux/pot.h>\n"
	"\n"
	"static int put(struct pot *p)\n"
	"{\n"
	"	pot_lock(p);\n"
	"	pot_unlock(p);\n"
	"	return 1;\n"
	"}\n"
	"\n"
	"static int get(struct pot *p)\n"
	"{\n"
	"	pot_lock(p);\n"
	"	pot_unlock(p);\n"
	"	return 1;\n"
	"}\n"
	"\n"
	"const struct pot_ops ops = { .get = get,\n"
	"	.put = put,\n"
	"};\n"
	"int in_condition(struct pot *p) { pot_lock(p); if (attached(p)) p->n++; pot_unlock(p); return 0; }\n"
	"int in_initialiser(struct pot *p) { pot_lock(p); int a = attached(p), b = a; pot_unlock(p); return b; }\n"
	"int in_lines(struct pot *p) { pot_lock(p); int a = attached2(p, \")\",\n"
	"	(a = 1)); pot_unlock(p); return a; }\n"
	"int in_macro(struct pot *p) { pot_lock(p); MAX(attached(p), 0); DO_ATTACHED(p); pot_unlock(p); return 0; }\n"
	"int no_call(struct pot *p) { pot_lock(p); p->n++; attached(p); pot_unlock(p); return 0; }\n"
	"int in_header(struct pot *p) { pot_lock(p); header_attached(p); pot_unlock(p); return 0; }\n"
	"\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"	static int (*const all[])(struct pot *) = { in_condition, in_initialiser, in_lines, in_macro,\n"
	"		no_call, in_header };\n"
	"	struct pot p = { .ops = &ops, .called = argv[2][0] };\n"
	"	all[argv[1][0] - '0'](&p);\n"
	"	return p.twice ? 1 : p.ran ? 0 : 2;\n"
	"}\n";

static const char header[] =
	"#include <stddef.h>\n"
	"struct pot;\n"
	"struct pot_ops { int (*get)(struct pot *); int (*put)(struct pot *); };\n"
	"struct pot { const struct pot_ops *ops; int n, held, twice, ran, called, inside; };\n"
	"#define BPF_CALL_1(name, type, arg) unsigned long name(type arg)\n"
	"#define MAX(a, b) ((a) > (b) ? (a) : (b))\n"
	"#define DO_ATTACHED(p) do { attached(p); } while (0)\n"
	"#define attached2(p, text, x) (attached(p) + (x))\n"
	"unsigned long pot_put(struct pot *p);\n"
	"unsigned long pot_get(struct pot *p);\n"
	"struct pot *pot_find(struct pot *p);\n"
	"void pot_wipe(struct pot *p);\n"
	"static inline void pot_lock(struct pot *p) { p->twice |= p->held++; }\n"
	"static inline void pot_unlock(struct pot *p) { p->held--; }\n"
	/* The program, as the verifier makes it: 'D' and 'G' call the operation, without the helper. */
	"static inline int attached(struct pot *p)\n"
	"{\n"
	"	p->ran++;\n"
	"	switch (p->called) {\n"
	"	case 'p': pot_put(p); break;\n"
	"	case 'P': p->ops->put(p); break;\n"
	"	case 'g': pot_get(p); break;\n"
	"	case 'G': p->ops->get(p); break;\n"
	"	case 'f': pot_find(p); break;\n"
	"	case 'w': pot_wipe(p); break;\n"
	"	}\n"
	"	return 1;\n"
	"}\n"
	"static inline int header_attached(struct pot *p) { return attached(p); }\n";

/* As much of the kernel as the guard needs. */
static const char kernel[] = "#define notrace\n"
			     "#define KERN_INFO \"\"\n"
			     "#define DEFINE_PER_CPU(type, name) type name\n"
			     "#define raw_cpu_ptr(p) (p)\n"
			     "#define atomic_inc(p) (++(p)->n)\n"
			     "#define atomic_dec(p) (--((atomic_t *)(p))->n)\n"
			     "#define atomic_read(p) ((p)->n)\n"
			     "#define printk_deferred_once(text) ((void)text)\n"
			     "typedef struct { int n; } atomic_t;\n";

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/relock-test-guard.XXXXXX");
	arena_init(&arena);
	if (!mkdtemp(dir))
		return -1;
	put("tree/kernel/helpers.c", helpers);
	put("tree/kernel/pot.c", pots);
	put("tree/include/linux/pot.h", header);
	put("tree/include/linux/atomic.h", kernel);
	put("tree/include/linux/compiler.h", "");
	put("tree/include/linux/percpu.h", "");
	put("tree/include/linux/printk.h", "");
	return 0;
}

static int teardown(void **state)
{
	int err = fs_remove_all(dir);

	arena_release(&arena);
	return err;
}

struct made {
	int err;
	const char *error, *what;
	struct guard guard;
};

/* A program at @file, @line, @column that calls @helper; the ladder is of pot_put(), if that is @shown. */
static struct section *sections;
static size_t n_sections;
static bool on_tracepoint;

static struct made make_at(const char *file, unsigned int line, unsigned int column,
			   const char *helper, bool shown, const char *attached)
{
	struct step steps[] = {
		{ .kind = STEP_ACQUIRE, .location = { .file = "kernel/pot.c", .line = 26 } },
		{ .kind = STEP_CALL, .depth = 0, .function = "in_header",
		  .location = { .file = "kernel/pot.c", .line = 26, .column = 45,
				.function = "in_header" } },
		{ .kind = STEP_CALL, .depth = 1, .function = "header_attached",
		  .location = { .file = "include/linux/pot.h", .line = 28, .column = 59,
				.function = "header_attached" } },
		{ .kind = STEP_ATTACH, .depth = 2, .function = "attached",
		  .location = { .file = "include/linux/pot.h", .line = 28, .column = 59 } },
		{ .kind = STEP_REENTER, .depth = 3, .function = shown ? "pot_put" : helper,
		  .location = { .file = "kernel/helpers.c", .function = "pot_put" } },
		{ .kind = STEP_GUARD, .depth = 4, .function = "raise",
		  .location = { .file = "kernel/pot.c", .function = "raise" } },
		{ .kind = STEP_BLOCKED, .depth = 4, .function = "put",
		  .location = { .file = "kernel/pot.c", .function = "put" } },
	};
	struct ladder ladder = { steps, ARRAY_SIZE(steps) };
	struct finding f = { .id = ID, .ladders = &ladder, .n_ladders = 1 };
	struct attach_point at = { .function = on_tracepoint ? NULL : "attached",
				   .name = on_tracepoint ? "tracepoint attached" : "attached",
				   .location = { .file = file, .line = line, .column = column,
						 .function = "header_attached" } };
	struct reentry reentry = { .function = helper };
	struct repro r = { .finding = &f, .at = &at, .at_name = attached, .reentry = &reentry };
	struct made m = { 0 };

	m.err = guard_make(&arena, in("tree"), RELOCK_SOURCE_DIR "/rules/repro", &r, sections,
			   n_sections, &m.guard, &m.error);
	assert_true(m.err ? m.error != NULL : m.error == NULL);
	return m;
}

static struct made make(unsigned int line, unsigned int column, const char *helper)
{
	return make_at("kernel/pot.c", line, column, helper, true, "attached");
}

static size_t lines_to(const char *text, const char *mark)
{
	size_t n = 0;

	for (const char *end = strstr(text, mark); end && text < end; text++)
		n += *text == '\n';
	return n;
}

/* Runs the function @n of pot.c, with a program that calls @called. Returns the exit status. */
static int run_pot(unsigned int n, char called)
{
	char number[] = { (char)('0' + n), '\0' }, word[] = { called, '\0' };
	const char *const cc[] = { "cc", "-std=gnu11", "-Wall", "-Werror", "-o", in("pot"),
				   arena_printf(&arena, "-I%s/copy/include", dir),
				   in("copy/kernel/pot.c"), in("copy/kernel/helpers.c"), NULL };
	const char *const argv[] = { in("pot"), number, word, NULL };
	struct run_options compile = { .argv = cc }, o = { .argv = argv };
	struct run_result r;
	int status;

	assert_int_equal(run(&compile, &r), 0);
	if (r.status)
		fail_msg("%s", r.err.buf);
	run_release(&r);
	assert_int_equal(run(&o, &r), 0);
	status = r.status;
	run_release(&r);
	return status;
}

static void copy_tree(const struct guard *g)
{
	static const char *const files[] = { "kernel/helpers.c",	 "kernel/pot.c",
					     "include/linux/pot.h",	 "include/linux/atomic.h",
					     "include/linux/compiler.h", "include/linux/percpu.h",
					     "include/linux/printk.h" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct strbuf text = STRBUF_INIT;

		assert_int_equal(fs_read(in(arena_printf(&arena, "tree/%s", files[i])), &text), 0);
		put(arena_printf(&arena, "copy/%s", files[i]), text.buf);
		strbuf_release(&text);
	}
	for (size_t i = 0; g && i < g->n; i++)
		put(arena_printf(&arena, "copy/%s", g->edits[i].file), g->edits[i].text);
}

static void test_kept_out(void **state)
{
	static const struct {
		unsigned int function, line, column;
	} places[] = { { 0, 20, 52 }, { 1, 21, 58 }, { 2, 22, 52 }, { 3, 24, 48 } };
	static const struct {
		const char *helper;
		const char *called; /* each alone */
	} programs[] = { { "pot_put", "pP" }, { "pot_get", "gG" }, { "pot_find", "f" },
			 { "pot_wipe", "w" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(programs); k++) {
			struct made m = make(places[i].line, places[i].column, programs[k].helper);

			assert_int_equal(m.err, 0);
			for (const char *c = programs[k].called; *c; c++) {
				copy_tree(NULL);
				assert_int_equal(run_pot(places[i].function, *c), 1);
				copy_tree(&m.guard);
				/* The macro's second call is outside of the guard. */
				assert_int_equal(run_pot(places[i].function, *c),
						 places[i].line == 24);
			}
			/* Another helper is not kept out. */
			assert_int_equal(run_pot(places[i].function, k ? 'p' : 'g'), 1);
		}
	}
}

/* Lines stay where they are; the rest of the file as well. */
static void test_lines(void **state)
{
	struct made m = make(22, 52, "pot_find");

	(void)state;
	assert_int_equal(m.err, 0);
	assert_int_equal(m.guard.n, 2);
	for (size_t i = 0; i < m.guard.n; i++) {
		const struct farm_edit *e = &m.guard.edits[i];
		bool pot = !strcmp(e->file, "kernel/pot.c");

		assert_int_equal(strlen(e->text), e->len);
		assert_int_equal(lines_to(e->text, pot ? "int main" : "void pot_wipe"),
				 lines_to(pot ? pots : helpers, pot ? "int main" : "void pot_wipe"));
		/* The guard is defined once. */
		assert_int_equal(strstr(e->text, "DEFINE_PER_CPU") != NULL, pot);
	}
	assert_string_equal(m.guard.what, "a guard is raised at kernel/pot.c:22; where it is up, "
					  "returns pot_find() (kernel/helpers.c:14)");
	m = make(24, 65, "pot_wipe");
	assert_int_equal(m.err, 0);
	copy_tree(&m.guard);
}

/* A statement, a macro of one, and what is behind it. */
static void test_statement(void **state)
{
	struct made m = make(25, 51, "pot_wipe");

	(void)state;
	assert_int_equal(m.err, 0);
	copy_tree(&m.guard);
	assert_int_equal(run_pot(4, 'w'), 0);
	m = make(24, 65, "pot_wipe");
	assert_int_equal(m.err, 0);
	copy_tree(&m.guard);
	/* That it compiles is what counts: the other call of the line is not guarded. */
	assert_int_equal(run_pot(3, 'w'), 1);
}

/* What the finding's other sections call is guarded as well: once, and where it is a call. */
static void test_sections(void **state)
{
	static struct attach_point points[] = {
		{ .name = "attached", .location = { "kernel/pot.c", 20, 52, "in_condition" } },
		{ .name = "attached", .location = { "kernel/pot.c", 25, 51, "no_call" } },
		{ .name = "attached", .location = { "kernel/pot.c", 25, 43, "no_call" } },
		{ .name = "attached", .location = { "kernel/none.c", 25, 51, "no_call" } },
		{ .name = "attached", .location = { "include/linux/pot.h", 28, 59, "header_attached" } },
		{ .name = "attached", .location = { NULL, 0, 0, "" } },
		{ .name = "pot_lock", .location = { "kernel/pot.c", 21, 37, "in_initialiser" } },
	};
	static struct attach_point others[] = {
		{ .name = "attached", .location = { "kernel/pot.c", 21, 58, "in_initialiser" } },
	};
	static const char *ids[] = { "0000000000000000", ID }, *other[] = { "0000000000000000" };
	struct section list[] = {
		{ .findings = { other, 1 }, .attach = others, .n_attach = 1 },
		{ .findings = { ids, 2 }, .attach = points, .n_attach = ARRAY_SIZE(points) },
		{ .findings = { ids, 2 }, .attach = points, .n_attach = 1 },
	};
	struct made m;

	(void)state;
	sections = list;
	n_sections = ARRAY_SIZE(list);
	m = make(25, 51, "pot_find");
	sections = NULL;
	n_sections = 0;
	assert_int_equal(m.err, 0);
	assert_string_equal(m.guard.what, "a guard is raised at kernel/pot.c:25, kernel/pot.c:20; "
					  "where it is up, returns pot_find() "
					  "(kernel/helpers.c:14)");
	copy_tree(&m.guard);
	assert_int_equal(run_pot(4, 'f'), 0);
	assert_int_equal(run_pot(0, 'f'), 0);
	assert_int_equal(run_pot(1, 'f'), 1);
}

/* What a macro of a header makes of a tracepoint is found by its name, where the ladder passes. */
static void test_tracepoint(void **state)
{
	struct location place = { "include/linux/pot.h", 28, 59, "header_attached" };
	struct made m;

	(void)state;
	on_tracepoint = true;
	m = make_at(place.file, place.line, place.column, "pot_find", true, "attached");
	on_tracepoint = false;
	assert_int_equal(m.err, 0);
	assert_non_null(strstr(m.guard.what, "raised at kernel/pot.c:26;"));
	assert_null(strstr(m.guard.what, "pot.h"));
}

/* In a header it is raised by the caller, if the ladder shows that; else there. */
static void test_header(void **state)
{
	struct made m = make_at("include/linux/pot.h", 28, 59, "pot_find", true, "attached");

	(void)state;
	assert_int_equal(m.err, 0);
	assert_non_null(strstr(m.guard.what, "raised at kernel/pot.c:26;"));
	copy_tree(&m.guard);
	assert_int_equal(run_pot(5, 'f'), 0);
}

/* Where the ladder is of the program's own helper, its operation is in the ladder. */
static void test_ladder(void **state)
{
	struct made m = make_at("kernel/pot.c", 25, 51, "pot_get", false, "attached");

	(void)state;
	assert_int_equal(m.err, 0);
	assert_non_null(strstr(m.guard.what, "returns pot_get() (kernel/helpers.c:9), put() "
					     "(kernel/pot.c:4)"));
}

static void test_none(void **state)
{
	static const struct {
		const char *file;
		unsigned int line, column;
		const char *helper, *attached, *said;
	} cases[] = {
		{ "kernel/pot.c", 25, 43, "pot_put", "attached", "kernel/pot.c:25:43" },
		{ "kernel/pot.c", 900, 1, "pot_put", "attached", "kernel/pot.c:900:1" },
		{ "kernel/none.c", 25, 51, "pot_put", "attached", "no file of the tree" },
		{ "../tree/kernel/pot.c", 25, 51, "pot_put", "attached", "no file of the tree" },
		{ "kernel/../../tree/kernel/pot.c", 25, 51, "pot_put", "attached", "no file of" },
		{ "build:kernel/pot.c", 25, 51, "pot_put", "attached", "no file of the tree" },
		{ NULL, 0, 0, "pot_put", "attached", "runs at no call" },
		{ "kernel/pot.c", 25, 51, "pot_put", "", "runs at no call" },
		{ "kernel/pot.c", 25, 51, "pot_throw", "attached", "pot_throw() is not defined" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct made m = make_at(cases[i].file, cases[i].line, cases[i].column,
					cases[i].helper, true, cases[i].attached);

		assert_true(m.err < 0);
		assert_int_equal(m.guard.n, 0);
		if (!strstr(m.error, cases[i].said))
			fail_msg("case %zu: %s", i, m.error);
	}
	/* What hands on to something that is in no table beside the ladder's. */
	put("tree/kernel/pot.c", "int put(struct pot *p)\n{\n}\nint x(void) { attached(p); }\n");
	assert_non_null(strstr(make(4, 15, "pot_get").error, "what pot_get() hands on to"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_statement, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sections, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tracepoint, setup, teardown),
		cmocka_unit_test_setup_teardown(test_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ladder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
