// SPDX-License-Identifier: MIT
#include "version.h"

#include "base/run.h"
#include "clang/extract.h"
#include "kbuild/prepare.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

void version_add(struct strbuf *out)
{
	strbuf_addf(out, "relock %s (libclang %s)\n", RELOCK_VERSION, extract_libclang_version());
}

/* The first line of what "@program --version" prints. */
static void add_version_of(struct strbuf *out, const char *program)
{
	const char *argv[] = { program, "--version", NULL };
	struct run_options ro = { .argv = argv, .timeout = 10 };
	struct run_result result;
	const char *text;

	if (run(&ro, &result))
		return;
	text = result.out.len ? result.out.buf : result.err.buf;
	if (result.status == 0 && *text)
		strbuf_addf(out, ", %.*s", (int)strcspn(text, "\n"), text);
	run_release(&result);
}

static void add_tool(struct strbuf *out, const struct rule_tool *t)
{
	char *path = run_find(t->tool);

	strbuf_addf(out, "  %-18s ", t->tool);
	if (path) {
		strbuf_addstr(out, path);
		add_version_of(out, t->tool);
	} else if (prepare_has_tool(t)) {
		strbuf_addstr(out, "found");
	} else {
		strbuf_addf(out, "not found; for %s (Debian package %s)", t->needed_for,
			    t->package);
	}
	strbuf_addch(out, '\n');
	free(path);
}

void version_add_verbose(struct strbuf *out)
{
	static const struct rule_tool optional[] = {
		{ "git", "git", "--since, and commits in reports" },
		{ "sparse", "sparse", "--sparse" },
	};
	struct arena a = ARENA_INIT;
	const char *dir = options_rules_dir(&a), *cache;
	struct options o;
	struct rules rules;

	options_init(&o);
	cache = options_cache(&o, &a);
	version_add(out);
	strbuf_addf(out, "rules: %s\ncache: %s\n", dir ? dir : "none", cache ? cache : "none");
	strbuf_addstr(out, "optional:\n");
	for (size_t i = 0; i < ARRAY_SIZE(optional); i++)
		add_tool(out, &optional[i]);
	strbuf_addstr(out, "for a tree without compile_commands.json (--build):\n");
	if (options_read_rules(&o, &rules)) {
		for (size_t i = 0; i < rules.tools.n; i++)
			add_tool(out, &rules.tools.v[i]);
	}
	rules_release(&rules);
	options_release(&o);
	arena_release(&a);
}
