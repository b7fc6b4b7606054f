// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/vec.h"
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RULES RELOCK_SOURCE_DIR "/rules"

static int read_text(struct rules *r, const char *text, const char **error)
{
	return rules_read_text(r, "x.yaml", text, strlen(text), NULL, error);
}

/* @text is wrong, and the error says so in exactly these words. */
static void assert_error(const char *text, const char *want)
{
	struct rules r = { 0 };
	const char *error = NULL;

	assert_int_equal(read_text(&r, text, &error), -EINVAL);
	assert_non_null(error);
	assert_string_equal(error, want);
	rules_release(&r);
}

/* The same for how it begins: libfyaml's words and lists of what is allowed may change. */
static void assert_error_at(const char *text, const char *place)
{
	struct rules r = { 0 };
	const char *error = NULL;

	assert_int_equal(read_text(&r, text, &error), -EINVAL);
	assert_non_null(error);
	if (strncmp(error, place, strlen(place)))
		fail_msg("%s: not at %s", error, place);
	rules_release(&r);
}

static void assert_good(const char *text)
{
	struct rules r = { 0 };
	const char *error = NULL;

	if (read_text(&r, text, &error))
		fail_msg("%s", error);
	assert_null(error);
	rules_release(&r);
}

static void test_empty(void **state)
{
	(void)state;
	assert_good("");
	assert_good("# nothing\n");
	assert_good("---\n");
	assert_good("{}\n");
	assert_good("locks:\ntransparent: []\ntree:\nscope: {}\n");
}

static void test_values(void **state)
{
	struct rules r = { 0 };
	const char *error = NULL;
	const struct rule_lock *l;
	const struct rule_value *v;

	(void)state;
	assert_int_equal(read_text(&r,
				   "locks:\n"
				   "  - functions: [a, b]\n"
				   "    does: try\n"
				   "    success: zero\n"
				   "    irq: off\n"
				   "    arg: 2\n"
				   "    kind: some lock\n"
				   "    shared: true\n"
				   "  - {function: c, does: acquire, kind: k, sleeps: true}\n"
				   "percpu:\n"
				   "  - {macro: m, header: h.h, op: inc-return}\n"
				   "values:\n"
				   "  - {function: f, is: const, value: -0x10}\n"
				   "  - {function: g, header: h.h, is: arg, arg: 1}\n"
				   "attach:\n"
				   "  - {how: fentry, prog_type: T, type_name: t, at: lsm-hook, page: p}\n"
				   "objects:\n"
				   "  - record: sock\n"
				   "    how: >-\n"
				   "      two\n"
				   "      lines\n"
				   "    needs: [n1, n2]\n"
				   "  - {record: sock, how: another}\n"
				   "hazards:\n"
				   "  - {code: RL1, name: n, title: t}\n",
				   &error),
			 0);
	l = rules_lock(&r, "b");
	assert_non_null(l);
	assert_string_equal(l->function, "b");
	assert_int_equal(l->does, LOCK_TRY);
	assert_int_equal(l->success, LOCK_ZERO);
	assert_int_equal(l->irq, IRQ_OFF);
	assert_int_equal(l->arg, 2);
	assert_string_equal(l->kind, "some lock");
	assert_true(l->shared);
	assert_false(l->sleeps);
	l = rules_lock(&r, "c");
	assert_non_null(l);
	assert_int_equal(l->does, LOCK_ACQUIRE);
	assert_int_equal(l->success, LOCK_ALWAYS);
	assert_int_equal(l->irq, IRQ_KEEP);
	assert_int_equal(l->arg, 0);
	assert_true(l->sleeps);
	assert_null(rules_lock(&r, "m"));

	assert_non_null(rules_percpu(&r, "m"));
	assert_int_equal(rules_percpu(&r, "m")->op, PERCPU_INC_RETURN);
	assert_null(rules_percpu(&r, "a"));

	v = rules_value(&r, "f");
	assert_non_null(v);
	assert_int_equal(v->is, VALUE_CONST);
	assert_int_equal(v->value, -16);
	assert_null(v->header);
	v = rules_value(&r, "g");
	assert_non_null(v);
	assert_int_equal(v->arg, 1);
	assert_string_equal(v->header, "h.h");

	assert_int_equal(r.attach.n, 1);
	assert_null(r.attach.v[0].attach_type);
	assert_null(r.attach.v[0].recursion);
	assert_int_equal(r.attach.v[0].at, AT_LSM_HOOK);

	assert_int_equal(r.objects.n, 2);
	assert_string_equal(r.objects.v[0].how, "two lines");
	assert_int_equal(r.objects.v[0].needs.n, 2);
	assert_string_equal(r.objects.v[0].needs.v[1], "n2");
	assert_int_equal(r.objects.v[1].needs.n, 0);

	assert_ptr_equal(rules_hazard(&r, "RL1"), rules_hazard(&r, "n"));
	assert_string_equal(rules_hazard(&r, "n")->page, "");
	assert_null(rules_hazard(&r, "RL2"));
	rules_release(&r);
}

