// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "command.h"
#include "history/baseline.h"
#include "history/read.h"
#include "lab/lab.h"
#include "options.h"
#include "reports/evidence.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 120

struct lab_command {
	struct options o;
	const char *tree;
	const char *report;
	const char *control;
	bool no_control;
	unsigned int jobs, seconds;
	VEC(const char *) ids;
	VEC(const struct finding *) findings;
	struct rules rules;
	struct report read;
	struct arena arena;
};

static const char *const formats[] = {"text", "json", NULL};

enum { KEY_REPORT = 0x200, KEY_CONTROL, KEY_NO_CONTROL, KEY_TIME };

static unsigned int number(struct argp_state *state, const char *name, const char *arg)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || !n || n > 86400)
		argp_error(state, "--%s takes a number from 1 to 86400, not '%s'", name, arg);
	return (unsigned int)n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct lab_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 4; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case ARGP_KEY_ARG:
		if (!c->tree)
			c->tree = arg;
		else if (is_id(arg))
			vec_push(&c->ids, arg);
		else
			argp_error(state, "'%s' is no id of a finding, which has 16 hex digits in "
				   "small letters",
				   arg);
		return 0;
	case KEY_REPORT:
		c->report = arg;
		return 0;
	case KEY_CONTROL:
		c->control = arg;
		return 0;
	case KEY_NO_CONTROL:
		c->no_control = true;
		return 0;
	case KEY_TIME:
		c->seconds = number(state, "time", arg);
		return 0;
	case 'j':
		c->jobs = number(state, "jobs", arg);
		return 0;
	case ARGP_KEY_END:
		if (!c->tree)
			argp_error(state, "which kernel source tree?");
		if (!c->report)
			argp_error(state,
				   "--report FILE is missing: the JSON report that "
				   "'relock check %s --output json:FILE' wrote",
				   c->tree);
		if (c->control && c->no_control)
			argp_error(state, "--control and --no-control exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option lab_options[] = {
	{"report", KEY_REPORT, "FILE", 0, "The JSON report of TREE", 1},
	{"control", KEY_CONTROL, "DIR", 0,
	 "The same tree with the remedy, or without the bug: the same program must run there, and "
	 "nothing come of it. A finding is confirmed only so. Default: TREE with a guard around "
	 "what "
	 "was seen, made by relock below --cache",
	 1},
	{"no-control", KEY_NO_CONTROL, NULL, 0, "Try no control, and confirm nothing", 1},
	{"time", KEY_TIME, "SECONDS", 0, "What a virtual machine may take; default: 120", 1},
	{"jobs", 'j', "N", 0, "Build kernels with N processes; default: one for each CPU", 1},
	{0},
};

/* ---- what is tried --------------------------------------------------------------------------- */

/* Those that were named, or all errors. */
static bool choose_findings(struct lab_command *c)
{
	for (size_t i = 0; i < c->ids.n; i++) {
		const struct finding *f = report_finding(&c->read, c->ids.v[i]);

		if (!f) {
			log_error("%s has no finding '%s'", c->report, c->ids.v[i]);
			return false;
		}
		vec_push(&c->findings, f);
	}
	for (size_t i = 0; !c->ids.n && i < c->read.n_findings; i++) {
		if (c->read.findings[i].severity == SEV_ERROR)
			vec_push(&c->findings, &c->read.findings[i]);
	}
	return true;
}

static void tick(void *data)
{
	progress_tick();
}

static bool has_lab_rules(const struct rule_lab *r)
{
	if (r->target && r->image && r->emulator && r->append)
		return true;
	log_error("the rules have no whole 'lab': target, image, emulator and append");
	return false;
}

static bool set_up(struct lab_command *c, struct lab *l)
{
	const char *cache = options_cache(&c->o, &c->arena), *missing;
	char *cwd = getcwd(NULL, 0);

	*l = (struct lab){.a = &c->arena,
			  .rules = &c->rules,
			  .templates = fs_join(&c->arena, options_rules_dir(&c->arena), "repro"),
			  .jobs = c->jobs,
			  .seconds = c->seconds,
			  .controls = !c->no_control,
			  .sections = c->read.sections,
			  .n_sections = c->read.n_sections,
			  .tick = tick};
	if (cache)
		l->cache = fs_absolute(&c->arena, cwd ? cwd : "/", cache);
	free(cwd);
	if (!cache) {
		log_error(
			"there is no cache folder to build kernels in: neither XDG_CACHE_HOME nor "
			"HOME is set; name one with --cache");
		return false;
	}
	missing = lab_missing_tools(l);
	if (missing)
		log_error("these are needed and not installed: %s", missing);
	return !missing;
}

