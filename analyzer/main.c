// SPDX-License-Identifier: MIT
#include "base/fs.h"
#include "base/log.h"
#include "clang/extract.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command_entry {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "check", cmd_check, "analyse a kernel tree and report" },
	{ "sections", cmd_sections, "every critical section, and what can be attached to in it" },
	{ "attach", cmd_attach, "what must not be traced, and what still can be" },
	{ "whatif", cmd_whatif, "what a remedy would leave of the findings" },
	{ "diff", cmd_diff, "what is new and what is fixed between two JSON reports" },
	{ "explain", cmd_explain, "what a rule means, or one finding of a report at length" },
	{ "facts", cmd_facts, "what some units say, to be put together elsewhere" },
	{ "cache", cmd_cache, "what is kept from run to run" },
};

static void usage(FILE *to)
{
	fprintf(to, "Usage: relock COMMAND [OPTION...]\n"
		    "Finds where BPF code in a Linux kernel tree can take a lock it already holds.\n\n"
		    "Commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].what);
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

	if (argc && !strcmp(fs_basename(argv[0]), "relock-check"))
		return cmd_relock_check(argc, argv);
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
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i].name)) {
			/* argp's messages begin with argv[0]. */
			char self[64];

			snprintf(self, sizeof(self), "relock %s", name);
			argv[1] = self;
			strbuf_release(&names);
			return commands[i].run(argc - 1, argv + 1);
		}
		strbuf_addf(&names, "%s%s", i ? ", " : "", commands[i].name);
	}
	log_error("there is no command '%s'; there are %s", name, names.buf);
	strbuf_release(&names);
	return EXIT_ERROR;
}
