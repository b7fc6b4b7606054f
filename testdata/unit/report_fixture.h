/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_TESTDATA_REPORT_FIXTURE_H
#define RELOCK_TESTDATA_REPORT_FIXTURE_H

#include "base/fs.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "reports/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/*
 * Reports built by hand, which the tests write in every format and compare with
 * golden files. To make these anew after a wanted change: RELOCK_REFRESH_GOLDEN=1
 * and look at the diff.
 */
#define DIR RELOCK_SOURCE_DIR "/testdata/reports"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) /         \
							 sizeof(const char *)                      \
	}

static struct step steps_null[] = {
	{ STEP_CALL, 0, "cgroup_storage_map_free",
	  { "kernel/bpf/pot.c", 7, 2, "cgroup_storage_map_free" },
	  "bpf_map_ops.map_free; busy_counter = NULL", 0 },
	{ STEP_CALL, 1, "bpf_local_storage_map_free",
	  { "kernel/bpf/bpf_local_storage.c", 862, 4, "bpf_local_storage_map_free" },
	  "guard skipped: busy_counter is NULL", 0 },
	{ STEP_CALL, 2, "bpf_selem_unlink_storage",
	  { "kernel/bpf/bpf_local_storage.c", 408, 2, "bpf_selem_unlink_storage" }, "", 0 },
	{ STEP_ACQUIRE, 2, "bpf_selem_unlink_storage",
	  { "kernel/bpf/bpf_local_storage.c", 410, 3, "bpf_selem_unlink_storage" },
	  "acquires bpf_local_storage.lock", 0 },
	{ STEP_ATTACH, 3, "bpf_selem_free",
	  { "kernel/bpf/bpf_local_storage.c", 244, 3, "bpf_selem_unlink_storage" },
	  "fentry, fexit, kprobe [likely: external]", 0 },
	{ STEP_REENTER, 4, "bpf_cgrp_storage_get",
	  { "kernel/bpf/pot.c", 175, 11, "bpf_cgrp_storage_get" },
	  "bpf_cgrp_storage_busy is 0: trylock succeeds, so that the helper goes on to its lock", 0 },
	{ STEP_BLOCKED, 5, "bpf_local_storage_update",
	  { "kernel/bpf/bpf_local_storage.c", 599, 2, "bpf_local_storage_update" },
	  "wants bpf_local_storage.lock, held since (4)", 4 },
};

static struct attach_point attach_null[] = {
	{ "bpf_selem_free", "bpf_selem_free", LIST("fentry", "fexit", "kprobe"), CERT_LIKELY, "external, not inline",
	  { "kernel/bpf/bpf_local_storage.c", 244, 3, "bpf_selem_unlink_storage" } },
	{ "bpf_obj_free_fields", "bpf_obj_free_fields", LIST("fentry", "kprobe"), CERT_CONFIRMED, "in this kernel's BTF",
	  { "kernel/bpf/bpf_local_storage.c", 246, 3, "bpf_selem_unlink_storage" } },
	{ NULL, "any instruction", LIST("perf_event"), CERT_LIKELY, "any instruction",
	  { NULL, 0, 0, "" } },
};

static struct reentry reentry_null[] = {
	{ "bpf_cgrp_storage_get", "helper", LIST("lsm", "tracing"),
	  "bpf_cgroup_from_id() gives the program the cgroup" },
	{ "bpf_cgrp_storage_delete", "helper", LIST("tracing"), NULL },
};

static struct ladder ladders_null[] = { { steps_null, ARRAY_SIZE(steps_null) } };

static struct remedy remedies_null[] = {
	{ "guard", "pass &bpf_cgrp_storage_busy", true, 0 },
	{ "notrace", "notrace on 11 functions in 4 objects", false, 2 },
	{ "helper", "let the helper fail", false, 0 },
};

/* A run site: no attach step. Two files of one name, and text that must be escaped. */
static struct step steps_odd[] = {
	{ STEP_CALL, 0, "caf\xc3\xa9_show", { "net/core/seq.c", 3, 1, "caf\xc3\xa9_show" },
	  "bad byte \xff, escape \033[31m, override \xe2\x80\xae", 0 },
	{ STEP_POINTER, 1, "show_one", { "net/unix/seq.c", 9, 1, "show_one" }, "", 0 },
	{ STEP_REENTER, 2, "bpf_sock_map_update", { NULL, 0, 0, "" }, "", 0 },
};
static struct ladder ladders_odd[] = { { steps_odd, ARRAY_SIZE(steps_odd) } };

