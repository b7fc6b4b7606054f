/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_INDEX_H
#define RELOCK_KBUILD_INDEX_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "kbuild/kbuild.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the text of all units says, also of those that nobody analyses: which
 * unit defines a function, and which units mention an identifier. It is a quick
 * look (scan.h), not a parse.
 *
 * The text of a unit is its source and the files next to it that it includes,
 * directly or through others: #include "x" resolved from the folder of the
 * including file, and not below a folder called include. Of headers only those
 * count that a single source includes: kernel/rcu/tree_plugin.h is a part of
 * tree.c, but what drivers share is no unit's own.
 */
struct index_options {
	const char *const *identifiers; /* whose mentions are wanted */
	size_t n_identifiers;
	const struct names *words; /* before a function's name: it is not traced; or NULL */
	const char *cache;	   /* file to keep the result in, or NULL: see index_cache_file() */
	unsigned int jobs;	   /* threads; 0: one for each online CPU */
};

struct index_def {
	const char *file; /* named as struct compile_unit.file; of the included file if it is there */
	uint32_t line;
	uint32_t unit; /* kb->units */
	bool is_static;
	bool notrace; /* one of the words says so; false: not known from the text */
};

struct index_name {
	const char *name;
	uint32_t first, n; /* defs */
};

struct source_index {
	struct arena arena;
	VEC(struct index_name) names;
	VEC(struct index_def) defs; /* grouped by name; of one name by unit, then as they stand */
	struct map64 by_name;	    /* hash of the name -> names; collisions take the next number */
	const char *const *identifiers;
	size_t n_identifiers;
	struct unit_list *mentions; /* one for each identifier */
	VEC(const char *) looked;   /* paths of all files that were looked for, found or not */
	size_t n_files;		    /* files that units consist of */
	size_t n_read;		    /* of them not found in the cache */
};

/*
 * Reads the units of @kb, or what the cache knows of them. Files that cannot be
 * read have no text. The index refers to @kb and to the identifiers.
 */
void index_open(struct source_index *ret, const struct kbuild *kb, const struct index_options *o);
void index_release(struct source_index *idx);

/*
 * The file of @kb's build directory that the index for @purpose may be kept in
 * (each has its own identifiers); NULL where that is the kernel tree or a part of
 * it, which nothing is written to.
 */
const char *index_cache_file(const struct kbuild *kb, const char *purpose, struct arena *a);

/*
 * All definitions of @function: how many, and @ret the first. 0 for what is
 * assembly, made by a macro, or not in this config.
 */
size_t index_find(const struct source_index *idx, const char *function,
		  const struct index_def **ret);

/* The unit that defines @function for others to call, or NULL. */
const struct index_def *index_find_external(const struct source_index *idx, const char *function);

/* The units that mention @identifier, ascending; @ret_n is how many. */
const size_t *index_mentions(const struct source_index *idx, const char *identifier,
			     size_t *ret_n);

#endif
