// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "clang/pool.h"
#include "kbuild/kbuild.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct check {
	struct options o;
	struct arena arena;
	struct rules rules;
	struct kbuild kb;
	struct unit_list units; /* those of the scope */
};

static void on_stage(void *data, const char *stage)
{
	progress_stage(stage, 0);
	log_info("%s", stage);
}

/* --scope as a path relative to the tree, however it was written. */
static const char *scope_path(struct check *c, const char *path)
{
	const char *below = path[0] == '/' ? fs_below(path, c->kb.tree) : NULL;

	return below ? below : path;
}

static bool select_units(struct check *c)
{
	if (c->o.all) {
		kbuild_scope(&c->kb, "", &c->units);
	} else if (c->o.scope.n) {
		for (size_t i = 0; i < c->o.scope.n; i++) {
			const char *path = scope_path(c, c->o.scope.v[i]);

			if (kbuild_scope(&c->kb, path, &c->units))
				continue;
			if (fs_exists(fs_join(&c->arena, c->kb.tree, path)))
				log_error("--scope %s: this config compiles nothing there", path);
			else
				log_error("--scope %s: there is no such file or folder in %s", path,
					  c->o.tree);
			return false;
		}
	} else {
		/* Paths of the rules that this kernel does not have are of other versions. */
		for (size_t i = 0; i < c->rules.scope.paths.n; i++)
			kbuild_scope(&c->kb, c->rules.scope.paths.v[i], &c->units);
	}
	if (!c->units.v.n) {
		log_error("none of the %zu units of %s is in the default scope; name folders with "
			  "--scope, or use --all", c->kb.units.n, c->o.tree);
		return false;
	}
	return true;
}

static bool open_tree(struct check *c)
{
	const struct rule_scope *scope = &c->rules.scope;
	struct kbuild_options ko = {
		.tree = c->o.tree,
		.build = c->o.build,
		.config = c->o.config,
		.arch = c->o.arch,
		.cache = options_cache(&c->o, &c->arena),
		.offline = c->o.offline,
		.jobs = c->o.jobs,
		.scope = c->o.scope.n ? c->o.scope.v : scope->paths.v,
		.n_scope = c->o.scope.n ? c->o.scope.n : scope->paths.n,
		.progress = on_stage,
	};
	const char *error = NULL;

	if (kbuild_open(&c->kb, &ko, &c->rules, &error)) {
		log_error("%s", error);
		return false;
	}
	for (size_t i = 0; i < c->kb.missing.n; i++) {
		const struct kconfig_missing *m = &c->kb.missing.v[i];

		log_warn("CONFIG_%s is not as the rules want it: %s%s%s", m->symbol, m->why,
			 m->without ? "; " : "", m->without ? m->without : "");
	}
	log_info("%zu compile commands, kernel %s, config: %s", c->kb.units.n,
		 c->kb.kernel_version, c->kb.config);
	return true;
}

static int check(struct check *c)
{
	if (!options_check(&c->o) || !options_read_rules(&c->o, &c->rules))
		return EXIT_ERROR;
	if (!open_tree(c) || !select_units(c))
		return EXIT_ERROR;
	log_info("%zu units to analyse", c->units.v.n);
	/* TODO: pool_extract(), analyse(), writers */
	log_error("the analysis is not there yet");
	return EXIT_ERROR;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check *c = state->input;

	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < 4; i++)
		state->child_inputs[i] = &c->o;
	return 0;
}

int cmd_check(int argc, char **argv)
{
	static const struct argp_option no_options[] = { { 0 } };
	static const struct argp_child children[] = {
		{ &options_tree_argp, 0, NULL, 0 },
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_output_argp, 0, NULL, 0 },
		{ &options_talk_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = no_options,
		.parser = parse,
		.args_doc = "TREE",
		.doc = "Analyses the kernel source tree TREE and reports what it finds.",
		.children = children,
	};
	struct check c = { .kb = { .lock_fd = -1 } };
	int status;

	options_init(&c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = check(&c);
	progress_end();
	vec_release(&c.units.v);
	kbuild_release(&c.kb);
	rules_release(&c.rules);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}
