/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_SHARED_H
#define RELOCK_CLANG_SHARED_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "facts/deps.h"
#include "kbuild/kbuild.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Headers that many units include, parsed once.
 *
 * Units with the same command, but for the folders of their own that they
 * search, are a group. What most of a group include goes into one precompiled
 * header, and with it is kept what decides whether a unit may use it: facts on
 * it must be the bytes that a plain parse gives.
 */

/* One group. The files are PATH.h, PATH.pch and PATH.info. */
struct shared_group {
	const char *path;
	struct compile_unit cu; /* what all of the group have in common */
	VEC(const char *) headers;
	VEC(const char *) args;
	size_t n_units;
	size_t n_todo;
	const char *dir;
};

struct shared_plan {
	struct arena arena;
	VEC(struct shared_group) groups;
	uint32_t *group_of; /* by position in the list of units; FACTS_NONE: none */
};

/*
 * Groups the @n units at @units (indices into kb->units) and says for each
 * group which header it shares, in files below the folder @dir.
 */
void shared_plan(struct shared_plan *p, const struct kbuild *kb, const size_t *units, size_t n,
		 const char *prelude, const char *identity, const char *dir);
void shared_plan_release(struct shared_plan *p);

/* Is the group's header there, made from what the files say today? */
bool shared_is_current(const struct shared_group *g);

/*
 * Makes the group's header. @prelude: text of the header that all units get.
 * Returns 0, or -EINVAL if nothing can be shared, or another negative errno.
 */
int shared_build(const struct shared_group *g, const struct kbuild *kb, const char *prelude);

/* A shared header ready for use. */
struct shared;
struct shared *shared_open(const struct shared_group *g);
void shared_close(struct shared *s);

#endif
