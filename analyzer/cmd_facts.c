// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "command.h"
#include "study.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct facts_command {
	struct options o;
	struct study st;
	const char *units; /* file with names, "-": standard input; NULL: the scope */
	const char *to;
	bool list;
};

enum { KEY_UNITS = 0x200, KEY_TO, KEY_LIST };

static const struct argp_option facts_options[] = {
	{ "list", KEY_LIST, NULL, 0, "Print the names of the units, a line each, and do no more",
	  1 },
	{ "units", KEY_UNITS, "FILE", 0,
	  "The units to read, a name a line as --list prints them; - is standard input", 1 },
	{ "to", KEY_TO, "DIR", 0, "Where the facts go, a file a unit", 1 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct facts_command *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		for (size_t i = 0; i < 3; i++)
			state->child_inputs[i] = &c->o;
		return 0;
	case KEY_LIST:
		c->list = true;
		return 0;
	case KEY_UNITS:
		c->units = arg;
		return 0;
	case KEY_TO:
		c->to = arg;
		return 0;
	case ARGP_KEY_END:
		if (c->list == (c->to != NULL))
			argp_error(state, "either --list, or --to DIR");
		if (c->units && (c->list || c->o.all || c->o.scope.n))
			argp_error(state, "--units excludes --list, --all and --scope");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int read_list(const char *path, struct strbuf *out)
{
	char buf[4096];
	size_t n;

	if (strcmp(path, "-") != 0)
		return fs_read(path, out);
	while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		strbuf_add(out, buf, n);
	return ferror(stdin) ? -EIO : 0;
}

/* Adds all units of the name: one file may be compiled twice. */
static bool add_unit(struct study *st, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < st->kb.units.n; i++) {
		if (strcmp(st->kb.units.v[i].file, name) != 0)
			continue;
		unit_list_add(&st->units, i);
		found = true;
	}
	return found;
}

static bool read_units(struct facts_command *c)
{
	struct strbuf text = STRBUF_INIT;
	unsigned int line = 0;
	char *rest = NULL;
	int err = read_list(c->units, &text);
	bool ok = !err;

	if (err)
		log_error("--units %s: %s", c->units, strerror(-err));
	for (char *s = text.buf; ok && s && *s; s = rest) {
		rest = strchr(s, '\n');
		if (rest)
			*rest++ = '\0';
		line++;
		if (*s && !add_unit(&c->st, s)) {
			log_error("--units %s:%u: there is no unit '%s' in this config; "
				  "'relock facts TREE --list' names them",
				  c->units, line, s);
			ok = false;
		}
	}
	if (ok && !c->st.units.v.n) {
		log_error("--units %s: it names no unit", c->units);
		ok = false;
	}
	strbuf_release(&text);
	return ok;
}

static int print_list(const struct study *st)
{
	const char *last = "";

	for (size_t i = 0; i < st->units.v.n; i++) {
		const char *file = st->kb.units.v[st->units.v.v[i]].file;

		if (strcmp(file, last) != 0)
			printf("%s\n", file);
		last = file;
	}
	if (fflush(stdout)) {
		log_error("cannot write to standard output: %s", strerror(errno));
		return EXIT_ERROR;
	}
	return EXIT_CLEAN;
}

static int tell(const struct facts_command *c, size_t n)
{
	size_t n_failed = 0, n_there = 0, n_lost = 0;

	for (size_t i = 0; i < n; i++) {
		const struct compile_unit *u = &c->st.kb.units.v[c->st.units.v.v[i]];
		const struct pool_result *r = &c->st.results[i];

		n_there += r->found && !r->error;
		/* An error that may not come again was not to be kept. */
		n_lost += !r->found && !r->kept && (r->reads || !r->error);
		if (!r->error)
			continue;
		log_warn("%s: %s", u->file, r->error);
		n_failed++;
	}
	log_info("%s: facts of %zu units, %zu of them were there; %zu failed", c->to, n - n_failed,
		 n_there, n_failed);
	/* What could not be kept is read again where the facts are put together. */
	if (n_lost)
		log_warn("%s: facts of %zu units could not be kept there", c->to, n_lost);
	if (n_failed == n)
		return EXIT_ERROR;
	return n_failed ? EXIT_PARTLY : EXIT_CLEAN;
}

static int make_facts(struct facts_command *c)
{
	struct study *st = &c->st;
	int err;
	bool done;

	err = facts_cache_open_travelling(&st->given, c->to, st->kb.tree, st->kb.build);
	if (err) {
		log_error("--to %s: %s", c->to, strerror(-err));
		return EXIT_ERROR;
	}
	done = study_extract_to(st, &st->given);
	progress_end();
	if (!done)
		return EXIT_ERROR;
	return tell(c, st->units.v.n);
}

static int facts(struct facts_command *c)
{
	if (!options_project(&c->o) || !study_open_tree(&c->st))
		return EXIT_ERROR;
	if (c->units ? !read_units(c) : !study_select_units(&c->st))
		return EXIT_ERROR;
	if (c->list && !study_list_units(&c->st))
		return EXIT_ERROR;
	progress_end();
	return c->list ? print_list(&c->st) : make_facts(c);
}

static const struct argp_child children[] = {
	{ &options_tree_argp, 0, NULL, 0 },
	{ &options_rules_argp, 0, NULL, 0 },
	{ &options_talk_argp, 0, NULL, 0 },
	{ 0 },
};
static const struct argp argp = {
	.options = facts_options,
	.parser = parse,
	.args_doc = "TREE",
	.doc = "Reads units of the kernel source tree TREE and writes what they say below "
	       "--to, for a later 'relock check TREE --facts DIR', here or on another "
	       "machine.",
	.children = children,
};

static int run(int argc, char **argv)
{
	struct facts_command c = { 0 };
	int status;

	options_init(&c.o);
	study_init(&c.st, &c.o);
	argp_parse(&argp, argc, argv, 0, NULL, &c);
	progress_start(c.o.progress);
	status = facts(&c);
	progress_end();
	study_release(&c.st);
	options_release(&c.o);
	return status;
}

const struct command cmd_facts = {
	.name = "facts",
	.what = "what some units say, to be put together elsewhere",
	.argp = &argp,
	.run = run,
	.operand = OPERAND_TREE,
};
