/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_RUN_H
#define RELOCK_BASE_RUN_H

#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* A child process, started without a shell. */
struct run_options {
	const char *const *argv; /* NULL at the end; argv[0] is looked for in PATH */
	const char *cwd;	 /* or NULL for ours */
	const char *const *env;	 /* "NAME=value" sets, "NAME" takes away; NULL at the end; or NULL */
	const char *input;	 /* what it reads on standard input, or NULL for nothing */
	size_t input_len;
	size_t max_output;	 /* bytes kept of each stream; 0: 1 MiB */
	unsigned int timeout;	 /* seconds; 0: none */
	void (*tick)(void *data); /* called several times a second while it runs; or NULL */
	void *data;
};

struct run_result {
	struct strbuf out, err; /* the first max_output bytes of each */
	bool out_cut, err_cut;	/* there was more; it was read and dropped */
	bool timed_out;		/* it and its children were killed */
	int status;		/* exit status, or -1 when a signal ended it */
	int signal;		/* that signal, or 0 */
};

/*
 * Runs the child to its end. Both streams are always read to their end, so
 * that it never blocks on a full pipe. Returns 0 if it ran, whatever came of
 * it; or a negative errno if it could not be started (-ENOENT: no such
 * program). @ret is set only on success; give it to run_release().
 */
int run(const struct run_options *o, struct run_result *ret);
void run_release(struct run_result *r);

/*
 * The path of @program in PATH, malloc'ed, or NULL when there is none that may
 * be executed. A name with a slash is looked at as it is.
 */
char *run_find(const char *program);

#endif