/* Later files add to lists and replace single names of `tree`. */
static void test_merge(void **state)
{
	struct rules r = { 0 };
	const char *error = NULL;

	(void)state;
	assert_int_equal(read_text(&r, "tree: {map_record: a, deny_sets: [x]}\n", &error), 0);
	assert_string_equal(r.tree.map_record, "a");
	assert_string_equal(r.tree.map_ops_record, "");
	assert_int_equal(read_text(&r,
				   "tree: {map_record: b, deny_sets: [y, z]}\n"
				   "scope: {paths: [p], defines: [d]}\n",
				   &error),
			 0);
	assert_string_equal(r.tree.map_record, "b");
	assert_int_equal(r.tree.deny_sets.n, 3);
	assert_string_equal(r.tree.deny_sets.v[0], "x");
	assert_string_equal(r.tree.deny_sets.v[2], "z");
	assert_int_equal(r.scope.paths.n, 1);
	assert_int_equal(r.scope.defines.n, 1);

	assert_int_equal(read_text(&r, "locks:\n- {function: f, does: acquire, kind: k}\n", &error),
			 0);
	for (int i = 0; i < 100; i++) {
		char text[80];

		snprintf(text, sizeof(text), "locks:\n- {function: f%d, does: acquire, kind: k}\n", i);
		assert_int_equal(read_text(&r, text, &error), 0);
	}
	assert_int_equal(r.locks.n, 101);
	assert_string_equal(rules_lock(&r, "f")->function, "f");
	assert_string_equal(rules_lock(&r, "f42")->function, "f42");
	rules_release(&r);
}

static void test_syntax(void **state)
{
	(void)state;
	assert_error_at("locks: [1\nx: 2\n", "x.yaml:3:1: error: ");
	assert_error_at("locks: []\nlocks: []\n", "x.yaml:2:1: error: duplicate key");
	assert_error_at("locks:\n\t- a\n", "x.yaml:2:1: error: ");
	assert_error("locks:\n  - function: \"\xff\"\n", "x.yaml:2:16: error: not UTF-8");
	assert_error("locks:\n  - function: \x01\n", "x.yaml:2:15: error: a control character");
	assert_error("# caf\xc3\xa9\t\x7f\n", "x.yaml:1:8: error: a control character");
	/* libfyaml 0.7.12 never comes back from this one. */
	assert_error("# a\n%YAML\xff\xff\nlocks:\n",
		     "x.yaml:2:1: error: a directive; rule files have none");
	assert_error("locks: []\n---\nlocks: []\n",
		     "x.yaml:3:1: error: a second document; a rule file is one");
	assert_error_at("locks: []\n---\n[\n", "x.yaml:");
}

