/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_PREPARE_H
#define RELOCK_KBUILD_PREPARE_H

#include "kbuild/commands.h"
#include "kbuild/kbuild.h"

/*
 * Our own build directory of the tree @kb->tree, below the cache: makes it, or
 * renews it when the tree or the config have changed since, or takes it as it
 * is; then reads its commands into @ret (which is initialised). Sets @kb->build and @kb->lock_fd.
 * Returns 0 or a negative errno with a message for the user.
 */
int prepare_open(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules,
		 struct commands *ret, const char **ret_error);

/*
 * Makes, in a build directory of our own, what 'make prepare' leaves to the build of each
 * folder: headers and units that scripts write (SELinux's flask.h, those of ASN.1). Once, and
 * not offline. Returns whether there may be something new.
 */
bool prepare_generate(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules);

/* Which of the rules' host programs is missing, as "NAME (Debian: PACKAGE)", or NULL. In @a. */
const char *prepare_missing_tool(const struct rules *rules, struct arena *a);

/* The package of the tool that CONFIG_@symbol needs and that is missing here, or NULL. */
const struct rule_tool *prepare_tool_of(const struct rules *rules, const char *symbol);

/* Is the tool installed? It is a program, or a header where its name ends in ".h". */
bool prepare_has_tool(const struct rule_tool *t);

/*
 * What a make, or a kernel developer's shell, around us has set and that is not for
 * a build of ours; for run_options.env.
 */
extern const char *const prepare_make_env[];

/* The line of make's or the compiler's output that says what went wrong. In @a, or constant. */
const char *prepare_first_error(const char *err, const char *out, struct arena *a);

#endif
