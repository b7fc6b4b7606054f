/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_KBUILD_H
#define RELOCK_KBUILD_KBUILD_H

#include "base/arena.h"
#include "base/vec.h"
#include "rules/rules.h"

#include <stdbool.h>

/* One translation unit and how it is compiled. */
struct compile_unit {
	const char *file;      /* relative to the tree; "build:NAME" for a generated one */
	const char *path;      /* to open it by */
	const char *object;    /* relative to the build directory */
	const char *directory; /* the compiler's working directory */
	const char **argv;     /* flags for clang, without compiler, source and output; NULL at the end */
	const char *optimise;  /* the last -O of the command, which is not in argv; NULL: none */
	bool ftrace;	       /* the command has the ftrace flags */
};

struct kbuild_options {
	const char *tree;
	const char *build;	 /* --build, or NULL */
	const char *config;	 /* --config, or NULL */
	const char *arch;	 /* ARCH=, or NULL for the host's */
	const char *cache;	 /* folder that own build directories are made in */
	bool offline;		 /* never run make */
	unsigned int jobs;	 /* for make -j; 0: one for each online CPU */
	const char *const *scope; /* folders and files that must be there: --scope, or the rules' */
	size_t n_scope;
	void (*progress)(void *data, const char *stage); /* a new stage; may be NULL */
	void (*tick)(void *data); /* several times a second while make runs; may be NULL */
	void *data;
};

struct kconfig_missing {
	const char *symbol;
	const char *why;     /* its unmet dependency, or how its value differs */
	const char *without; /* what is assumed then, or NULL */
};

struct kbuild {
	struct arena arena;
	const char *tree;	    /* absolute, no trailing slash */
	const char *build;	    /* absolute */
	const char *kernel_version; /* "6.12.117", "" where no Makefile says */
	const char *config;	    /* how the config came about, for the report; no path of the machine */
	VEC(struct compile_unit) units; /* all that have a command, sorted by file, then object */
	VEC(struct kconfig_missing) missing;
	int lock_fd; /* keeps others from renewing our build directory while we read it; or -1 */
};

/* Is the build directory one of relock's own? No object in it is of the user's making. */
static inline bool kbuild_is_own(const struct kbuild *kb)
{
	return kb->lock_fd >= 0;
}

/*
 * Finds the compile commands of @o->tree: from @o->build, from the tree's own
 * build, or by preparing a build directory of its own below @o->cache. Returns
 * 0, or a negative errno; then @ret_error is one message for the user that says
 * what, where and what to do.
 */
int kbuild_open(struct kbuild *ret, const struct kbuild_options *o, const struct rules *rules,
		const char **ret_error);
/*
 * Makes what units may miss that no build of all was made for, as far as that is ours to do
 * (prepare_generate()). Returns whether reading them again may go better.
 */
bool kbuild_generate(struct kbuild *kb, const struct kbuild_options *o, const struct rules *rules);
/*
 * The same for one command, as a build of the tree @tree in @build runs it there:
 * @argv (@n words) is a compiler, its options, -c and a file. The unit is what
 * kbuild_open() makes of that command when it finds it in @build afterwards.
 */
int kbuild_open_command(struct kbuild *ret, const char *tree, const char *build,
			const char *const *argv, size_t n, const struct rules *rules,
			const char **ret_error);
void kbuild_release(struct kbuild *kb);

struct unit_list {
	VEC(size_t) v; /* indices into kb->units, ascending, each once */
};

/* Adds one unit, if it is not in it yet. */
void unit_list_add(struct unit_list *list, size_t unit);

/*
 * Adds the units that the folder or file @path (relative to the tree) means:
 * those in it; or, where it is no unit itself, those of its folder that include
 * it (kernel/sched/build_policy.c includes ext.c) as far as the config goes.
 * Returns how many there are, whether or not they were in @ret before.
 */
size_t kbuild_scope(const struct kbuild *kb, const char *path, struct unit_list *ret);

#endif
