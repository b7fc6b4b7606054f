// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "clang/pool.h"
#include "hazard/analyse.h"
#include "kbuild/index.h"
#include "kbuild/kbuild.h"
#include "options.h"
#include "program/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
	struct options o;
	struct arena arena;
	struct rules rules;
	struct kbuild kb;
	struct unit_list units;	   /* those of the scope */
	struct source_index index; /* of all units, whatever the scope */
	struct facts_cache cache;
	struct pool_result *results;
	struct program program;
	struct report report;
};

static void on_stage(void *data, const char *stage)
{
	progress_stage(stage, 0);
	log_info("%s", stage);
}

static void on_tick(void *data)
{
	progress_tick();
}

/* --scope as a path relative to the tree, however it was written. */
static const char *scope_path(struct check *c, const char *path)
{
	const char *below = path[0] == '/' ? fs_below(path, c->kb.tree) : NULL;

	return below ? below : path;
}

static void open_source_index(struct check *c)
{
	struct index_options io = {
		.identifiers = c->rules.scope.defines.v,
		.n_identifiers = c->rules.scope.defines.n,
		.words = &c->rules.tree.notrace_words,
		.cache = index_cache_file(&c->kb, &c->arena),
		.jobs = c->o.jobs,
	};

	progress_stage("looking through all sources", 0);
	index_open(&c->index, &c->kb, &io);
	log_info("%zu functions in %zu files, %zu read anew", c->index.names.n, c->index.n_files,
		 c->index.n_read);
}

static void add_defining_units(struct check *c)
{
	const struct names *defines = &c->rules.scope.defines;

	for (size_t i = 0; i < defines->n; i++) {
		size_t n;
		const size_t *units = index_mentions(&c->index, defines->v[i], &n);

		for (size_t j = 0; j < n; j++)
			unit_list_add(&c->units, units[j]);
	}
}

