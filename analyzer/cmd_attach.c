// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "command.h"
#include "tree_command.h"

#include <string.h>

struct attach {
	struct tree_command c;
	VEC(const char *) functions;
};

static struct attach *to_attach(struct tree_command *c)
{
	return (struct attach *)c;
}

enum { KEY_COMPARE = 0x400 };

/* TREE, then functions: the first is the child parser's. */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tree_command *c = state->input;

	switch (key) {
	case KEY_COMPARE:
		c->st.compare = true;
		return 0;
	case ARGP_KEY_INIT:
		tree_command_inputs(c, state, 1);
		return 0;
	case ARGP_KEY_ARG:
		if (!c->o.tree)
			return ARGP_ERR_UNKNOWN;
		vec_push(&to_attach(c)->functions, arg);
		c->st.needs_program = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A function that no unit mentions is a slip of the pen, not one that is safe. */
static bool is_known(const struct tree_command *c, const char *name)
{
	const struct report *r = &c->st.report;

	for (size_t i = 0; i < r->n_attachables; i++) {
		if (!strcmp(r->attachables[i].name, name))
			return true;
	}
	if (tree_command_has_function(c, name))
		return true;
	log_error("no analysed unit mentions a function or tracepoint '%s'", name);
	return false;
}

static bool after(struct tree_command *c, struct report_options *ro)
{
	const struct attach *a = to_attach(c);

	ro->functions = a->functions.v;
	ro->n_functions = a->functions.n;
	for (size_t i = 0; i < a->functions.n; i++) {
		if (!is_known(c, a->functions.v[i]))
			return false;
	}
	return true;
}

static const struct argp_option options[] = {
	{ "compare", KEY_COMPARE, NULL, 0,
	  "Say instead how good what the source says is, function by function, against the binaries: "
	  "--vmlinux, --functions, or the objects of --build", 0 },
	{ 0 },
};
static const struct argp_child children[] = { { &tree_command_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "TREE [FUNCTION...]",
	.doc = "Says of each function and tracepoint that is reached under a lock whether "
	       "a program may be attached to it, and which helpers it must not call there. "
	       "Formats: text, json, bpftrace.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct attach a = { 0 };
	int status;

	tree_command_init(&a.c);
	a.c.o.writers = attach_writers;
	a.c.st.sections = true;
	a.c.after = after;
	status = tree_command_run(&a.c, &argp, argc, argv);
	vec_release(&a.functions);
	tree_command_release(&a.c);
	return status;
}

const struct command cmd_attach = {
	.name = "attach",
	.what = "what must not be traced, and what still can be",
	.argp = &argp,
	.run = run,
	.writers = attach_writers,
	.operand = OPERAND_TREE,
};
