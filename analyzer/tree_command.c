// SPDX-License-Identifier: MIT
#include "tree_command.h"

#include <string.h>

static const struct argp_child children[] = {
	{ &options_tree_argp, 0, NULL, 0 },  { &options_given_argp, 0, NULL, 0 },
	{ &options_rules_argp, 0, NULL, 0 }, { &options_output_argp, 0, NULL, 0 },
	{ &options_talk_argp, 0, NULL, 0 },  { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; children[i].argp; i++)
		state->child_inputs[i] = state->input;
	return 0;
}

static const struct argp_option no_options[] = { { 0 } };

const struct argp tree_command_argp = { .options = no_options,
					.parser = parse,
					.children = children };

void tree_command_inputs(struct tree_command *c, struct argp_state *state, size_t n)
{
	for (size_t i = 0; i < n; i++)
		state->child_inputs[i] = &c->o;
}

void tree_command_init(struct tree_command *c)
{
	memset(c, 0, sizeof(*c));
	options_init(&c->o);
	study_init(&c->st, &c->o);
}

static int analyse_and_report(struct tree_command *c)
{
	struct report_options ro = { 0 };
	int status;

	if (!options_project(&c->o) || !options_check(&c->o) || (c->before && !c->before(c)) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	if ((c->after && !c->after(c, &ro)) || !options_report(&c->o, &c->st.report, &ro))
		return EXIT_ERROR;
	status = c->judge ? c->judge(c) : EXIT_CLEAN;
	if (status == EXIT_CLEAN && c->st.report.n_failed)
		return EXIT_PARTLY;
	return status;
}

int tree_command_run(struct tree_command *c, const struct argp *argp, int argc, char **argv)
{
	int status;

	argp_parse(argp, argc, argv, 0, NULL, c);
	progress_start(c->o.progress);
	status = analyse_and_report(c);
	progress_end();
	return status;
}

bool tree_command_has_function(const struct tree_command *c, const char *name)
{
	for (size_t i = 0; i < c->st.program.funcs.n; i++) {
		if (!strcmp(func_name(&c->st.program, (uint32_t)i), name))
			return true;
	}
	return false;
}

void tree_command_release(struct tree_command *c)
{
	study_release(&c->st);
	options_release(&c->o);
}