static bool select_units(struct check *c)
{
	open_source_index(c);
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
	/* Which programs get which helpers has to be known whatever is looked at. */
	add_defining_units(c);
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
		.tick = on_tick,
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

static void on_unit(void *data, size_t done, size_t total)
{
	progress_update(done, total);
}

/* The facts of earlier runs; without them everything is read anew, which is no error. */
static struct facts_cache *open_cache(struct check *c)
{
	const char *dir = c->o.no_cache ? NULL : options_cache(&c->o, &c->arena);
	int err;

	if (!dir)
		return NULL;
	err = facts_cache_open(&c->cache, dir, c->o.cache_size);
	if (err) {
		log_warn("cannot keep facts in %s: %s", dir, strerror(-err));
		return NULL;
	}
	return &c->cache;
}

/* Fills the report with what is known of the units. Returns false if none could be read. */
static bool read_units(struct check *c)
{
	size_t n = c->units.v.n;
	struct pool_options po = { .jobs = c->o.jobs, .progress = on_unit };
	struct report *r = &c->report;
	int err;

	progress_stage("reading units", n);
	log_info("reading %zu units", n);
	po.cache = open_cache(c);
	c->results = ARENA_ARRAY(&c->arena, struct pool_result, n);
	err = pool_extract(&c->kb, &c->rules, c->units.v.v, n, &po, c->results, &c->arena);
	if (err) {
		log_error("cannot start worker processes: %s", strerror(-err));
		return false;
	}
	log_info("%zu units from the cache, %zu parsed", c->cache.n_found, n - c->cache.n_found);
	r->units_total = n;
	r->failed = ARENA_ARRAY(&c->arena, struct failed_unit, n);
	for (size_t i = 0; i < n; i++) {
		struct failed_unit failed = {
			.file = c->kb.units.v[c->units.v.v[i]].file,
			.error = c->results[i].error,
		};

		if (failed.error)
			r->failed[r->n_failed++] = failed;
	}
	r->units_analysed = n - r->n_failed;
	if (!r->units_analysed) {
		log_error("none of %zu units could be read; the first, %s: %s", n,
			  r->failed[0].file, r->failed[0].error);
		return false;
	}
	if (r->n_failed)
		log_warn("%zu of %zu units could not be read; the first, %s: %s", r->n_failed, n,
			 r->failed[0].file, r->failed[0].error);
	return true;
}

static void describe_kernel(struct check *c)
{
	struct report *r = &c->report;

	r->tool_version = RELOCK_VERSION;
	r->tree = c->kb.tree;
	r->kernel_version = c->kb.kernel_version;
	r->kernel_config = c->kb.config;
	r->config_missing = ARENA_ARRAY(&c->arena, struct config_miss, c->kb.missing.n);
	for (size_t i = 0; i < c->kb.missing.n; i++) {
		const struct kconfig_missing *m = &c->kb.missing.v[i];
		struct config_miss *miss = &r->config_missing[r->n_config_missing++];

		miss->symbol = m->symbol;
		miss->why = m->without ?
				    arena_printf(&c->arena, "%s; %s", m->why, m->without) :
				    m->why;
	}
}

static void describe_rules(struct check *c)
{
	struct report *r = &c->report;

	r->rules = ARENA_ARRAY(&c->arena, struct rule_text, c->rules.hazards.n);
	for (size_t i = 0; i < c->rules.hazards.n; i++) {
		const struct rule_hazard *h = &c->rules.hazards.v[i];
		struct rule_text text = {
			.code = h->code, .name = h->name, .title = h->title, .page = h->page
		};

		r->rules[r->n_rules++] = text;
	}
}

static void on_analysis(void *data, const char *what, size_t done, size_t total)
{
	const char **stage = data;

	if (*stage != what) {
		*stage = what;
		progress_stage(what, total);
	}
	progress_update(done, total);
}

static bool find_outside(void *data, const char *function, struct outside_def *ret)
{
	const struct check *c = data;
	const struct index_def *d = index_find_external(&c->index, function);

	if (!d)
		return false;
	ret->file = d->file;
	ret->ftrace = c->kb.units.v[d->unit].ftrace;
	ret->notrace = d->notrace;
	return true;
}

static void find_hazards(struct check *c)
{
	const char *stage = NULL;
	struct analyse_options ao = {
		.find_outside = find_outside,
		.find_data = c,
		.progress = on_analysis,
		.data = &stage,
	};
	size_t n = c->units.v.n;
	struct facts *facts = ARENA_ARRAY(&c->arena, struct facts, n);

	for (size_t i = 0; i < n; i++)
		facts[i] = c->results[i].facts;
	progress_stage("linking", 0);
	program_link(&c->program, &c->rules, facts, n);
	analyse(&c->program, &ao, &c->arena, &c->report);
}

/* What the platform of @writer takes beside the output. The report is complete without it. */
static void write_beside(struct check *c, const struct report_writer *writer)
{
	const struct report_options plain = { 0 };
	const char *file = writer->beside ? getenv(writer->beside_env) : NULL;
	struct strbuf sb = STRBUF_INIT;
	int err;

	if (!file || !*file)
		return;
	writer->beside->write(&c->report, &plain, &sb);
	err = fs_append(file, sb.buf, sb.len);
	if (err)
		log_warn("cannot append %s to %s (%s): %s", writer->beside->name, file,
			 writer->beside_env, strerror(-err));
	strbuf_release(&sb);
}

static bool write_output(struct check *c, const struct output *out)
{
	struct report_options ro = { .color = options_color(&c->o, out) };
	struct strbuf sb = STRBUF_INIT;
	int err = 0;

	out->writer->write(&c->report, &ro, &sb);
	if (out->file)
		err = fs_write(out->file, sb.buf, sb.len);
	else if (fwrite(sb.buf, 1, sb.len, stdout) != sb.len || fflush(stdout))
		err = -errno;
	if (err)
		log_error("cannot write %s to %s: %s", out->writer->name,
			  out->file ? out->file : "standard output", strerror(-err));
	else
		write_beside(c, out->writer);
	strbuf_release(&sb);
	return !err;
}

static bool write_outputs(struct check *c)
{
	struct output text = { .writer = report_writer_find("text") };

	if (!c->o.outputs.n)
		return write_output(c, &text);
	for (size_t i = 0; i < c->o.outputs.n; i++) {
		if (!write_output(c, &c->o.outputs.v[i]))
			return false;
	}
	return true;
}

static int check(struct check *c)
{
	if (!options_check(&c->o) || !options_read_rules(&c->o, &c->rules))
		return EXIT_ERROR;
	if (!open_tree(c) || !select_units(c) || !read_units(c))
		return EXIT_ERROR;
	describe_kernel(c);
	describe_rules(c);
	find_hazards(c);
	progress_end();
	if (!write_outputs(c))
		return EXIT_ERROR;
	for (size_t i = 0; i < c->report.n_findings; i++) {
		if ((int)c->report.findings[i].severity >= c->o.fail_on)
			return EXIT_FINDINGS;
	}
	return c->report.n_failed ? EXIT_PARTLY : EXIT_CLEAN;
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
	program_release(&c.program);
	facts_cache_release(&c.cache);
	index_release(&c.index);
	vec_release(&c.units.v);
	kbuild_release(&c.kb);
	rules_release(&c.rules);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}
