/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_OPTIONS_H
#define RELOCK_OPTIONS_H

#include "base/progress.h"
#include "base/vec.h"
#include "hazard/finding.h"
#include "reports/report.h"
#include "rules/rules.h"

#include <argp.h>
#include <stdbool.h>

/* Exit statuses, see the contract. */
enum exit_status {
	EXIT_CLEAN = 0,
	EXIT_FINDINGS = 1,
	EXIT_ERROR = 2,
	EXIT_PARTLY = 3,
};

#define FAIL_ON_NEVER ((int)SEV_ERROR + 1)

struct output {
	const char *format;
	const struct report_writer *writer; /* NULL where the command has formats of its own */
	const char *file; /* NULL: standard output */
};

/* What the commands that analyse a tree are told. */
struct options {
	const char *tree;
	const char *build;
	const char *config;
	const char *arch;
	const char *vmlinux;   /* or NULL */
	const char *functions; /* available_filter_functions, or NULL */
	const char *cache; /* NULL: the default */
	uint64_t cache_size; /* bytes that facts may take there */
	bool no_cache;
	bool profile;
	VEC(const char *) scope;
	VEC(const char *) rules;
	VEC(const char *) facts; /* folders with facts that travelled here */
	VEC(struct output) outputs;
	const char *const *formats; /* that a command has instead of the report writers; ends with NULL */
	const struct report_writer *const *writers; /* of the command; the first is the default */
	bool all;
	bool sparse;
	bool offline;
	const char *project; /* file; NULL: the one in the tree */
	bool no_project;
	const char *baseline;
	const char *write_baseline;
	const char *suppressions;
	VEC(const char *) evidence; /* what relock lab wrote */
	const char *since; /* a revision */
	int fail_on; /* a severity, or FAIL_ON_NEVER */
	unsigned int jobs; /* 0: one for each CPU */
	enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	enum progress_mode progress;
	int verbosity;
	uint64_t given;	    /* what was on the command line, see options_given() */
	struct arena arena; /* of what the project file says */
};

/* argp groups that a command adds to its own; their input is a struct options. */
extern const struct argp options_rules_argp; /* --rules */
extern const struct argp options_tree_argp;  /* --build, --scope, ...: to find and read a tree */
extern const struct argp options_given_argp; /* --facts, --profile */
extern const struct argp options_cache_argp; /* --cache, --cache-size */
extern const struct argp options_known_argp; /* --baseline, --since, --evidence, ... */
extern const struct argp options_output_argp; /* --output, --color */
extern const struct argp options_fail_argp;   /* --fail-on */
extern const struct argp options_talk_argp; /* -q, -v, --progress */

void options_init(struct options *o);
void options_release(struct options *o);

/*
 * Sets the option with that argp key as the command line does; @value, which is
 * kept and not copied, is NULL where it takes none. Returns 0; -ENOENT where no
 * option has the key; or -EINVAL, then @wrong says what the option takes:
 * "takes a size like ...".
 */
int options_set(struct options *o, int key, const char *value, struct strbuf *wrong);

/* The option with that long name, or NULL. */
const struct argp_option *options_find(const char *name);

/* Was the option on the command line? For options with a long name only. */
bool options_given(const struct options *o, int key);

/*
 * Adds what the project file says and the command line does not. Call when
 * o->tree is known. Prints what is wrong. Returns false then.
 */
bool options_project(struct options *o);

/*
 * Checks what can be told before anything is analysed: that the files that are
 * to be written can be. Prints what is wrong. Returns false then.
 */
bool options_check(const struct options *o);

/*
 * Writes @r to all outputs, or to standard output in the command's default
 * format. Prints what went wrong. Returns false then.
 */
bool options_report(const struct options *o, const struct report *r, const struct report_options *ro);

/* May escapes be written to the output? */
bool options_color(const struct options *o, const struct output *out);

/*
 * Reads the rules that came with relock, and those of --rules. Prints what is
 * wrong with them. Returns false then.
 */
bool options_read_rules(const struct options *o, struct rules *ret);

/* The folder of the rules that came with this binary, in @a; NULL where that cannot be told. */
const char *options_rules_dir(struct arena *a);

/* Appends the words that @option takes, between spaces. Returns false where it takes others too. */
bool options_values(const char *option, struct strbuf *out);

/* The cache folder, in @a: --cache, or below XDG_CACHE_HOME or HOME; NULL if there is none. */
const char *options_cache(const struct options *o, struct arena *a);

/* Appends "RL101 null-busy-counter, RL102 ...". */
void options_rule_names(const struct rules *rules, struct strbuf *out);

/*
 * Writes a report to where @out wants it. Prints what is wrong. Returns false
 * then.
 */
bool options_write(const struct output *out, const struct strbuf *text);

/* The program relock-check: what the kernel's make runs on each unit. Always returns 0. */
int cmd_relock_check(int argc, char **argv);

#endif
