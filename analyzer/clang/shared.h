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

struct shared_choice {
	const char *command;
	const char *const *headers;
	size_t n;
};

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

/*
 * Which headers were chosen for the units of a command. Units that are read later
 * take the header that is there by then: it has most of what one of their own
 * would have, and each costs as much as a dozen units. Begins zeroed.
 */
struct shared_chosen {
	struct arena arena;
	VEC(struct shared_choice) v;
};

struct shared_plan {
	struct arena arena;
	VEC(struct shared_group) groups;
	uint32_t *group_of; /* by position in the list of units; FACTS_NONE: none */
};

/*
 * Groups the @n units at @units (indices into kb->units) and says for each
 * group which header it shares, in files below the folder @dir. @chosen: what
 * earlier plans of this run chose, added to.
 */
void shared_plan(struct shared_plan *p, const struct kbuild *kb, const size_t *units, size_t n,
		 const char *prelude, const char *identity, const char *dir,
		 struct shared_chosen *chosen);
void shared_plan_release(struct shared_plan *p);
void shared_chosen_release(struct shared_chosen *c);

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
/*
 * What the file at @path says, which was read for the header; owned by @s. NULL:
 * it was not read for it, or is another file by now.
 */
const char *shared_text(const struct shared *s, const char *path, size_t *ret_size);

#endif
