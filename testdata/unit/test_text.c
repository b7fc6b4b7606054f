// SPDX-License-Identifier: MIT
/* Places in C source that is not compiled: calls, bodies of functions, tables. */
#include "lab/text.h"

#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_place(void **state)
{
	static const char text[] = "one\n\n\tthree\n";

	(void)state;
	assert_int_equal(text_place(text, 1, 1), 0);
	assert_int_equal(text_place(text, 3, 2), 6);
	assert_int_equal(text_line(text, 6), 3);
	assert_int_equal(text_line(text, 0), 1);
	/* Behind the end of a line, of the text; before the first. */
	assert_true(text_place(text, 1, 4) == TEXT_NONE);
	assert_true(text_place(text, 2, 1) == TEXT_NONE);
	assert_true(text_place(text, 4, 1) == TEXT_NONE);
	assert_true(text_place(text, 9, 1) == TEXT_NONE);
	assert_true(text_place(text, 0, 1) == TEXT_NONE);
	assert_true(text_place(text, 1, 0) == TEXT_NONE);
}

/* The call starts behind '@' and ends at '$'; without a '$' there is none. */
static void test_call(void **state)
{
	static const char *const texts[] = {
		"\t@f()$;",
		"\t@raw_spin_unlock_irqrestore(&l->lock, flags)$;",
		"\tif (!@trie_alloc(t, v)$)\n\t\treturn;",
		"\tint err = @check(x)$, n = 0;",
		"\treturn @f(x)$ ? a : b;",
		"\twhile (@next(it)$ && more) {",
		/* Over several lines, with comments. */
		"\t@f(a, /* ) */\n\t  b, // )\n\t  c)$;",
		"\t@f /* ( */ (a)$;",
		"\t@f(a, \\\n\t  b)$; \\\n",
		/* Brackets, strings and characters in it. */
		"\t@printk(\"a ) \\\" ) %c\", ')', '\\'', (x)[1], (struct s){ 1, 2 })$;",
		"\t@M(({ f(x); g(y)->z; }), (a, (b)))$;",
		/* Through members, elements and pointers. */
		"\t@map->ops->map_free(map)$;",
		"\t@t[f(i)].fn(x)$;",
		"\t@(*fn)(x)$;",
		"\t@f(x)->g(y)$;",
		"\t@f(x)(y)$;",
		"\tx = @this_cpu_ptr(p)$->field[3];",
		"\t@f(x)$->n = 1;",
		"\t@f(x)$++;",
		/* No call, or no expression. */
		"\t@x = 1;",
		"\t@current->pid = 0;",
		"\t@(x);",
		"\t@*p(x);",
		"\t@\"f\"(x);",
		"\t@if (x)\n\t\tf();",
		"\t@return (x);",
		"\t@list_for_each(p, l) {",
		"\t@list_for_each(p, l)\n\t\tf(p);",
		"\t@f(a, (b);",
		"\t@f(\"a);",
		"\t@f",
		"@",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char text[128];
		size_t at = strcspn(texts[i], "@"), end, want = strcspn(texts[i], "$") - 1, n = 0;
		bool none = !strchr(texts[i], '$');

		for (const char *p = texts[i]; *p; p++) {
			if (*p != '@' && *p != '$')
				text[n++] = *p;
		}
		text[n] = '\0';
		end = text_call_end(text, at);
		if (end != (none ? TEXT_NONE : want))
			fail_msg("%s: ends at %zd", texts[i], (ssize_t)end);
	}
}

static const char functions[] =
	"/* other(x)\n"
	"{ */\n"
	"static int other(int x);\n"
	"struct other {\n"
	"	int a;\n"
	"};\n"
	"\n"
	"BPF_CALL_2(helper, struct bpf_map *, map, void *, key)\n"
	"{\n"
	"	return map->ops->del(map, key) + map->ops.get (map) + map->n + x->ops->del(1) /* ->no() */;\n"
	"}\n"
	"\n"
	"static __attribute__((unused, aligned(8))) void\n"
	"nothing(struct s *caller,\n"
	"	void (*other)(int))\n"
	"{\n"
	"	caller(1);\n"
	"}\n"
	"\n"
	"__bpf_kfunc void *pointer(void)\n"
	"{\n"
	"}\n"
	"#ifdef CONFIG_X\n"
	"static bool twice(int a)\n"
	"{\n"
	"	if (a) {\n"
	"	}\n"
	"}\n"
	"#else\n"
	"static inline void twice(int a)\n"
	"{\n"
	"}\n"
	"#endif\n";

