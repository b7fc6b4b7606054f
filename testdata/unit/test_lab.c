// SPDX-License-Identifier: MIT
/* What relock lab reads in the console of a kernel; the texts are of 6.12.117. */
#include "lab/lab.h"

#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "c1c19969c6933e4b"
#define UP "[    0.931572] Run /init as init process\r\nlab: up\r\n"
#define ARMED "relock-repro " ID " armed, round 1 of 3\r\n"
#define RECURSION(at)                                                                              \
	"[    1.197951] \r\n"                                                                      \
	"[    1.198136] ============================================\r\n"                          \
	"[    1.198216] WARNING: possible recursive locking detected\r\n"                          \
	"[    1.198381] 6.12.117 #1 Not tainted\r\n"                                               \
	"[    1.198483] --------------------------------------------\r\n"                          \
	"[    1.198557] kworker/u4:0/11 is trying to acquire lock:\r\n"                            \
	"[    1.198646] ffff888003c330c8 (&storage->lock){....}-{2:2}, at: "                       \
	"bpf_local_storage_update+0xe1/0x5e0\r\n"                                                  \
	"[    1.199072] \r\n"                                                                      \
	"[    1.199072] but task is already holding lock:\r\n"                                     \
	"[    1.199174] ffff888003c330c8 (&storage->lock){....}-{2:2}, at: " at "\r\n"             \
	"[    1.199312] \r\n"                                                                      \
	"[    1.199688]  *** DEADLOCK ***\r\n"                                                     \
	"[    1.199767]  May be due to missing lock nesting notation\r\n"

static struct lab_run judge_steps(struct arena *a, const char *class, struct step *steps, size_t n,
				  const char *console)
{
	struct rules rules = { 0 };
	struct ladder ladder = { steps, n };
	const struct finding f = { .id = ID,
				   .lock = { .class = class, .acquired = steps[n - 1].location },
				   .ladders = &ladder,
				   .n_ladders = 1 };
	const struct lab_kernel k = { .vmlinux = "/nonexistent" };
	const char *error = "";
	struct lab_run ret;

	if (rules_read_path(&rules, RELOCK_SOURCE_DIR "/rules/lab.yaml", &error))
		fail_msg("%s", error);
	lab_judge(&(struct lab){ .a = a, .rules = &rules }, &k, &f, console, &ret);
	rules_release(&rules);
	return ret;
}

static struct lab_run judge(struct arena *a, const char *class, const char *console)
{
	static struct step steps[] = {
		{ .kind = STEP_ACQUIRE, .location = { .function = "bpf_selem_unlink_storage" } }
	};

	return judge_steps(a, class, steps, ARRAY_SIZE(steps), console);
}