static struct step steps_order[] = {
	{ STEP_ACQUIRE, 0, "fill", { "kernel/bpf/pot.c", 3, 2, "fill" }, "acquires pot.lock", 0 },
	{ STEP_ATTACH, 1, "pour", { "kernel/bpf/pot.c", 4, 2, "fill" }, "fentry", 0 },
	{ STEP_REENTER, 2, "bpf_pan_get", { "kernel/bpf/pan.c", 3, 2, "bpf_pan_get" }, "", 0 },
	{ STEP_ACQUIRE, 2, "bpf_pan_get", { "kernel/bpf/pan.c", 4, 2, "bpf_pan_get" },
	  "acquires pan.lock", 0 },
};
static struct step steps_order_back[] = {
	{ STEP_ACQUIRE, 0, "empty", { "kernel/bpf/pan.c", 8, 2, "empty" }, "acquires pan.lock", 0 },
	{ STEP_ACQUIRE, 0, "empty", { "kernel/bpf/pan.c", 9, 2, "empty" }, "acquires pot.lock", 0 },
};
static struct ladder ladders_order[] = {
	{ steps_order, ARRAY_SIZE(steps_order) },
	{ steps_order_back, ARRAY_SIZE(steps_order_back) },
};
static struct attach_point attach_order[] = {
	{ "pour", "pour", LIST("fentry"), CERT_POSSIBLE, "static",
	  { "kernel/bpf/pot.c", 4, 2, "fill" } },
};
static struct lock_ref pan_lock = {
	"pan.lock", "pan", { "kernel/bpf/pan.c", 4, 2, "bpf_pan_get" }, { NULL, 0, 0, "" }
};

/* The control's console has what must be escaped everywhere. */
static const struct tried tried_null = {
	"confirmed",
	"the kernel reports &storage->lock, taken where the finding says; on the control the program "
	"called its helper 3 times, and nothing came of it",
	"6.12.117", "fentry", "bpf_selem_free", "bpf_cgrp_storage_delete",
	"WARNING: possible recursive locking detected\n"
	"kworker/u9:1/32 is trying to acquire lock:\n"
	"ffff888003d038c8 (&storage->lock){....}-{2:2}, at: bpf_selem_unlink_storage+0x68/0x1f0\n"
	" *** DEADLOCK ***\n",
	"survived <b>\033[31m: entered 7\n"
};
static const struct tried tried_not = {
	"not tried", "how user space comes to fill() is not known", "6.12.117", NULL, NULL, NULL, "", ""
};

static struct other_order other_order = { "empty", "bpf_map_ops.map_free", NULL, 0, NULL, 0 };