static void test_shape(void **state)
{
	(void)state;
	assert_error("- a\n", "x.yaml:1:1: error: a rule file is a map of lists, such as 'locks:'");
	assert_error("just text\n",
		     "x.yaml:1:1: error: a rule file is a map of lists, such as 'locks:'");
	assert_error_at("lokcs: []\n", "x.yaml:1:1: error: unknown list 'lokcs'; allowed: locks, ");
	assert_error("locks: {a: b}\n",
		     "x.yaml:1:8: error: 'locks' must be a list: each item begins with '- '");
	assert_error("locks: text\n",
		     "x.yaml:1:8: error: 'locks' must be a list: each item begins with '- '");
	assert_error("locks:\n  - text\n", "x.yaml:2:5: error: each of 'locks' must be a map of keys");
	assert_error("tree: []\n", "x.yaml:1:7: error: 'tree' must be a map of keys");
	assert_error("scope: text\n", "x.yaml:1:8: error: 'scope' must be a map of keys");
	assert_error("[]: []\n", "x.yaml:1:1: error: 'key' must be a single value, not a list");
	assert_error("locks: &a []\ntransparent: *a\n",
		     "x.yaml:2:14: error: 'transparent' must be a list: each item begins with '- '");
}

static void test_keys(void **state)
{
	(void)state;
	assert_error("kinds:\n  - {map_type: M, nam: n}\n",
		     "x.yaml:2:19: error: kinds has no key 'nam'; allowed: map_type, name");
	assert_error("kinds:\n  - {map_type: M}\n", "x.yaml:2:5: error: kinds: 'name' is missing");
	assert_error("locks:\n  - does: acquire\n",
		     "x.yaml:2:5: error: locks: 'function' or 'functions' is missing");
	assert_error("locks:\n  - function: a\n    functions: [b]\n",
		     "x.yaml:3:5: error: 'function' and 'functions' cannot both be given");
	assert_error_at("tree:\n  map_rekord: a\n  map_record: b\n",
			"x.yaml:2:3: error: tree has no key 'map_rekord'; allowed: map_types_array, ");
	assert_error_at("kinds:\n  - {map_type: M, name: n, name: n}\n", "x.yaml:2:");
}

static void test_types(void **state)
{
	(void)state;
	assert_error("kinds:\n  - {map_type: [M], name: n}\n",
		     "x.yaml:2:16: error: 'map_type' must be a single value, not a list");
	assert_error("kinds:\n  - {map_type: {a: b}, name: n}\n",
		     "x.yaml:2:16: error: 'map_type' must be a single value, not a map");
	assert_error("kinds:\n  - map_type:\n    name: n\n",
		     "x.yaml:2:5: error: 'map_type' has no value");
	assert_error("kinds:\n  - {map_type: \"\", name: n}\n",
		     "x.yaml:2:16: error: 'map_type' must not be empty");
	assert_error("kinds:\n  - {map_type: \"a\\nb\", name: n}\n",
		     "x.yaml:2:16: error: 'map_type' must be one line without control characters");
	assert_error("kinds:\n  - {map_type: \"a\\0b\", name: n}\n",
		     "x.yaml:2:16: error: 'map_type' must be one line without control characters");
	assert_error("kinds:\n  - {map_type: &a M, name: *a}\n",
		     "x.yaml:2:28: error: 'name' is an alias; rule files have none");
	assert_error("locks:\n  - {function: f, does: take, kind: k}\n",
		     "x.yaml:2:25: error: 'does' cannot be 'take'; allowed: acquire, try, enter, look, "
		     "release");
	assert_error("locks:\n  - {function: f, does: acquire, kind: k, shared: yes}\n",
		     "x.yaml:2:51: error: 'shared' must be true or false, not 'yes'");
	assert_error("locks:\n  - {function: f, does: acquire, kind: k, arg: one}\n",
		     "x.yaml:2:48: error: 'arg' must be a number, not 'one'");
	assert_error("locks:\n  - {function: f, does: acquire, kind: k, arg: 1x}\n",
		     "x.yaml:2:48: error: 'arg' must be a number, not '1x'");
	assert_error("locks:\n  - {function: f, does: acquire, kind: k, arg: -1}\n",
		     "x.yaml:2:48: error: 'arg' must be from 0 to 2147483647, not -1");
	assert_error("locks:\n  - {function: f, does: acquire, kind: k, arg: 99999999999999999999}\n",
		     "x.yaml:2:48: error: 'arg' must be from 0 to 2147483647, "
		     "not 99999999999999999999");
	assert_error("locks:\n  - {functions: f, does: acquire, kind: k}\n",
		     "x.yaml:2:17: error: 'functions' must be a list of at least one: [a, b]");
	assert_error("locks:\n  - {functions: [], does: acquire, kind: k}\n",
		     "x.yaml:2:17: error: 'functions' must be a list of at least one: [a, b]");
	assert_error("locks:\n  - {functions: [a, [b]], does: acquire, kind: k}\n",
		     "x.yaml:2:21: error: 'functions' must be a single value, not a list");
	assert_error("scope:\n  paths: here\n", "x.yaml:2:10: error: 'paths' must be a list: [a, b]");
	assert_error("scope:\n  paths:\n",
		     "x.yaml:2:3: error: 'paths' has no value; write [] for an empty list");
	assert_error("scope:\n  paths: [a, '']\n",
		     "x.yaml:2:14: error: 'paths' must not be empty");
}

