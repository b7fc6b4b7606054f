/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_POOL_H
#define RELOCK_CLANG_POOL_H

#include "clang/extract.h"
#include "clang/shared.h"
#include "facts/cache.h"

/* The facts of a unit, or why there are none. */
struct pool_result {
	struct facts facts; /* decoded and checked; empty when error is set */
	/* The first error, or "libclang crashed (signal 11)", or "timed out after 60 s". */
	const char *error;
	/* Where they came from, for those who want to know what takes the time. */
	struct facts_key key; /* what the cache calls them, where one was given */
	bool found; /* they were there already: in the cache, or given */
	bool kept; /* they are in the cache now */
	bool shared; /* parsed on shared headers */
	const char *reads; /* a hash of the content of all that the unit reads; NULL: not known */
	double seconds, walk_seconds; /* all of it; what came after the parse */
};

/* What the shared headers cost. */
struct pool_headers {
	size_t n, n_built; /* that there are; that were not there from an earlier run */
	double seconds;
};

struct pool_options {
	unsigned int jobs;	 /* worker processes; 0: one for each online CPU */
	unsigned int timeout;	 /* seconds a unit may take; 0: 120 */
	const char *headers; /* folder for headers parsed once for many units; NULL: none */
	struct shared_chosen *chosen; /* with headers: which, by the calls for one study */
	struct facts_cache *cache; /* asked first, and told what is new; or NULL */
	struct facts_cache *given; /* facts that travelled here, asked for what is still missing; or NULL */
	struct pool_headers *made; /* added to, if there are shared headers; or NULL */
	void (*progress)(void *data, size_t done, size_t total);
	void *data;
};

/*
 * Extracts the facts of the @n units at @units (indices into kb->units) in
 * worker processes. @ret has room for @n results, in the order of @units
 * whatever order they were computed in. A unit that crashes or hangs libclang
 * costs itself alone. Returns 0, or a negative errno if no worker could be
 * started.
 */
int pool_extract(const struct kbuild *kb, const struct rules *rules, const size_t *units, size_t n,
		 const struct pool_options *o, struct pool_result *ret, struct arena *arena);

#endif