static struct finding findings[] = {
	{
		.id = "7f3a9c1e00d2b641",
		.context = "recursion",
		.rule = "null-busy-counter",
		.code = "RL101",
		.severity = SEV_ERROR,
		.message = "cgroup_storage_map_free() passes no busy counter, so "
			   "bpf_cgrp_storage_get() can take bpf_local_storage.lock again",
		.location = { "kernel/bpf/pot.c", 7, 2, "cgroup_storage_map_free" },
		.lock = { "bpf_local_storage.lock", "cgroup storage",
			  { "kernel/bpf/bpf_local_storage.c", 410, 3, "bpf_selem_unlink_storage" },
			  { "kernel/bpf/bpf_local_storage.c", 413, 3, "bpf_selem_unlink_storage" } },
		.guard_expected = LIST("bpf_cgrp_storage_busy"),
		.entry_function = "cgroup_storage_map_free",
		.entry_via = "bpf_map_ops.map_free",
		.attach = attach_null,
		.n_attach = ARRAY_SIZE(attach_null),
		.reentry = reentry_null,
		.n_reentry = ARRAY_SIZE(reentry_null),
		.ladders = ladders_null,
		.n_ladders = 1,
		.assumptions = LIST("the analysed config has no BTF: fentry is assumed"),
		.remedies = remedies_null,
		.n_remedies = ARRAY_SIZE(remedies_null),
		.notes = LIST("11 functions in this section can be traced; "
			      "bpf_cgroup_from_id() gives the program the cgroup"),
		.tried = &tried_null,
	},
	{
		.id = "00000000deadbeef",
		.context = "order",
		.rule = "lock-order",
		.code = "RL109",
		.severity = SEV_WARNING,
		.message = "pot.lock and pan.lock are taken in both orders",
		.location = { "kernel/bpf/pan.c", 4, 2, "bpf_pan_get" },
		.lock = { "pot.lock", NULL, { "kernel/bpf/pot.c", 3, 2, "fill" },
			  { NULL, 0, 0, "" } },
		.lock2 = &pan_lock,
		.other = &other_order,
		.guard_raised = LIST("pot_busy"),
		.entry_function = "fill",
		.entry_via = "helper",
		.attach = attach_order,
		.n_attach = 1,
		.ladders = ladders_order,
		.n_ladders = 2,
		.state = "new",
		.tried = &tried_not,
	},
	{
		.id = "0123456789abcdef",
		.context = "recursion",
		.rule = "unguarded-section",
		.code = "RL102",
		.severity = SEV_NOTE,
		.message = "name with \033]0;title\007 and \xfe in it",
		.location = { "net/core/se\nq.c", 3, 1, "caf\xc3\xa9_show" },
		.lock = { "sock.sk_lock.slock", NULL, { "net/core/seq.c", 2, 1, "caf\xc3\xa9_show" },
			  { NULL, 0, 0, "" } },
		.entry_function = "caf\xc3\xa9_show",
		.entry_via = "seq_operations.show",
		.ladders = ladders_odd,
		.n_ladders = 1,
	},
	{
		.id = "1111111111111111",
		.context = "recursion",
		.rule = "unguarded-section",
		.code = "RL102",
		.severity = SEV_NOTE,
		.message = "this one is in the baseline",
		.location = { "kernel/bpf/pan.c", 3, 1, "bpf_pan_get" },
		.lock = { "pan.lock", NULL, { "kernel/bpf/pan.c", 3, 1, "bpf_pan_get" },
			  { NULL, 0, 0, "" } },
		.entry_function = "bpf_pan_get",
		.entry_via = "helper",
		.ladders = ladders_odd,
		.n_ladders = 1,
		.state = "suppressed",
	},
};

static struct failed_unit failed[] = {
	{ "kernel/bpf/broken.c", "kernel/bpf/broken.c:3:1: expected ';'" }
};
static struct cut cuts[] = { { "do_check", "more than 4096 states" } };
static const char *beyond[] = { "kernel/rcu/tree.c", "mm/slub.c" };
static struct config_miss misses[] = {
	{ "DEBUG_INFO_BTF", "needs PAHOLE_VERSION >= 116; fentry, LSM and kfuncs are assumed" }
};
static struct stat_entry stats[] = { { "functions", 1234 }, { "nested_runs", 56 } };

static struct rule_text rule_texts[] = {
	{ "RL101", "null-busy-counter",
	  "A caller passes no guard to code that takes a lock under it",
	  "# RL101 null-busy-counter\n\n"
	  "A caller passes no guard to code that takes a lock under it.\n\n"
	  "## Meaning\n\nA caller passes `NULL` where code wants\na guard.\n\n"
	  "## Bad\n\n    map_free(map, NULL);\n" },
	{ "RL104", "guard-leak", "A path returns with the guard still raised", "" },
};

