// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct explain {
	struct options o;
	const char *rule;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain *e = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 2; i++)
			state->child_inputs[i] = &e->o;
		return 0;
	case ARGP_KEY_ARG:
		if (e->rule)
			argp_error(state, "one rule at a time: '%s' is the second", arg);
		e->rule = arg;
		return 0;
	case ARGP_KEY_END:
		if (!e->rule)
			argp_error(state, "which rule?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option no_options[] = { { 0 } };

static int explain(struct explain *e)
{
	struct output to = { 0 };
	struct report_options ro = { .color = options_color(&e->o, &to) };
	struct strbuf out = STRBUF_INIT;
	int status = EXIT_CLEAN;
	struct rules rules;

	if (!options_read_rules(&e->o, &rules)) {
		rules_release(&rules);
		return EXIT_ERROR;
	}
	if (report_explain_rule(&rules, e->rule, &ro, &out) == 0) {
		if (fwrite(out.buf, 1, out.len, stdout) != out.len || fflush(stdout)) {
			log_error("cannot write to standard output: %s", strerror(errno));
			status = EXIT_ERROR;
		}
	} else {
		struct strbuf names = STRBUF_INIT;

		for (size_t i = 0; i < rules.hazards.n; i++)
			strbuf_addf(&names, "%s%s %s", i ? ", " : "", rules.hazards.v[i].code,
				    rules.hazards.v[i].name);
		log_error("there is no rule '%s'; there are %s", e->rule, names.buf);
		strbuf_release(&names);
		status = EXIT_ERROR;
	}
	strbuf_release(&out);
	rules_release(&rules);
	return status;
}

int cmd_explain(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_talk_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = no_options,
		.parser = parse,
		.args_doc = "RULE",
		.doc = "Explains a rule, named by its code (RL101) or its name.",
		.children = children,
	};
	struct explain e = { 0 };
	int status;

	options_init(&e.o);
	argp_parse(&argp, argc, argv, 0, NULL, &e);
	status = explain(&e);
	options_release(&e.o);
	return status;
}
