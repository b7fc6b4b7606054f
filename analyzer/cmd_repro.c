// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "command.h"
#include "history/baseline.h"
#include "history/read.h"
#include "options.h"
#include "repro/repro.h"

#include <string.h>

struct repro_command {
	struct options o;
	const char *id;
	const char *report;
	const char *to;
	const char *attach;
	struct arena arena;
};

enum { KEY_REPORT = 0x200, KEY_TO, KEY_ATTACH };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct repro_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 2; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case ARGP_KEY_ARG:
		if (c->id)
			argp_error(state, "one finding at a time: '%s' is the second", arg);
		c->id = arg;
		return 0;
	case KEY_REPORT:
		c->report = arg;
		return 0;
	case KEY_TO:
		c->to = arg;
		return 0;
	case KEY_ATTACH:
		c->attach = arg;
		return 0;
	case ARGP_KEY_END:
		if (!c->id)
			argp_error(state, "which finding? 'id' in a JSON report says");
		if (!is_id(c->id))
			argp_error(state, "'%s' is no id of a finding, which has 16 hex digits in "
				   "small letters",
				   c->id);
		if (!c->report)
			argp_error(state, "--report FILE is missing: the JSON report that has %s",
				   c->id);
		if (!c->to)
			argp_error(state, "--to DIR is missing: the folder to make");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option repro_options[] = {
	{"report", KEY_REPORT, "FILE", 0, "The JSON report that has the finding", 1},
	{"to", KEY_TO, "DIR", 0, "The folder to make; it must not be there, or be empty", 1},
	{"attach", KEY_ATTACH, "FUNCTION", 0,
	 "The function or tracepoint to attach to, one of those that the finding lists; "
	 "default: what works first",
	 1},
	{0},
};

static void tell(const struct repro_command *c, const struct repro *r)
{
	log_info("%s: %s on %s calls %s()", c->to, r->way->how,
		 *r->at_name ? r->at_name : "any instruction", r->reentry->function);
	if (!r->trigger)
		log_warn("%s: how user space comes to %s() (%s) is not known; %s/README.md says "
			 "what "
			 "is missing",
			 c->id, r->finding->entry_function, r->finding->entry_via, c->to);
}

static int make(struct repro_command *c, const struct rules *rules)
{
	const struct repro_wish wish = {.attach = c->attach};
	const char *error = NULL;
	const struct finding *f;
	struct report report;
	struct repro r;

	if (report_read(&c->arena, c->report, &report, &error)) {
		log_error("--report: %s", error);
		return EXIT_ERROR;
	}
	f = report_finding(&report, c->id);
	if (!f) {
		log_error("%s has no finding '%s'; 'id' of each of its %zu findings is what to ask "
			  "for",
			  c->report, c->id, report.n_findings);
		return EXIT_ERROR;
	}
	if (repro_choose(&c->arena, rules, f, &wish, &r, &error)) {
		log_error("%s: %s", c->id, error);
		return EXIT_ERROR;
	}
	if (repro_write(&c->arena, &r, fs_join(&c->arena, options_rules_dir(&c->arena), "repro"),
			report.kernel_version, c->to, &error)) {
		log_error("--to: %s", error);
		return EXIT_ERROR;
	}
	tell(c, &r);
	return r.trigger ? EXIT_CLEAN : EXIT_PARTLY;
}

static const struct argp_child children[] = {
	{&options_rules_argp, 0, NULL, 0},
	{&options_talk_argp, 0, NULL, 0},
	{0},
};
static const struct argp argp = {
	.options = repro_options,
	.parser = parse,
	.args_doc = "ID --report FILE --to DIR",
	.doc = "Makes a BPF program that does what a finding says, with its loader, a Makefile and "
	       "a README. It is meant to hang a kernel: run it in a virtual machine. Ends with 0; "
	       "with 2 if there is no such program, or it cannot be written; with 3 if how user "
	       "space enters the section is not known, which the README then says.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct repro_command c = {0};
	struct rules rules;
	int status = EXIT_ERROR;

	options_init(&c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	if (options_read_rules(&c.o, &rules))
		status = make(&c, &rules);
	rules_release(&rules);
	options_release(&c.o);
	arena_release(&c.arena);
	return status;
}

const struct command cmd_repro = {
	.name = "repro",
	.what = "a program that shows a finding of a report in a virtual machine",
	.argp = &argp,
	.run = run,
	.operand = OPERAND_NONE,
};