static void test_duplicates(void **state)
{
	(void)state;
	assert_error("locks:\n"
		     "  - {functions: [a, b], does: acquire, kind: k}\n"
		     "  - {function: b, does: release, kind: k}\n",
		     "x.yaml:3:16: error: locks already has 'b', from x.yaml:2:21");
	assert_error("locks:\n  - {functions: [a, a], does: acquire, kind: k}\n",
		     "x.yaml:2:21: error: 'a' stands twice in this list");
	assert_error("transparent:\n  - {record: r, field: f}\n  - {record: r, field: f}\n",
		     "x.yaml:3:14: error: transparent already has 'r.f', from x.yaml:2:14");
	assert_error("hazards:\n  - {code: RL1, name: a, title: t}\n"
		     "  - {code: RL2, name: a, title: t}\n",
		     "x.yaml:3:12: error: hazards already has 'a', from x.yaml:2:12");
	assert_error("scope:\n  paths: [a, b, a]\n",
		     "x.yaml:2:17: error: 'a' stands twice in this list");
	assert_good("attach:\n"
		    "  - {how: lsm, prog_type: T, type_name: t, at: lsm-hook, page: p}\n"
		    "  - {how: lsm, prog_type: T, attach_type: A, type_name: t, at: lsm-hook, page: p}\n");
}

static void test_most_ways(void **state)
{
	char text[8192];
	size_t at = (size_t)snprintf(text, sizeof(text), "attach:\n");

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "  - {how: w%u, prog_type: T, type_name: t, at: nmi, page: p}\n",
				       i);
	assert_good(text);
	snprintf(text + at, sizeof(text) - at,
		 "  - {how: w, prog_type: T, type_name: t, at: nmi, page: p}\n");
	assert_error(text, "x.yaml:66:5: error: attach has 64 ways already, and room for no more");
}

