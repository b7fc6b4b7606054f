// SPDX-License-Identifier: MIT
#include "study.h"

struct sections {
	struct options o;
	struct study st;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct sections *c = state->input;

	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < 5; i++)
		state->child_inputs[i] = &c->o;
	return 0;
}

static int sections(struct sections *c)
{
	const struct report_options ro = { 0 };

	if (!options_check(&c->o) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	if (!options_report(&c->o, &c->st.report, &ro))
		return EXIT_ERROR;
	return c->st.report.n_failed ? EXIT_PARTLY : EXIT_CLEAN;
}

int cmd_sections(int argc, char **argv)
{
	static const struct argp_option no_options[] = { { 0 } };
	static const struct argp_child children[] = {
		{ &options_tree_argp, 0, NULL, 0 },
		{ &options_given_argp, 0, NULL, 0 },
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_output_argp, 0, NULL, 0 },
		{ &options_talk_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = no_options,
		.parser = parse,
		.args_doc = "TREE",
		.doc = "Lists the critical sections of the locks that BPF programs can want, and "
		       "what a program can be attached to in each. Formats: text, json, dot.",
		.children = children,
	};
	struct sections c;
	int status;

	options_init(&c.o);
	c.o.writers = sections_writers;
	study_init(&c.st, &c.o);
	c.st.sections = true;
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = sections(&c);
	progress_end();
	study_release(&c.st);
	options_release(&c.o);
	return status;
}
