// SPDX-License-Identifier: MIT
#include "command.h"
#include "tree_command.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	tree_command_inputs(state->input, state, 1);
	return 0;
}

static const struct argp_option no_options[] = { { 0 } };
static const struct argp_child children[] = { { &tree_command_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = no_options,
	.parser = parse,
	.args_doc = "TREE",
	.doc = "Lists the critical sections of the locks that BPF programs can want, and "
	       "what a program can be attached to in each. Formats: text, json, dot.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct tree_command c;
	int status;

	tree_command_init(&c);
	c.o.writers = sections_writers;
	c.st.sections = true;
	status = tree_command_run(&c, &argp, argc, argv);
	tree_command_release(&c);
	return status;
}

const struct command cmd_sections = {
	.name = "sections",
	.what = "every critical section, and what can be attached to in it",
	.argp = &argp,
	.run = run,
	.writers = sections_writers,
	.operand = OPERAND_TREE,
};