static void test_between_keys(void **state)
{
	(void)state;
	assert_error("locks:\n  - {function: f, does: try, kind: k}\n",
		     "x.yaml:2:5: error: a lock that is tried or looked at needs 'success: nonzero', "
		     "'zero' or 'even'");
	assert_error("locks:\n  - {function: f, does: try, success: always, kind: k}\n",
		     "x.yaml:2:39: error: a lock that is tried or looked at needs 'success: nonzero', "
		     "'zero' or 'even'");
	assert_error("locks:\n  - {function: f, does: look, kind: k}\n",
		     "x.yaml:2:5: error: a lock that is tried or looked at needs 'success: nonzero', "
		     "'zero' or 'even'");
	assert_error("locks:\n  - {function: f, does: release, success: zero, kind: k}\n",
		     "x.yaml:2:43: error: this cannot fail: 'success' is for acquire, try and look");
	assert_error("locks:\n  - {function: f, does: enter, success: even, kind: k}\n",
		     "x.yaml:2:41: error: this cannot fail: 'success' is for acquire, try and look");
	assert_error("locks:\n  - {function: f, does: try, success: zero, body: true, kind: k}\n",
		     "x.yaml:2:51: error: 'body' is for an acquire that always succeeds, or a release");
	assert_error("values:\n  - {function: f, is: arg}\n",
		     "x.yaml:2:5: error: 'is: arg' needs 'arg', the number of the argument from 0");
	assert_error("values:\n  - {function: f, is: const}\n",
		     "x.yaml:2:5: error: 'is: const' needs 'value'");
	assert_error("values:\n  - {function: f, is: nonnull, arg: 1}\n",
		     "x.yaml:2:37: error: 'arg' goes with 'is: arg' and 'is: map-field' only");
	assert_error("values:\n  - {function: f, is: arg, arg: 1, value: 2}\n",
		     "x.yaml:2:43: error: 'value' goes with 'is: const' only");
	assert_error("words:\n  - {function: f, header: g.h, op: set-bit}\n",
		     "x.yaml:2:27: error: 'header' goes with 'op: cmpxchg', 'try-cmpxchg' and 'xchg' only");
	assert_error("hazards:\n  - {code: ../RL1, name: n, title: t}\n",
		     "x.yaml:2:12: error: 'code' must be letters and a number, as in RL101");
	assert_error("hazards:\n  - {code: RL, name: n, title: t}\n",
		     "x.yaml:2:12: error: 'code' must be letters and a number, as in RL101");
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
}

static void test_files(void **state)
{
	char dir[] = "/tmp/relock-rules-XXXXXX", path[128], want[256];
	struct rules r = { 0 };
	const char *error = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(want, sizeof(want), "%s: error: no .yaml file there", dir);
	assert_int_equal(rules_read_path(&r, dir, &error), -ENOENT);
	assert_string_equal(error, want);

	write_file(dir, "b.yaml", "tree: {map_record: b}\n");
	write_file(dir, "a.yaml", "tree: {map_record: a}\n"
				  "hazards:\n  - {code: RL7, name: n, title: t}\n");
	write_file(dir, "README.md", "not: [rules\n");
	write_file(dir, ".hidden.yaml", "not: [rules\n");
	snprintf(want, sizeof(want),
		 "%s/a.yaml:3:12: error: no page for RL7: %s/RL7.md: No such file or directory", dir,
		 dir);
	assert_int_equal(rules_read_dir(&r, dir, &error), -EINVAL);
	assert_string_equal(error, want);
	rules_release(&r);

	write_file(dir, "RL7.md", "# RL7\n");
	assert_int_equal(rules_read_dir(&r, dir, &error), 0);
	assert_string_equal(r.tree.map_record, "b");
	assert_string_equal(rules_hazard(&r, "RL7")->page, "# RL7\n");
	rules_release(&r);

	snprintf(path, sizeof(path), "%s/a.yaml", dir);
	assert_int_equal(rules_read_path(&r, path, &error), 0);
	assert_string_equal(r.tree.map_record, "a");
	/* The same file again: everything in it is there already. */
	assert_int_equal(rules_read_path(&r, path, &error), -EINVAL);
	assert_non_null(strstr(error, "hazards already has 'RL7'"));
	rules_release(&r);

	snprintf(path, sizeof(path), "%s/none.yaml", dir);
	snprintf(want, sizeof(want), "%s: error: cannot read: No such file or directory", path);
	assert_int_equal(rules_read_path(&r, path, &error), -ENOENT);
	assert_string_equal(error, want);
	rules_release(&r);
	assert_int_equal(fs_remove_all(dir), 0);
}