static void test_find_call(void **state)
{
	const char *text = "/* f(x) */ int *f; pf(x); \"f(x)\"; f;\nreturn f (x, g(1)) + f(2);";
	size_t first = text_find_call(text, 0, "f"), second;

	(void)state;
	assert_int_not_equal(first, TEXT_NONE);
	assert_string_equal(text + first, "f (x, g(1)) + f(2);");
	second = text_find_call(text, text_call_end(text, first), "f");
	assert_string_equal(text + second, "f(2);");
	assert_int_equal(text_find_call(text, text_call_end(text, second), "f"), TEXT_NONE);
	assert_int_equal(text_find_call(text, 0, "x"), TEXT_NONE);
}

static void test_body(void **state)
{
	static const struct {
		const char *name;
		unsigned int open, close;
		bool is_void;
	} cases[] = { { "helper", 9, 11, false },
		      { "nothing", 16, 18, true },
		      { "pointer", 21, 22, false },
		      { "twice", 25, 28, false } };
	static const char *const none[] = { "other", "caller", "help", "helper2", "CONFIG_X",
					    "map",   "s", "" };
	struct text_body b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(text_body(functions, 0, cases[i].name, &b));
		assert_int_equal(functions[b.open - 1], '{');
		assert_int_equal(functions[b.close], '}');
		assert_int_equal(text_line(functions, b.open), cases[i].open);
		assert_int_equal(text_line(functions, b.close), cases[i].close);
		assert_int_equal(b.is_void, cases[i].is_void);
	}
	/* The other branch of the #if, and no third. */
	assert_true(text_body(functions, b.close, "twice", &b));
	assert_int_equal(text_line(functions, b.open), 31);
	assert_true(b.is_void);
	assert_false(text_body(functions, b.close, "twice", &b));
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		if (text_body(functions, 0, none[i], &b))
			fail_msg("'%s' is at line %u", none[i], text_line(functions, b.open));
	}
	assert_false(text_body("int f(void)\n{\n", 0, "f", &b));
	assert_false(text_body("", 0, "f", &b));
}

static void test_members(void **state)
{
	struct arena a = ARENA_INIT;
	struct names members = { 0 };
	struct text_body b;

	(void)state;
	assert_true(text_body(functions, 0, "helper", &b));
	text_members(&a, functions, &b, &members);
	assert_int_equal(members.n, 2);
	assert_string_equal(members.v[0], "del");
	assert_string_equal(members.v[1], "get");
	arena_release(&a);
}

static void test_beside(void **state)
{
	static const char tables[] = "static int up(void)\n{\n\treturn del == x.up;\n}\n"
				     "/* .del = del, .up = comment */\n"
				     "const struct ops a = {\n"
				     "	.up = a_up,\n"
				     "	.nested = { .x = 1 },\n"
				     "	.del\t= del,\n"
				     "};\n"
				     "const struct ops b = {\n"
				     "	.del = del, .upper = no, .up = b_up,\n"
				     "};\n"
				     "const struct ops c = {\n"
				     "	.del = del_c,\n"
				     "	.up = c_up,\n"
				     "};\n"
				     "const struct ops d = {\n"
				     "	.del = del,\n"
				     "	.up = a_up,\n"
				     "};\n";
	struct arena a = ARENA_INIT;
	struct names found = { 0 };

	(void)state;
	text_beside(&a, tables, "del", "up", &found);
	assert_int_equal(found.n, 2);
	assert_string_equal(found.v[0], "a_up");
	assert_string_equal(found.v[1], "b_up");
	text_beside(&a, tables, "del", "none", &found);
	text_beside(&a, tables, "nothing", "up", &found);
	assert_int_equal(found.n, 2);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place),	cmocka_unit_test(test_call), cmocka_unit_test(test_find_call),
		cmocka_unit_test(test_body),	cmocka_unit_test(test_members),
		cmocka_unit_test(test_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
