/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_SPARSE_SPARSE_H
#define RELOCK_SPARSE_SPARSE_H

#include "kbuild/kbuild.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A second opinion on locks: the packaged program sparse counts what each
 * function acquires and releases, and warns where paths disagree.
 */
enum sparse_kind {
	SPARSE_AT_EXIT,	   /* the function ends with another count than it says */
	SPARSE_PATHS,	   /* paths that meet have different counts */
	SPARSE_UNEXPECTED, /* a release of what the function did not acquire */
};

struct sparse_warning {
	enum sparse_kind kind;
	/*
	 * Where sparse found it: in a header, if the last thing that the function did
	 * is an inline function's. Relative to the tree, or as sparse names it if it is
	 * outside.
	 */
	const char *file;
	unsigned int line;
	const char *function;
	const char *unit; /* that has the function; the first of them */
};

struct sparse_failure {
	const char *file;  /* the unit */
	const char *error; /* its first error */
};

struct sparse_result {
	const char *version;
	struct sparse_warning *warnings; /* sorted by file, line, function; each once */
	size_t n_warnings;
	struct sparse_failure *failed; /* in the order of the units */
	size_t n_failed;
	size_t n_found; /* units whose words were there from an earlier run */
};

struct sparse_options {
	const char *program; /* NULL: "sparse" */
	unsigned int jobs;   /* 0: one for each online CPU */
	unsigned int timeout; /* seconds a unit may take; 0: 120 */
	/*
	 * Folder where its words are kept, or NULL; and for each of the units a hash
	 * of the content of all that it reads, or NULL: such a unit is not kept.
	 */
	const char *cache;
	const char *const *reads;
	void (*progress)(void *data, size_t done, size_t total);
	void *data;
};

/*
 * Runs sparse on the @n units at @units (indices into kb->units). Returns 0, or
 * a negative errno if it cannot be run at all: -ENOENT when it is not installed.
 * What @ret refers to is in @arena.
 */
int sparse_run(const struct kbuild *kb, const size_t *units, size_t n,
	       const struct sparse_options *o, struct arena *arena, struct sparse_result *ret);

/* "context imbalance: ..." in sparse's words. */
const char *sparse_kind_text(enum sparse_kind k);

#endif
