// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "clang/extract.h"
#include "command.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const commands[] = {
	&cmd_check, &cmd_sections, &cmd_attach, &cmd_whatif, &cmd_diff, &cmd_explain, &cmd_cache, NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static void usage(FILE *to)
{
	fprintf(to, "Usage: relock COMMAND [OPTION...]\n"
		    "Finds where BPF code in a Linux kernel tree can take a lock it already holds.\n\n"
		    "Commands:\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->what);
	fprintf(to, "\n'relock COMMAND --help' lists a command's options; 'relock --version' says "
		    "which version this is.\n");
}

static void print_version(FILE *to, struct argp_state *state)
{
	fprintf(to, "relock %s (libclang %s)\n", RELOCK_VERSION, extract_libclang_version());
}

int main(int argc, char **argv)
{
	struct strbuf names = STRBUF_INIT;
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct command *command;

	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_ERROR;
	if (!name) {
		usage(stderr);
		return EXIT_ERROR;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		print_version(stdout, NULL);
		return EXIT_CLEAN;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-?") || !strcmp(name, "help")) {
		usage(stdout);
		return EXIT_CLEAN;
	}
	command = command_find(name);
	if (command) {
		/* argp's messages begin with argv[0]. */
		char self[64];

		snprintf(self, sizeof(self), "relock %s", name);
		argv[1] = self;
		return command->run(argc - 1, argv + 1);
	}
	for (size_t i = 0; commands[i]; i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", commands[i]->name);
	log_error("there is no command '%s'; there are %s", name, names.buf);
	strbuf_release(&names);
	return EXIT_ERROR;
}
