// SPDX-License-Identifier: MIT
#include "command.h"
#include "known.h"
#include "tree_command.h"

struct check {
	struct tree_command c;
	struct known_findings known;
};

static struct check *to_check(struct tree_command *c)
{
	return (struct check *)c;
}

static bool before(struct tree_command *c)
{
	for (size_t i = 0; i < c->o.outputs.n; i++)
		c->st.sections |= c->o.outputs.v[i].writer->sections;
	return known_read(&to_check(c)->known);
}

static bool after(struct tree_command *c, struct report_options *ro)
{
	known_mark(&to_check(c)->known, &c->st.report);
	return true;
}

static int judge(struct tree_command *c)
{
	if (!known_write(&to_check(c)->known, &c->st.report))
		return EXIT_ERROR;
	for (size_t i = 0; i < c->st.report.n_findings; i++) {
		const struct finding *f = &c->st.report.findings[i];

		if (!finding_known(f) && (int)f->severity >= c->o.fail_on)
			return EXIT_FINDINGS;
	}
	return EXIT_CLEAN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	tree_command_inputs(state->input, state, 3);
	return 0;
}

static const struct argp_option no_options[] = { { 0 } };
static const struct argp_child children[] = {
	{ &tree_command_argp, 0, NULL, 0 },
	{ &options_fail_argp, 0, NULL, 0 },
	{ &options_known_argp, 0, NULL, 0 },
	{ 0 },
};
static const struct argp argp = {
	.options = no_options,
	.parser = parse,
	.args_doc = "TREE",
	.doc = "Analyses the kernel source tree TREE and reports what it finds.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct check k;
	int status;

	tree_command_init(&k.c);
	known_init(&k.known, &k.c.o);
	k.c.before = before;
	k.c.after = after;
	k.c.judge = judge;
	status = tree_command_run(&k.c, &argp, argc, argv);
	known_release(&k.known);
	tree_command_release(&k.c);
	return status;
}

const struct command cmd_check = {
	.name = "check",
	.what = "analyse a kernel tree and report",
	.argp = &argp,
	.run = run,
	.writers = report_writers,
	.operand = OPERAND_TREE,
};
