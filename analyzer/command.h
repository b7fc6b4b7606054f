/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_COMMAND_H
#define RELOCK_COMMAND_H

#include "reports/report.h"

#include <argp.h>
#include <stddef.h>

/* A command of relock. Its help, its man page and what a shell completes all come from this. */
struct command {
	const char *name;
	const char *what;	 /* a line */
	const struct argp *argp; /* its options, arguments and text */
	/* Gets the command's name as argv[0]; returns an exit status. */
	int (*run)(int argc, char **argv);
	/* What --output takes: the one or the other, or none. Both end with NULL. */
	const struct report_writer *const *writers;
	const char *const *formats;
	/* What its arguments are, for completion. */
	enum command_operand {
		OPERAND_NONE,
		OPERAND_TREE,
		OPERAND_FILES,
		OPERAND_RULE,
		OPERAND_TOPIC,
	} operand;
};

extern const struct command cmd_check, cmd_sections, cmd_attach, cmd_whatif, cmd_diff, cmd_explain,
	cmd_repro, cmd_lab, cmd_facts, cmd_cache, cmd_help;

/* All of them, in the order in which people want to read of them; NULL at the end. */
extern const struct command *const commands[];

/* NULL if there is none. */
const struct command *command_find(const char *name);

#endif
