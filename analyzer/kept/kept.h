/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KEPT_KEPT_H
#define RELOCK_KEPT_KEPT_H

#include "base/vec.h"
#include "facts/cache.h"
#include "hazard/finding.h"

#include <time.h>

/*
 * What the analysis has found out, kept from run to run.
 *
 * A result is named by a hash of all that it is made from: the facts of the
 * units, the rules, the options that shape it, and the sources of this program.
 * Beside it is the state of the tree that it came out of: the time, size and
 * inode of every file and folder that anything was read from or looked for in,
 * as in git's index. As long as these are the same nothing is read at all. A
 * state is kept only if everything in it is older than the run: what changed
 * meanwhile may have been read before or after.
 *
 * An entry that is damaged in any way counts as none; trouble with writing costs
 * the entry and is no error.
 */

/* A hash of the sources that results are made by. Made when relock is built. */
extern const char result_makers[];

struct kept_key {
	char hex[33];
};

struct kept_key kept_key(const char *text, size_t len);

/* Appends what stands for the content of @path: its time, size and inode, or that there is none. */
void kept_add_stamp(const char *path, struct strbuf *out);

/* Files and folders that a result depends on, each once. */
struct kept_paths {
	struct arena arena;
	struct kept_path *seen; /* private */
	VEC(const char *) v;
};

void kept_paths_add(struct kept_paths *p, const char *path);
void kept_paths_release(struct kept_paths *p);

/*
 * Fills what report_decode() says of @ret with the result called @key in the
 * cache below the folder @dir, if it is there. Strings live in @a.
 */
bool kept_result_find(const char *dir, const struct kept_key *key, struct arena *a,
		      struct report *ret);
void kept_result_store(const char *dir, const struct kept_key *key, const struct report *r);

/* The same for @n lists of names. */
bool kept_names_find(const char *dir, const struct kept_key *key, struct arena *a,
		     struct strlist *ret, size_t n);
void kept_names_store(const char *dir, const struct kept_key *key, const struct strlist *lists,
		      size_t n);

/*
 * Is everything as it was in the state called @key? Then @ret is the result that
 * came out of it, and @ret_facts has the facts that it was made from.
 */
struct kept_facts {
	VEC(struct facts_key) v;
};
bool kept_state_find(const char *dir, const struct kept_key *key, struct kept_key *ret,
		     struct kept_facts *ret_facts);
/* Keeps the state, if all of @paths has been as it is since before @since. */
void kept_state_store(const char *dir, const struct kept_key *key, const struct kept_key *result,
		      const struct kept_facts *facts, const struct kept_paths *paths,
		      const struct timespec *since);

#endif