/* What takes the lock is inlined from headers: the kernel names the function that calls that. */
static void test_inlined(void **state)
{
	static struct step steps[] = {
		{ .kind = STEP_CALL, .location = { .function = "begin", .file = "fs/pot.c" } },
		{ .kind = STEP_CALL, .depth = 1,
		  .location = { .function = "before", .file = "fs/pot.c" } },
		{ .kind = STEP_CALL, .depth = 1,
		  .location = { .function = "hold", .file = "fs/pot.c" } },
		{ .kind = STEP_CALL, .depth = 2,
		  .location = { .function = "pot_lock", .file = "include/linux/pot.h" } },
		{ .kind = STEP_ACQUIRE, .depth = 3,
		  .location = { .function = "spin_lock", .file = "include/linux/spinlock.h" } },
	};
	static const struct {
		const char *console;
		enum lab_seen seen;
	} cases[] = {
		{ UP ARMED RECURSION("hold+0x68/0x1f0"), LAB_LOCKDEP },
		{ UP ARMED RECURSION("pot_lock+0x8/0x10"), LAB_LOCKDEP },
		{ UP ARMED RECURSION("before+0x68/0x1f0"), LAB_OTHER },
		{ UP ARMED RECURSION("begin+0x68/0x1f0"), LAB_OTHER },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(judge_steps(&a, "pot.lock", steps, ARRAY_SIZE(steps),
					     cases[i].console).seen, cases[i].seen);
	arena_release(&a);
}

static void test_seen(void **state)
{
	static const struct {
		const char *console;
		enum lab_seen seen;
	} cases[] = {
		{ UP ARMED RECURSION("bpf_selem_unlink_storage+0x68/0x1f0"), LAB_LOCKDEP },
		/* A clone is the same function; what only begins like it is not. */
		{ UP ARMED RECURSION("bpf_selem_unlink_storage.constprop.0+0x68/0x1f0"), LAB_LOCKDEP },
		{ UP ARMED RECURSION("bpf_selem_unlink_storage_nolock+0x68/0x1f0"), LAB_OTHER },
		/* Before the program ran it is not its doing. */
		{ RECURSION("bpf_selem_unlink_storage+0x68/0x1f0") UP ARMED
		  "relock-repro " ID " survived: entered 5 called 3 came-back 3 returned 0\r\n",
		  LAB_SURVIVED },
		{ UP ARMED "relock-repro " ID " survived: entered 5 called 0 came-back 0 returned 0\n",
		  LAB_IDLE },
		{ UP "libbpf: prog 'inside': BPF program load failed: Permission denied\n"
		  "relock-repro " ID " refused: the kernel did not take the program\n", LAB_REFUSED },
		{ UP "relock-repro " ID " not attached: No such file or directory\n",
		  LAB_NOT_ATTACHED },
		{ UP "relock-repro " ID " failed: no element in the map: Invalid argument\n",
		  LAB_FAILED },
		{ UP ARMED "[    6.269434] watchdog: Watchdog detected hard LOCKUP on cpu 0\n",
		  LAB_HANG },
		{ UP ARMED, LAB_HANG },
		{ UP, LAB_DOWN },
		{ "[    0.5] Kernel panic - not syncing: No working init found.\n", LAB_DOWN },
		{ "", LAB_DOWN },
		/* A report that is cut off names no lock. */
		{ UP ARMED "WARNING: possible recursive locking detected\n", LAB_OTHER },
		{ UP ARMED "WARNING: possible recursive locking detected\n"
		  "x is trying to acquire lock:\nfff (&storage->lock", LAB_OTHER },
	};
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct lab_run r = judge(&a, "bpf_local_storage.lock", cases[i].console);

		if (r.seen != cases[i].seen)
			fail_msg("case %zu: %s, not %s", i, lab_seen_name(r.seen),
				 lab_seen_name(cases[i].seen));
	}
	arena_release(&a);
}

static void test_field(void **state)
{
	static const char console[] = UP ARMED RECURSION("bpf_selem_unlink_storage+0x68/0x1f0");
	struct arena a = ARENA_INIT;

	(void)state;
	assert_int_equal(judge(&a, "lock", console).seen, LAB_LOCKDEP);
	assert_int_equal(judge(&a, "bucket.raw_lock", console).seen, LAB_OTHER);
	assert_int_equal(judge(&a, "x.ock", console).seen, LAB_OTHER);
	assert_int_equal(judge(&a, "a_name_that_is_longer_than_what_lockdep_says", console).seen,
			 LAB_OTHER);
	arena_release(&a);
}

/* Lines without time stamps and carriage returns, to the end of the report; the counters. */
static void test_excerpt(void **state)
{
	struct arena a = ARENA_INIT;
	struct lab_run r = judge(&a, "bpf_local_storage.lock",
				 UP ARMED RECURSION("bpf_selem_unlink_storage+0x68/0x1f0"));

	(void)state;
	assert_string_equal(r.lock, "&storage->lock");
	assert_int_equal(strncmp(r.excerpt, "WARNING: possible recursive", 27), 0);
	assert_null(strchr(r.excerpt, '\r'));
	assert_null(strstr(r.excerpt, "[    1."));
	assert_non_null(strstr(r.excerpt, "*** DEADLOCK ***"));
	assert_null(strstr(r.excerpt, "nesting"));
	r = judge(&a, "x.lock",
		  UP ARMED "relock-repro " ID
			   " survived: entered 5 called 3 came-back 2 returned -16\r\n");
	assert_int_equal(r.entered, 5);
	assert_int_equal(r.called, 3);
	assert_int_equal(r.came_back, 2);
	assert_int_equal(r.returned, -16);
	/* Whatever a console has in it, a terminal gets text. */
	r = judge(&a, "x.lock", UP ARMED "\x1b[31m watchdog: Watchdog detected hard LOCKUP\a\n");
	assert_null(strchr(r.excerpt, '\x1b'));
	assert_null(strchr(r.excerpt, '\a'));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_inlined),
		cmocka_unit_test(test_field),
		cmocka_unit_test(test_excerpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
