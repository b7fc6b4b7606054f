// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "command.h"
#include "options.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const commands[] = {
	&cmd_check,   &cmd_sections, &cmd_attach, &cmd_whatif, &cmd_diff,
	&cmd_explain, &cmd_repro,    &cmd_lab,    &cmd_facts,  &cmd_cache, &cmd_help, NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static void print_version(FILE *to, struct argp_state *state)
{
	struct strbuf sb = STRBUF_INIT;

	version_add(&sb);
	fputs(sb.buf, to);
	strbuf_release(&sb);
}

static int run_command(const struct command *command, int argc, char **argv)
{
	/* argp's messages begin with argv[0]. */
	char self[64];

	snprintf(self, sizeof(self), "relock %s", command->name);
	argv[0] = self;
	return command->run(argc, argv);
}

static int help_on(const char *topic)
{
	char *argv[] = { NULL, topic ? xstrdup(topic) : NULL, NULL };
	int status = run_command(&cmd_help, topic ? 2 : 1, argv);

	free(argv[1]);
	return status;
}

/* "--version", alone or with "--verbose" on either side of it. */
static int say_version(int argc, char **argv)
{
	const struct output to = { .format = "the version" };
	struct strbuf sb = STRBUF_INIT;
	bool verbose = false, ok;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--verbose") || !strcmp(argv[i], "-v")) {
			verbose = true;
		} else if (strcmp(argv[i], "--version") != 0 && strcmp(argv[i], "-V") != 0) {
			log_error("--version goes with --verbose only, not with '%s'", argv[i]);
			return EXIT_ERROR;
		}
	}
	if (verbose)
		version_add_verbose(&sb);
	else
		version_add(&sb);
	ok = options_write(&to, &sb);
	strbuf_release(&sb);
	return ok ? EXIT_CLEAN : EXIT_ERROR;
}

static bool wants_version(int argc, char **argv)
{
	const char *first = argv[1];

	if (argc == 3 && (!strcmp(first, "--verbose") || !strcmp(first, "-v")))
		first = argv[2];
	return !strcmp(first, "--version") || !strcmp(first, "-V");
}

int main(int argc, char **argv)
{
	struct strbuf names = STRBUF_INIT;
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct command *command;

	if (argc && !strcmp(fs_basename(argv[0]), "relock-check"))
		return cmd_relock_check(argc, argv);
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_ERROR;
	if (!name) {
		log_error("which command? 'relock help' lists them");
		return EXIT_ERROR;
	}
	if (wants_version(argc, argv))
		return say_version(argc, argv);
	if (!strncmp(name, "--help=", 7))
		return help_on(name + 7);
	if (!strcmp(name, "--help") || !strcmp(name, "-?") || !strcmp(name, "-h"))
		return help_on(argc > 2 ? argv[2] : NULL);
	command = command_find(name);
	if (command)
		return run_command(command, argc - 1, argv + 1);
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", commands[i]->name);
	log_error("there is no command '%s'; there are %s", name, names.buf);
	strbuf_release(&names);
	return EXIT_ERROR;
}