static bool build(struct lab *l, const char *tree, const char *stage, struct lab_kernel *ret)
{
	const char *error = NULL;

	progress_stage(stage, 0);
	if (lab_kernel(l, tree, ret, &error)) {
		log_error("%s", error);
		return false;
	}
	if (ret->dropped)
		log_warn("the kernel of %s is without %s, which its Kconfig did not take", tree,
			 ret->dropped);
	return true;
}

static bool write_all(struct lab_command *c, const struct lab_result *results)
{
	const struct output text = {.format = "text"};
	const struct output *outputs = c->o.outputs.n ? c->o.outputs.v : &text;
	size_t n = c->o.outputs.n ? c->o.outputs.n : 1;
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		struct report_options ro = {.color = options_color(&c->o, &outputs[i])};
		struct strbuf sb = STRBUF_INIT;

		if (!strcmp(outputs[i].format, "json"))
			evidence_write_json(results, c->findings.n, c->read.kernel_version, &sb);
		else
			evidence_write_text(results, c->findings.n, &ro, &sb);
		ok = options_write(&outputs[i], &sb);
		strbuf_release(&sb);
	}
	return ok;
}

static int try_all(struct lab_command *c, struct lab *l, const struct lab_kernel *k,
		   const struct lab_kernel *control)
{
	struct lab_result *results = ARENA_ARRAY(&c->arena, struct lab_result, c->findings.n);
	bool all = true;

	progress_stage("trying findings", c->findings.n);
	for (size_t i = 0; i < c->findings.n; i++) {
		lab_try(l, k, control, c->findings.v[i], c->read.kernel_version, &results[i]);
		all = all && results[i].verdict != LAB_NOT_TRIED;
		progress_update(i + 1, c->findings.n);
	}
	progress_end();
	if (!write_all(c, results))
		return EXIT_ERROR;
	return all ? EXIT_CLEAN : EXIT_PARTLY;
}

static int lab(struct lab_command *c)
{
	struct lab_kernel kernel = {.lock = -1}, control = {.lock = -1};
	const char *error = NULL;
	int status = EXIT_ERROR;
	struct lab l;

	if (!options_check(&c->o) || !options_read_rules(&c->o, &c->rules))
		return EXIT_ERROR;
	if (report_read(&c->arena, c->report, &c->read, &error)) {
		log_error("--report: %s", error);
		return EXIT_ERROR;
	}
	if (has_lab_rules(&c->rules.lab) && choose_findings(c) && set_up(c, &l) &&
	    build(&l, c->tree, "building the kernel", &kernel) &&
	    (!c->control || build(&l, c->control, "building the control", &control)))
		status = try_all(c, &l, &kernel, c->control ? &control : NULL);
	lab_kernel_release(&control);
	lab_kernel_release(&kernel);
	return status;
}

static const struct argp_child children[] = {
	{&options_rules_argp, 0, NULL, 0},
	{&options_cache_argp, 0, NULL, 0},
	{&options_output_argp, 0, NULL, 0},
	{&options_talk_argp, 0, NULL, 0},
	{0},
};
static const struct argp argp = {
	.options = lab_options,
	.parser = parse,
	.args_doc = "TREE [ID...]",
	.doc = "Tries findings of a report, or all its errors: builds a small kernel of TREE below "
	       "--cache, boots it in qemu with the program of each (see repro), says from its "
	       "console what came of it, and tries what was seen once more on a control. Ends with "
	       "0; with 3 if some could not be tried, each with "
	       "its reason; with 2 if nothing was.\vBuilding executes the Makefiles of TREE. All "
	       "else runs in qemu, without network and disk. Formats of --output: text, json.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct lab_command c = {.seconds = SECONDS};
	int status;

	options_init(&c.o);
	c.o.formats = formats;
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = lab(&c);
	progress_end();
	rules_release(&c.rules);
	vec_release(&c.ids);
	vec_release(&c.findings);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}

const struct command cmd_lab = {
	.name = "lab",
	.what = "tries findings of a report in a virtual machine",
	.argp = &argp,
	.run = run,
	.formats = formats,
	.operand = OPERAND_TREE,
};
