// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "study.h"

#include <string.h>

enum key {
	KEY_GUARD = 0x200,
	KEY_NOTRACE,
	KEY_NO_FTRACE,
};

struct whatif_cmd {
	struct options o;
	struct study st;
	VEC(struct remedy_guard) guards;
	VEC(const char *) notrace;
	VEC(const char *) objects;
	struct remedy_names names;
};

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
		for (size_t i = 0; i < 5; i++)
			state->child_inputs[i] = &c->o;
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
	for (size_t i = 0; i < c->st.program.funcs.n; i++)
		if (!strcmp(func_name(&c->st.program, (uint32_t)i), name))
			return true;
	log_error("%s: no analysed unit mentions a function '%s'", option, name);
	return false;
}

/* A counter is a variable, or "record.field" of one that objects point to. */
static bool has_counter(const struct whatif_cmd *c, const char *name)
{
	for (size_t i = 0; i < c->st.program.gvars.n; i++)
		if (!strcmp(program_str(&c->st.program, c->st.program.gvars.v[i].name), name))
			return true;
	if (strchr(name, '.') && program_find_string(&c->st.program, name) != FACTS_NONE)
		return true;
	log_error("--guard: no analysed unit has a counter '%s'", name);
	return false;
}

static bool has_object(const struct whatif_cmd *c, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < c->st.kb.units.n; i++) {
		const char *file = c->st.kb.units.v[i].file;

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

static int whatif(struct whatif_cmd *c)
{
	const struct report_options ro = { 0 };

	c->names = (struct remedy_names){ c->guards.v,	c->guards.n,  c->notrace.v,
					  c->notrace.n, c->objects.v, c->objects.n };
	c->st.whatif = &c->names;
	if (!options_check(&c->o) || !study_run(&c->st))
		return EXIT_ERROR;
	progress_end();
	if (!names_are_known(c) || !options_report(&c->o, &c->st.report, &ro))
		return EXIT_ERROR;
	return c->st.report.n_failed ? EXIT_PARTLY : EXIT_CLEAN;
}

int cmd_whatif(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &options_tree_argp, 0, NULL, 0 },
		{ &options_given_argp, 0, NULL, 0 },
		{ &options_rules_argp, 0, NULL, 0 },
		{ &options_output_argp, 0, NULL, 0 },
		{ &options_talk_argp, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = own_options,
		.parser = parse,
		.args_doc = "TREE",
		.doc = "Says what the remedies that are named would leave of the findings, and what "
		       "they hide from tracing. Without any, proposes for each error the smallest "
		       "of each kind. Formats: text, json.",
		.children = children,
	};
	struct whatif_cmd c = { 0 };
	int status;

	options_init(&c.o);
	c.o.writers = whatif_writers;
	study_init(&c.st, &c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = whatif(&c);
	progress_end();
	study_release(&c.st);
	vec_release(&c.guards);
	vec_release(&c.notrace);
	vec_release(&c.objects);
	options_release(&c.o);
	return status;
}