/* What `relock sections` and `relock attach` know: a hole, a section that is well, one without a guard. */
static struct attach_point attach_sections[] = {
	{ "bpf_selem_free", "bpf_selem_free", LIST("fentry", "fexit", "kprobe"), CERT_LIKELY,
	  "external, not inline",
	  { "kernel/bpf/bpf_local_storage.c", 244, 3, "bpf_selem_unlink_storage" } },
	{ "fold", "fold", LIST("kprobe"), CERT_POSSIBLE, "static: may be inlined",
	  { "kernel/bpf/pot.c", 9, 2, "pour" } },
	{ "hidden", "hidden", { NULL, 0 }, CERT_NO, "notrace",
	  { "kernel/bpf/pot.c", 10, 2, "pour" } },
};
static struct section sections_full[] = {
	{
		.lock = { "bpf_local_storage.lock", "cgroup storage",
			  { "kernel/bpf/bpf_local_storage.c", 410, 3, "bpf_selem_unlink_storage" },
			  { NULL, 0, 0, "" } },
		.lock_type = "raw spinlock",
		.primitive = "_raw_spin_lock_irqsave",
		.guard_meant = LIST("bpf_cgrp_storage_busy"),
		.entries = LIST("cgroup_storage_map_free (bpf_map_ops.map_free)"),
		.attach = attach_sections,
		.n_attach = ARRAY_SIZE(attach_sections),
		.findings = LIST("7f3a9c1e00d2b641"),
	},
	{
		.lock = { "bpf_local_storage.lock", "cgroup storage",
			  { "kernel/bpf/bpf_local_storage.c", 599, 2, "bpf_local_storage_update" },
			  { NULL, 0, 0, "" } },
		.lock_type = "raw spinlock",
		.primitive = "_raw_spin_lock_irqsave",
		.guard_raised = LIST("bpf_cgrp_storage_busy"),
		.guard_meant = LIST("bpf_cgrp_storage_busy"),
		.entries = LIST("bpf_cgrp_storage_get (helper)", "cgroup_storage_map_update (bpf_map_ops.map_update_elem)"),
		.attach = attach_sections,
		.n_attach = 1,
	},
	{
		.lock = { "spoon.lock", NULL, { "kernel/bpf/pan.c", 5, 2, "stir" },
			  { "kernel/bpf/pan.c", 8, 2, "stir" } },
		.lock_type = "spinlock",
		.primitive = "_raw_spin_lock",
		.entries = LIST("stir (called from elsewhere)"),
	},
};
static struct danger dangers_full[] = {
	{ "bpf_cgrp_storage_get", "helper", "bpf_local_storage.lock", "7f3a9c1e00d2b641" },
	{ "bpf_cgrp_storage_delete", "helper", "bpf_local_storage.lock", "7f3a9c1e00d2b641" },
};
static struct attachable attachables_full[] = {
	{ "bpf_selem_free", false, LIST("fentry", "fexit", "kprobe"), CERT_LIKELY,
	  "external, not inline", { "kernel/bpf/bpf_local_storage.c", 204, 6, "bpf_selem_free" },
	  LIST("bpf_local_storage.lock"), dangers_full, ARRAY_SIZE(dangers_full) },
	{ "fold", false, LIST("kprobe"), CERT_POSSIBLE, "static: may be inlined",
	  { NULL, 0, 0, "" }, LIST("bpf_local_storage.lock", "pot.lock"), NULL, 0 },
	{ "tracepoint contention_end", true, LIST("raw_tp", "tp_btf"), CERT_CONFIRMED,
	  "in this kernel's BTF", { NULL, 0, 0, "" }, LIST("pot.lock"), NULL, 0 },
};

static const struct report full = {
	.tool_version = "0.1.0",
	.tree = DIR "/tree",
	.kernel_version = "6.12.117",
	.kernel_config = "x86_64 defconfig + relock fragment",
	.units_total = 51,
	.units_analysed = 50,
	.failed = failed,
	.n_failed = 1,
	.findings = findings,
	.n_findings = ARRAY_SIZE(findings),
	.cuts = cuts,
	.n_cuts = 1,
	.beyond = { beyond, 2 },
	.config_missing = misses,
	.n_config_missing = 1,
	.assumptions = LIST("programs of modules were not analysed"),
	.sections = sections_full,
	.n_sections = ARRAY_SIZE(sections_full),
	.attachables = attachables_full,
	.n_attachables = ARRAY_SIZE(attachables_full),
	.rules = rule_texts,
	.n_rules = ARRAY_SIZE(rule_texts),
	.stats = stats,
	.n_stats = ARRAY_SIZE(stats),
};

