// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "study.h"

#include <string.h>

struct attach {
	struct options o;
	struct study st;
	VEC(const char *) functions;
};

/* TREE, then functions: the first is the child parser's. */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct attach *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 5; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case ARGP_KEY_ARG:
		if (!c->o.tree)
			return ARGP_ERR_UNKNOWN;
		vec_push(&c->functions, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A function that no unit mentions is a slip of the pen, not one that is safe. */
static bool is_known(const struct attach *c, const char *name)
{
	const struct report *r = &c->st.report;

	for (size_t i = 0; i < r->n_attachables; i++)
		if (!strcmp(r->attachables[i].name, name))
			return true;
	for (size_t i = 0; i < c->st.program.funcs.n; i++)
		if (!strcmp(func_name(&c->st.program, (uint32_t)i), name))
			return true;
	log_error("no analysed unit mentions a function or tracepoint '%s'", name);
	return false;
}

static int attach(struct attach *c)
{
	const struct report_options ro = { .functions = c->functions.v,
					   .n_functions = c->functions.n };

	if (!options_check(&c->o) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	for (size_t i = 0; i < c->functions.n; i++)
		if (!is_known(c, c->functions.v[i]))
			return EXIT_ERROR;
	if (!options_report(&c->o, &c->st.report, &ro))
		return EXIT_ERROR;
	return c->st.report.n_failed ? EXIT_PARTLY : EXIT_CLEAN;
}

int cmd_attach(int argc, char **argv)
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
		.args_doc = "TREE [FUNCTION...]",
		.doc = "Says of each function and tracepoint that is reached under a lock whether "
		       "a program may be attached to it, and which helpers it must not call there. "
		       "Formats: text, json, bpftrace.",
		.children = children,
	};
	struct attach c = { 0 };
	int status;

	options_init(&c.o);
	c.o.writers = attach_writers;
	study_init(&c.st, &c.o);
	c.st.sections = true;
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = attach(&c);
	progress_end();
	study_release(&c.st);
	vec_release(&c.functions);
	options_release(&c.o);
	return status;
}
