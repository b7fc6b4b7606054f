/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FACTS_CACHE_H
#define RELOCK_FACTS_CACHE_H

#include "facts/deps.h"
#include "facts/facts.h"

#define FACTS_CACHE_RESULTS "results" /* folder of them, see kept/kept.h */
#define FACTS_CACHE_SIZE ((uint64_t)2 << 30)

/*
 * Facts of units, kept from run to run: one file a unit, named by a hash of
 * this program and of all that decides the facts but what the unit reads; in
 * it what it read (deps.h), the facts, and a checksum over all. So another
 * relock or another command looks elsewhere, and a changed file makes the entry
 * void. An entry that is damaged in any way counts as none.
 *
 * Files are written aside and renamed: runs at the same time see whole entries,
 * of one or the other. Trouble with writing costs the entry and is no error.
 *
 * Beside them are the headers that units share, what sparse said of units, and what
 * the analysis found out (kept/kept.h). They count for the limit and go when they
 * were not used for long, as entries do.
 */
struct facts_cache {
	struct arena arena;
	const char *top; /* all of it */
	const char *dir; /* of facts */
	const char *headers; /* folder for headers parsed once for many units (clang/shared.h) */
	const char *opinions; /* folder for what sparse said of units (sparse/sparse.h) */
	uint64_t limit; /* bytes */
	struct deps_view *view;
	size_t n_found, n_stored;
	uint64_t unpruned; /* bytes stored since the size was looked at */
	/* Of facts that travel: */
	const char *from[2], *to[2]; /* folders, the longer first, and what entries call them */
	VEC(const char *) entries; /* in folders that were added; sorted by name */
};

/*
 * A hash of the sources that facts are made by, which is part of every key:
 * nobody raises a version while working on them. Made when relock is built.
 */
extern const char facts_makers[];

/* What a unit is looked for and stored by. */
struct facts_key {
	char hex[33];
	char reads[33]; /* once found or stored: a hash of the content of all that the unit reads */
};

/*
 * Opens the cache below the folder @dir, which is made if it is not there.
 * Returns 0 or a negative errno; release it either way.
 */
int facts_cache_open(struct facts_cache *c, const char *dir, uint64_t limit);
/*
 * Opens the folder @dir (made if it is not there; NULL: none) for facts that
 * travel from machine to machine. Entries are the same but that paths below
 * @tree and @build, here and in keys, are said without these, and nothing is
 * ever thrown away. The other machine must have a relock of the same sources, the same libclang,
 * and files of the same content.
 */
int facts_cache_open_travelling(struct facts_cache *c, const char *dir, const char *tree,
				const char *build);
static inline bool facts_cache_travels(const struct facts_cache *c)
{
	return c->from[0] != NULL;
}

/* Entries that lie in @dir or below are found, too. Returns 0 or a negative errno. */
int facts_cache_add(struct facts_cache *c, const char *dir);
/* Throws away what was used least recently, down to the limit, if there is more. */
void facts_cache_release(struct facts_cache *c);

/* @text: all that decides the facts of the unit, but for the files. */
struct facts_key facts_cache_key(const struct facts_cache *c, const char *text, size_t len);

/* Returns whether the cache has facts that still hold; @ret is set only then. */
bool facts_cache_find(struct facts_cache *c, struct facts_key *key, struct facts *ret);

/* Files have changed since, and this run knows of it: all of them are looked at anew. */
void facts_cache_look_again(struct facts_cache *c);

/*
 * Whether the entry, which was stored in this run, holds; its files are in
 * ->view then, as those of all that were found are.
 */
bool facts_cache_confirm(struct facts_cache *c, struct facts_key *key);
/* Notes that the facts are used, though nobody asked for them. */
void facts_cache_touch(const struct facts_cache *c, const struct facts_key *key);

/* Keeps encoded facts with their encoded deps. Returns whether they are there now. */
bool facts_cache_store(struct facts_cache *c, struct facts_key *key, const char *deps,
		       size_t n_deps, const char *facts, size_t n_facts);

struct facts_cache_usage {
	const char *dir; /* of facts; in the arena */
	size_t entries;
	size_t headers; /* shared ones */
	size_t opinions; /* units that sparse was asked about */
	size_t results;
	uint64_t bytes; /* of all */
};

/* What the cache below @dir holds; nothing if there is none. */
void facts_cache_usage(const char *dir, struct arena *a, struct facts_cache_usage *ret);
/* Removes all entries, shared headers and results. Returns 0 or a negative errno. */
int facts_cache_clear(const char *dir);

#endif
