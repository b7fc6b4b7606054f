/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FACTS_DEPS_H
#define RELOCK_FACTS_DEPS_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
 * What of the file system the facts of a unit depend on, besides its command:
 * the content of every file that was read; and for every name that an #include
 * or __has_include() in these files may look for, in which folders there is
 * such a file and in which there is none. A header that appears earlier in the
 * include path than the one that was read changes the second, and so does one
 * that goes away.
 *
 * Names are taken from the text of the files, whether or not the preprocessor
 * came by: that gives some that nobody looked for, and misses none.
 */
struct deps_file {
	const char *path; /* absolute */
	const char *hash; /* of its content, 32 hex digits */
};

struct deps_name {
	bool known; /* present holds already; while they are made */
	const char *name;
	uint64_t present; /* bit i: dirs[i] has a file of that name */
};

struct deps_beside {
	const char *path; /* looked for in the folder of the including file */
	bool known;
	bool present;
};

struct deps_set; /* of strings; private to deps.c */

struct deps {
	struct arena arena;
	VEC(struct deps_file) files;
	VEC(const char *) dirs; /* the include path, in no order that matters */
	VEC(struct deps_name) names;
	VEC(struct deps_beside) beside;
	/* While they are made: */
	const char *directory;
	VEC(const char *) computed; /* folders of files that say #include MACRO */
	struct deps_set *seen_files, *seen_names, *seen_beside;
	bool asks;    /* it asks whether there is a file, by __has_include, or missed one */
	bool missing; /* there is no unit */
	bool unknown; /* there is more than can be said here: such a unit is not kept */
};

/* What this run has seen of the file system; each thing is looked at once. */
struct deps_view;
struct deps_view *deps_view_new(void);
void deps_view_free(struct deps_view *v);

/*
 * Calls @visit for every path that was looked at: what deps_hold() of deps that
 * hold says can change only if the time stamp of one of them does, or if one
 * comes or goes. Returns false where even that is not certain.
 */
typedef void deps_visit_fn(void *data, const char *path);
bool deps_view_paths(const struct deps_view *v, deps_visit_fn *visit, void *data);

/*
 * Begins with what the command says: @argv ends with NULL, relative paths start
 * at @directory (may be NULL). A command with options that read files in ways
 * not known here, or without -nostdinc, makes the deps unknown.
 */
void deps_init(struct deps *d, const char *directory, const char *const *argv);
void deps_release(struct deps *d);

/* A file that the parse read, with the content that it had then. */
void deps_add_file(struct deps *d, const char *path, const char *text, size_t len);
/* Text that is no file of the tree (the prelude): only what it includes counts. */
void deps_add_text(struct deps *d, const char *text, size_t len);

/*
 * The parse failed: what makes it so may be that something was not found, so
 * it counts what was not there.
 */
void deps_add_failure(struct deps *d);
/* The unit itself, that is not there. @path is absolute. */
void deps_add_missing(struct deps *d, const char *path);

/*
 * Would the files of @base be found where they were by a command that searches
 * the folders of @d? It must search those of @base, and there must be none of
 * the files' names in its others. @v is for this @base alone.
 */
bool deps_fit(const struct deps *d, const struct deps *base, struct deps_view *v);
/*
 * Adds what headers depend on that were parsed before, if deps_fit(). Comes
 * before anything else is added.
 */
void deps_add_base(struct deps *d, const struct deps *base);

/*
 * Looks where the names are. @since is when the parse began: if any folder has
 * changed since, what the parse saw there is not known any more. Returns
 * whether the deps say all that the facts depend on.
 */
bool deps_finish(struct deps *d, const struct timespec *since);

void deps_encode(const struct deps *d, struct strbuf *out);
/* Returns 0 or -EBADMSG. @ret refers to @data; the caller releases it either way. */
int deps_decode(struct deps *ret, const char *data, size_t len);

/*
 * Says what lies in or below the folder @from[i] as lying in @to[i]; the first
 * that fits counts.
 */
void deps_move(struct deps *d, const char *const *from, const char *const *to, size_t n);

/* Is everything as it was? */
bool deps_hold(const struct deps *d, struct deps_view *v);

#endif
