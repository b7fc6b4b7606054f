// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/run.h"
#include "evidence/evidence.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What evidence says of objects that are compiled here, the way a kernel's are. */

static char dir[64];

static const char *file(const char *name)
{
	static char path[4][160];
	static unsigned int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void compile(const char *const *argv)
{
	struct run_options o = { .argv = argv, .cwd = dir };
	struct run_result r;

	assert_int_equal(run(&o, &r), 0);
	if (r.status)
		fail_msg("%s: %s", argv[0], r.err.buf);
	run_release(&r);
}

static const char source[] =
	"int sink;\n"
	"void outside(int a);\n"
	"static __attribute__((noinline)) void kept(int a) { sink += a; outside(a); }\n"
	"static inline __attribute__((always_inline)) void gone(int a) { sink -= a; }\n"
	"static __attribute__((noinline)) int cloned(int a, int b)\n"
	"{ if (b == 7) outside(a); outside(a * 3); outside(sink); return a + b; }\n"
	"__attribute__((no_instrument_function)) void quiet(int a) { sink = a; }\n"
	"__attribute__((patchable_function_entry(0, 0))) void quiet_too(int a) { sink = a; }\n"
	"void entry(int a) { kept(a); gone(a); sink += cloned(a, 7); sink += cloned(a + 1, 7); }\n";

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/relock-evidence-XXXXXX");
	if (!mkdtemp(dir) || fs_write(file("unit.c"), source, strlen(source)))
		return -1;
	return 0;
}

static int teardown(void **state)
{
	return fs_remove_all(dir);
}

static void assert_says(const struct evidence *ev, const char *function, enum evidence_says says)
{
	struct evidence_answer a = evidence_find(ev, function, "unit.c", true);

	if (a.says != says)
		fail_msg("%s: %d instead of %d", function, (int)a.says, (int)says);
}

static void add_unit(struct evidence *ev, const char *const *argv)
{
	compile(argv);
	evidence_init(ev);
	assert_int_equal(evidence_add_object(ev, file("unit.o"), "unit.o", "unit.c"), 0);
	evidence_end_objects(ev, 2);
	assert_string_equal(ev->lines.v[0], "object files of 1 of 2 units");
}

#if defined(__x86_64__)
static void test_gcc_fentry(void **state)
{
	static const char *const argv[] = { "gcc", "-O2", "-pg", "-mfentry", "-mrecord-mcount",
					    "-fno-pie", "-fipa-cp-clone", "-c", "unit.c", NULL };
	struct evidence ev;
	struct evidence_answer a;

	add_unit(&ev, argv);
	assert_says(&ev, "entry", EVIDENCE_TRACED);
	assert_says(&ev, "kept", EVIDENCE_TRACED);
	assert_says(&ev, "gone", EVIDENCE_ABSENT);
	assert_says(&ev, "quiet", EVIDENCE_NO_LOCATION);
	a = evidence_find(&ev, "cloned", "unit.c", true);
	assert_int_equal(a.says, EVIDENCE_CLONED);
	assert_int_equal(strncmp(a.clone, "cloned.", 7), 0);
	/* Another unit's functions are not in this object. */
	a = evidence_find(&ev, "gone", "other.c", true);
	assert_int_equal(a.says, EVIDENCE_NONE);
	assert_int_equal(a.btf, EVIDENCE_BTF_UNKNOWN);
	evidence_release(&ev);
}

/* x86 pads entries by the same section, which says nothing of ftrace. */
static void test_padding_is_no_location(void **state)
{
	static const char *const argv[] = { "gcc", "-O2", "-fpatchable-function-entry=16,16",
					    "-c", "unit.c", NULL };
	struct evidence ev;

	add_unit(&ev, argv);
	assert_says(&ev, "kept", EVIDENCE_NO_LOCATION);
	evidence_release(&ev);
}

/* arm64's way: room at the entry, and before it. An x86 object that claims to be arm64's will do. */
static void test_patchable_entries(void **state)
{
	static const char *const argv[] = { "gcc", "-O2", "-fpatchable-function-entry=4,2",
					    "-c", "unit.c", NULL };
	static const char arm64[] = { '\xb7', 0 };
	struct strbuf object = STRBUF_INIT;
	struct evidence ev;

	compile(argv);
	assert_int_equal(fs_read(file("unit.o"), &object), 0);
	memcpy(object.buf + 18, arm64, sizeof(arm64)); /* e_machine */
	assert_int_equal(fs_write(file("unit.o"), object.buf, object.len), 0);
	strbuf_release(&object);
	evidence_init(&ev);
	assert_int_equal(evidence_add_object(&ev, file("unit.o"), "unit.o", "unit.c"), 0);
	assert_says(&ev, "entry", EVIDENCE_TRACED);
	assert_says(&ev, "kept", EVIDENCE_TRACED);
	assert_says(&ev, "gone", EVIDENCE_ABSENT);
	assert_says(&ev, "quiet_too", EVIDENCE_NO_LOCATION);
	evidence_release(&ev);
}