/* The rules that relock comes with. */
static void test_shipped(void **state)
{
	struct rules r = { 0 };
	const char *error = NULL, *const *names;

	(void)state;
	if (rules_read_dir(&r, RULES, &error))
		fail_msg("%s", error);
	/* rule_tree begins with its strings, up to the first list. */
	names = (const char *const *)&r.tree;
	for (size_t i = 0; i < offsetof(struct rule_tree, deny_sets) / sizeof(*names); i++) {
		if (!*names[i])
			fail_msg("tree: key number %zu is not set", i + 1);
	}
	assert_true(r.tree.deny_sets.n > 0);
	assert_true(r.tree.nokprobe_sections.n > 0);
	assert_true(r.tree.notrace_sections.n > 0);
	assert_true(r.tree.error_injection_sections.n > 0);
	assert_true(r.tree.lsm_hook_prefixes.n > 0);
	assert_true(r.scope.paths.n > 0);
	for (size_t i = 0; i < r.hazards.n; i++) {
		const struct rule_hazard *h = &r.hazards.v[i];
		char title[128];

		/* A page names its rule first, and fits a terminal. */
		snprintf(title, sizeof(title), "# %s %s\n", h->code, h->name);
		if (strncmp(h->page, title, strlen(title)))
			fail_msg("%s.md does not begin with '%s'", h->code, title);
		for (const char *p = h->page; *p; p += strcspn(p, "\n") + 1) {
			if (strcspn(p, "\n") > 72)
				fail_msg("%s.md: longer than 72 columns: %.40s...", h->code, p);
			if (!p[strcspn(p, "\n")])
				fail_msg("%s.md does not end with a newline", h->code);
		}
		assert_non_null(strstr(h->page, "\n## Bad\n"));
		assert_non_null(strstr(h->page, "\n## Good\n"));
		assert_non_null(strstr(h->page, "\n## How to fix\n"));
		assert_non_null(strstr(h->page, "\n## What it does not prove\n"));
	}
	rules_release(&r);
}

/* Every key that the loader takes is in the reference that users read. */
static void test_reference(void **state)
{
	struct strbuf readme = STRBUF_INIT;
	struct rules r = { 0 };
	const char *error = NULL, *allowed;
	char lists[512], *list, *save;

	(void)state;
	assert_int_equal(fs_read(RULES "/README.md", &readme), 0);
	assert_int_equal(read_text(&r, "not-a-list: 1\n", &error), -EINVAL);
	allowed = strstr(error, "allowed: ");
	assert_non_null(allowed);
	snprintf(lists, sizeof(lists), "%s", allowed + strlen("allowed: "));
	for (list = strtok_r(lists, ", ", &save); list; list = strtok_r(NULL, ", ", &save)) {
		bool map = !strcmp(list, "tree") || !strcmp(list, "scope") || !strcmp(list, "lab");
		char text[128], keys[2048], heading[64], *key, *keysave;
		const char *section;
		size_t len;

		snprintf(heading, sizeof(heading), "\n### %s\n", list);
		section = strstr(readme.buf, heading);
		if (!section)
			fail_msg("README.md has no section for '%s'", list);
		section += strlen(heading);
		len = strstr(section, "\n#") ? (size_t)(strstr(section, "\n#") - section) :
					       strlen(section);
		snprintf(text, sizeof(text), map ? "%s: {not-a-key: 1}\n" : "%s: [{not-a-key: 1}]\n",
			 list);
		assert_int_equal(read_text(&r, text, &error), -EINVAL);
		snprintf(keys, sizeof(keys), "%s", strstr(error, "allowed: ") + 9);
		for (key = strtok_r(keys, ", ", &keysave); key;
		     key = strtok_r(NULL, ", ", &keysave)) {
			if (!memmem(section, len, key, strlen(key)))
				fail_msg("README.md does not explain '%s' of '%s'", key, list);
		}
	}
	rules_release(&r);
	strbuf_release(&readme);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),	     cmocka_unit_test(test_values),
		cmocka_unit_test(test_merge),	     cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_shape),	     cmocka_unit_test(test_keys),
		cmocka_unit_test(test_types),	     cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_most_ways),
		cmocka_unit_test(test_between_keys), cmocka_unit_test(test_files),
		cmocka_unit_test(test_shipped),	     cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
