// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "command.h"
#include "tree_command.h"

#include <string.h>

enum key {
	KEY_GUARD = 0x200,
	KEY_NOTRACE,
	KEY_NO_FTRACE,
};

struct whatif_cmd {
	struct tree_command c;
	VEC(struct remedy_guard) guards;
	VEC(const char *) notrace;
	VEC(const char *) objects;
	struct remedy_names names;
};

static struct whatif_cmd *to_whatif(struct tree_command *c)
{
	return (struct whatif_cmd *)c;
}

static const struct argp_option own_options[] = {
	{ "guard", KEY_GUARD, "FUNCTION:COUNTER", 0,
	  "COUNTER is raised while FUNCTION runs (repeatable)", 0 },
	{ "notrace", KEY_NOTRACE, "FUNCTION", 0, "FUNCTION is notrace (repeatable)", 0 },
	{ "no-ftrace", KEY_NO_FTRACE, "OBJECT", 0,
	  "OBJECT is built without the ftrace flags, as CFLAGS_REMOVE does (repeatable)", 0 },
	{ 0 },
};

static void add_guard(struct whatif_cmd *c, char *arg, struct argp_state *state)
{
	char *colon = strchr(arg, ':');

	if (!colon || colon == arg || !colon[1])
		argp_error(state, "--guard takes FUNCTION:COUNTER, not '%s'", arg);
	*colon = '\0';
	vec_push(&c->guards, ((struct remedy_guard){ arg, colon + 1 }));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct whatif_cmd *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		tree_command_inputs(&c->c, state, 1);
		return 0;
	case KEY_GUARD:
		add_guard(c, arg, state);
		return 0;
	case KEY_NOTRACE:
		vec_push(&c->notrace, arg);
		return 0;
	case KEY_NO_FTRACE:
		vec_push(&c->objects, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool has_function(const struct whatif_cmd *c, const char *option, const char *name)
{
	if (tree_command_has_function(&c->c, name))
		return true;
	log_error("%s: no analysed unit mentions a function '%s'", option, name);
	return false;
}

/* A counter is a variable, or "record.field" of one that objects point to. */
static bool has_counter(const struct whatif_cmd *c, const char *name)
{
	for (size_t i = 0; i < c->c.st.program.gvars.n; i++)
		if (!strcmp(program_str(&c->c.st.program, c->c.st.program.gvars.v[i].name), name))
			return true;
	if (strchr(name, '.') && program_find_string(&c->c.st.program, name) != FACTS_NONE)
		return true;
	log_error("--guard: no analysed unit has a counter '%s'", name);
	return false;
}

static bool has_object(const struct whatif_cmd *c, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < c->c.st.kb.units.n; i++) {
		const char *file = c->c.st.kb.units.v[i].file;

		if (len > 2 && !strcmp(name + len - 2, ".o") && strlen(file) == len &&
		    !strncmp(file, name, len - 1))
			return true;
	}
	log_error("--no-ftrace: this config compiles no '%s'; objects are named like "
		  "kernel/bpf/core.o",
		  name);
	return false;
}

static bool names_are_known(const struct whatif_cmd *c)
{
	for (size_t i = 0; i < c->guards.n; i++)
		if (!has_function(c, "--guard", c->guards.v[i].function) ||
		    !has_counter(c, c->guards.v[i].counter))
			return false;
	for (size_t i = 0; i < c->notrace.n; i++)
		if (!has_function(c, "--notrace", c->notrace.v[i]))
			return false;
	for (size_t i = 0; i < c->objects.n; i++)
		if (!has_object(c, c->objects.v[i]))
			return false;
	return true;
}

static bool before(struct tree_command *c)
{
	struct whatif_cmd *w = to_whatif(c);

	w->names = (struct remedy_names){ w->guards.v,	w->guards.n,  w->notrace.v,
					  w->notrace.n, w->objects.v, w->objects.n };
	c->st.whatif = &w->names;
	c->st.needs_program = w->guards.n || w->notrace.n || w->objects.n;
	return true;
}

static bool after(struct tree_command *c, struct report_options *ro)
{
	return names_are_known(to_whatif(c));
}

static const struct argp_child children[] = { { &tree_command_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = own_options,
	.parser = parse,
	.args_doc = "TREE",
	.doc = "Says what the remedies that are named would leave of the findings, and what "
	       "they hide from tracing. Without any, proposes for each error the smallest "
	       "of each kind. Formats: text, json.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct whatif_cmd w = { 0 };
	int status;

	tree_command_init(&w.c);
	w.c.o.writers = whatif_writers;
	w.c.before = before;
	w.c.after = after;
	status = tree_command_run(&w.c, &argp, argc, argv);
	vec_release(&w.guards);
	vec_release(&w.notrace);
	vec_release(&w.objects);
	tree_command_release(&w.c);
	return status;
}

const struct command cmd_whatif = {
	.name = "whatif",
	.what = "what a remedy would leave of the findings",
	.argp = &argp,
	.run = run,
	.writers = whatif_writers,
	.operand = OPERAND_TREE,
};