static void test_linked(void **state)
{
	static const char other[] = "static __attribute__((noinline)) void kept(int a)\n"
				    "{ extern int sink; sink *= a; }\n"
				    "void outside(int a) { kept(a); }\n"
				    "void __fentry__(void) {}\n"
				    "void _start(void) {}\n";
	static const char script[] =
		"SECTIONS { . = 0x100000; .text : { *(.text*) } .data : { *(.data*) *(.bss*)\n"
		"__start_mcount_loc = .; KEEP(*(__mcount_loc)) __stop_mcount_loc = .; } }\n";
	static const char *const unit[] = { "gcc", "-O2", "-pg", "-mfentry", "-mrecord-mcount",
					    "-fno-pie", "-fno-ipa-icf", "-c", "unit.c", NULL };
	static const char *const second[] = { "gcc", "-O2", "-fno-pie", "-c", "other.c", NULL };
	static const char *const link[] = { "ld", "-T", "script", "-o", "vmlinux", "unit.o",
					    "other.o", NULL };
	struct evidence ev;
	struct evidence_answer a;
	const char *error = NULL;

	fs_write(file("other.c"), other, strlen(other));
	fs_write(file("script"), script, strlen(script));
	compile(unit);
	compile(second);
	compile(link);
	evidence_init(&ev);
	if (evidence_add_vmlinux(&ev, file("vmlinux"), &error))
		fail_msg("%s", error);
	assert_says(&ev, "entry", EVIDENCE_TRACED);
	assert_says(&ev, "gone", EVIDENCE_ABSENT);
	/* Two functions of one name: each unit is asked about its own. */
	a = evidence_find(&ev, "kept", "some/folder/unit.c", true);
	assert_int_equal(a.says, EVIDENCE_TRACED);
	assert_int_equal(a.n_same, 2);
	a = evidence_find(&ev, "kept", "other.c", true);
	assert_int_equal(a.says, EVIDENCE_NO_LOCATION);
	/* What was not linked into it is not known to be inlined. */
	a = evidence_find(&ev, "gone", "third.c", true);
	assert_int_equal(a.says, EVIDENCE_NONE);
	/* A kernel without BTF. */
	a = evidence_find(&ev, "entry", "unit.c", false);
	assert_int_equal(a.btf, EVIDENCE_BTF_NO);
	evidence_release(&ev);
}

#endif

static void test_list(void **state)
{
	static const char list[] = "kept\nclones.isra.0\nof_module [mod]\n"
				   "__ftrace_invalid_address___16\n";
	struct evidence ev;
	const char *error = NULL;

	fs_write(file("list"), list, strlen(list));
	evidence_init(&ev);
	assert_int_equal(evidence_add_functions(&ev, file("list"), &error), 0);
	assert_string_equal(ev.lines.v[0], "list: a list of 3 traceable functions");
	assert_says(&ev, "kept", EVIDENCE_TRACED);
	assert_says(&ev, "of_module", EVIDENCE_TRACED);
	assert_says(&ev, "clones", EVIDENCE_CLONED);
	assert_says(&ev, "gone", EVIDENCE_NO_LOCATION);
	evidence_release(&ev);
}

static void test_bad_files(void **state)
{
	struct evidence ev;
	const char *error;

	evidence_init(&ev);
	error = NULL;
	assert_int_equal(evidence_add_vmlinux(&ev, file("none"), &error), -ENOENT);
	assert_non_null(error);
	error = NULL;
	assert_int_equal(evidence_add_vmlinux(&ev, file("unit.c"), &error), -EBADMSG);
	assert_non_null(error);
	error = NULL;
	fs_write(file("empty"), "\n", 1);
	assert_int_equal(evidence_add_functions(&ev, file("empty"), &error), -EBADMSG);
	assert_non_null(error);
	assert_false(evidence_any(&ev));
	evidence_release(&ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
		cmocka_unit_test(test_gcc_fentry),
		cmocka_unit_test(test_padding_is_no_location),
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_patchable_entries),
#endif
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_bad_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
