/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HELP_H
#define RELOCK_HELP_H

#include "base/strbuf.h"
#include "command.h"
#include "options.h"

/*
 * The one source of what relock says of itself: commands (command.h) and the
 * topics below. 'relock help', the man pages and the completion of the shells
 * are three ways to print it.
 */
struct help_block {
	enum {
		HELP_PARA, /* text */
		HELP_ITEM, /* term, and text about it */
		HELP_CODE, /* text as it is, lines and all */
		HELP_END,
	} kind;
	const char *term;
	const char *text;
};

struct help_topic {
	const char *name;
	const char *title; /* a line */
	int section;	   /* of the manual */
	const struct help_block *blocks;
};

/* Ends with one that has no name. */
extern const struct help_topic help_topics[];
extern const struct help_topic help_exit_status;

const struct help_topic *help_find_topic(const char *name);

/* An option as --help shows it. */
struct help_option {
	const char *name; /* the long one; or NULL */
	char key;	  /* the short one; or 0 */
	const char *arg;  /* or NULL */
	bool arg_optional;
	const char *doc;
};

struct help_options {
	VEC(struct help_option) v;
};

/* Appends all options of @argp and its children, then those that every command has. */
void help_collect(const struct argp *argp, struct help_options *ret);

/* What the option takes, between spaces: "error warning note never"; false if that is no list. */
bool help_values(const struct command *c, const struct help_option *o, struct strbuf *out);

/* The page relock(1), of a command, or of a topic. */
void help_man_program(struct strbuf *out);
void help_man_command(const struct command *c, struct strbuf *out);
void help_man_topic(const struct help_topic *t, struct strbuf *out);

/* Appends what @shell (bash, zsh, fish) sources; false if there is no such shell. */
bool help_completion(const char *shell, const struct rules *rules, struct strbuf *out);

#endif