static const struct report empty = {
	.tool_version = "0.1.0",
	.tree = DIR "/tree",
	.kernel_version = "6.12.117",
	.kernel_config = "x86_64 defconfig + relock fragment",
	.units_total = 50,
	.units_analysed = 50,
};

/* Compared with a baseline and an older tree: new, unchanged, suppressed, and what is gone. */
static struct brought brought_null = { "c4bcfb38a95e1b5e6ad1c4b3ae0d3c7b1a1f0e9d",
				       "bpf: Add pots\033[1m", "blame of kernel/bpf/pot.c:7" };
static struct brought brought_now = { NULL, "", "blame of kernel/bpf/pot.c:7" };

#define COMPARED(hex, level, line, text, ...)                                                      \
	{                                                                                          \
		.id = hex, .context = "recursion", .rule = "unguarded-section", .code = "RL102",  \
		.severity = level, .message = text,                                                \
		.location = { "kernel/bpf/pot.c", line, 2, "cgroup_storage_map_free" },           \
		.lock = { "pot.lock", "pot", { "kernel/bpf/pot.c", 7, 2, "pour" },                \
			  { NULL, 0, 0, "" } },                                                    \
		.entry_function = "pour", .entry_via = "helper", .ladders = ladders_null,         \
		.n_ladders = 1, __VA_ARGS__                                                        \
	}

static struct finding findings_compared[] = {
	COMPARED("aaaaaaaaaaaaaaaa", SEV_ERROR, 3, "this one was known", .state = "unchanged",
		 .state_reason = "see <https://example.org/1>|`x`"),
	COMPARED("bbbbbbbbbbbbbbbb", SEV_ERROR, 7, "this one is new", .state = "new",
		 .brought = &brought_null),
	COMPARED("cccccccccccccccc", SEV_WARNING, 7, "this one is newer", .state = "new",
		 .brought = &brought_now, .notes = LIST("the baseline has it as a note")),
	COMPARED("dddddddddddddddd", SEV_NOTE, 7, "nobody wants to hear of this",
		 .state = "suppressed", .state_reason = "looked at by somebody"),
};
static struct fixed fixed[] = {
	{ "1111111111111111", "RL101", "error", "drain", "pot.lock (pot)", "not \033[31m yet",
	  "baseline" },
	{ "2222222222222222", "", "", "", "", NULL, "baseline" },
	{ "3333333333333333", "RL106", "note", "bpf_pot_get", "pot.lock", NULL, "revision" },
};
static struct idle_suppression idle[] = {
	{ "RL102 pour pot.lock until 2026-01-31", "until the rework", "it ended on 2026-01-31" },
};
static const struct report compared = {
	.tool_version = "0.1.0",
	.tree = DIR "/tree",
	.kernel_version = "6.12.117",
	.kernel_config = "x86_64 defconfig + relock fragment",
	.units_total = 50,
	.units_analysed = 50,
	.findings = findings_compared,
	.n_findings = ARRAY_SIZE(findings_compared),
	.since = "v6.12",
	.since_commit = "0123456789abcdef0123456789abcdef01234567",
	.fixed = fixed,
	.n_fixed = ARRAY_SIZE(fixed),
	.idle = idle,
	.n_idle = ARRAY_SIZE(idle),
};

static inline void check_golden(const char *name, const struct strbuf *got)
{
	struct strbuf want = STRBUF_INIT, path = STRBUF_INIT;

	strbuf_addf(&path, DIR "/%s.golden", name);
	if (getenv("RELOCK_REFRESH_GOLDEN"))
		assert_int_equal(fs_write(path.buf, got->buf, got->len), 0);
	if (fs_read(path.buf, &want))
		fail_msg("cannot read %s", path.buf);
	assert_string_equal(got->buf, want.buf);
	assert_int_equal(got->len, want.len);
	strbuf_release(&want);
	strbuf_release(&path);
}

static inline void write_golden(const char *format, const struct report *r, struct report_options o,
			 const char *name)
{
	const struct report_writer *w = report_writer_find(report_writers, format);
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;

	assert_non_null(w);
	w->write(r, &o, &out);
	w->write(r, &o, &again);
	assert_string_equal(out.buf, again.buf);
	check_golden(name, &out);
	strbuf_release(&out);
	strbuf_release(&again);
}

#endif
