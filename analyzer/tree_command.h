/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_TREE_COMMAND_H
#define RELOCK_TREE_COMMAND_H

#include "study.h"

/*
 * A command that analyses a TREE and reports: what check, sections, attach and
 * whatif have in common. The command's own struct begins with this one, so that
 * its functions and its argp parser get at their own members.
 */
struct tree_command {
	struct options o;
	struct study st;

	/* The steps that a command adds; each may be NULL. They print what is wrong and return
	 * false then, which ends the command with EXIT_ERROR. */
	bool (*before)(struct tree_command *c); /* nothing was analysed yet */
	bool (*after)(struct tree_command *c, struct report_options *ro); /* nothing written yet */
	/* After everything was written: the status to end with, or EXIT_CLEAN. */
	int (*judge)(struct tree_command *c);
};

/* The options of all such commands; the input is the struct options. */
extern const struct argp tree_command_argp;

/* Call first; then set what the command wants otherwise. */
void tree_command_init(struct tree_command *c);

/* Parses the arguments with @argp, whose input is @c; analyses; reports. Returns an exit status. */
int tree_command_run(struct tree_command *c, const struct argp *argp, int argc, char **argv);

/* For parsers of commands: hands the options on to the @n children of the command's argp. */
void tree_command_inputs(struct tree_command *c, struct argp_state *state, size_t n);

/* Does an analysed unit mention a function of that name? */
bool tree_command_has_function(const struct tree_command *c, const char *name);

void tree_command_release(struct tree_command *c);

#endif
