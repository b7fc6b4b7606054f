// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "command.h"
#include "history/baseline.h"
#include "history/read.h"
#include "options.h"

struct explain {
	struct options o;
	const char *what; /* a rule, or the id of a finding */
	const char *report;
	struct arena arena;
};

enum { KEY_REPORT = 0x200 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain *e = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 2; i++)
			state->child_inputs[i] = &e->o;
		return 0;
	case ARGP_KEY_ARG:
		if (e->what)
			argp_error(state, "one rule or finding at a time: '%s' is the second", arg);
		e->what = arg;
		return 0;
	case KEY_REPORT:
		e->report = arg;
		return 0;
	case ARGP_KEY_END:
		if (!e->what)
			argp_error(state, "which rule, or which finding?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option explain_options[] = {
	{ "report", KEY_REPORT, "FILE", 0, "The JSON report that has the finding", 1 },
	{ 0 },
};

/* Appends what is asked for. Prints what is wrong. Returns false then. */
static bool explain_rule(struct explain *e, const struct rules *rules,
			 const struct report_options *ro, struct strbuf *out)
{
	struct strbuf names = STRBUF_INIT;

	if (report_explain_rule(rules, e->what, ro, out) == 0)
		return true;
	options_rule_names(rules, &names);
	if (is_id(e->what))
		log_error("%s is the id of a finding; give the JSON report that has it with "
			  "--report FILE",
			  e->what);
	else
		log_error("there is no rule '%s'; there are %s", e->what, names.buf);
	strbuf_release(&names);
	return false;
}

static bool explain_finding(struct explain *e, const struct rules *rules,
			    const struct report_options *ro, struct strbuf *out)
{
	const char *error = NULL;
	struct report r;

	if (report_read(&e->arena, e->report, &r, &error)) {
		log_error("--report: %s", error);
		return false;
	}
	if (report_explain_finding(&r, rules, e->what, ro, out) == 0)
		return true;
	log_error("%s has no finding '%s'; 'id' of each of its %zu findings is what to ask for",
		  e->report, e->what, r.n_findings);
	return false;
}

static int explain(struct explain *e)
{
	const struct output to = { .format = "text" };
	struct report_options ro = { .color = options_color(&e->o, &to) };
	struct strbuf out = STRBUF_INIT;
	struct rules rules;
	bool ok = options_read_rules(&e->o, &rules);

	if (ok)
		ok = e->report ? explain_finding(e, &rules, &ro, &out)
			       : explain_rule(e, &rules, &ro, &out);
	ok = ok && options_write(&to, &out);
	strbuf_release(&out);
	rules_release(&rules);
	return ok ? EXIT_CLEAN : EXIT_ERROR;
}

static const struct argp_child children[] = {
	{ &options_rules_argp, 0, NULL, 0 },
	{ &options_talk_argp, 0, NULL, 0 },
	{ 0 },
};
static const struct argp argp = {
	.options = explain_options,
	.parser = parse,
	.args_doc = "RULE\nID --report FILE",
	.doc = "Explains a rule, named by its code (RL101) or its name; or one finding of a "
	       "JSON report at length: its whole path, what was not proved, and what would "
	       "refute it.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct explain e = { 0 };
	int status;

	options_init(&e.o);
	argp_parse(&argp, argc, argv, 0, NULL, &e);
	status = explain(&e);
	options_release(&e.o);
	arena_release(&e.arena);
	return status;
}

const struct command cmd_explain = {
	.name = "explain",
	.what = "what a rule means, or one finding of a report at length",
	.argp = &argp,
	.run = run,
	.operand = OPERAND_RULE,
};
