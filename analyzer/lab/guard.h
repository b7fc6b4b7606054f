/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_LAB_GUARD_H
#define RELOCK_LAB_GUARD_H

#include "lab/farm.h"
#include "repro/repro.h"

/*
 * The control that relock makes itself: the tree with a per-CPU counter that is raised
 * around the calls at which the program runs in sections of the lock, and a test of it at the start
 * of what the program calls, which returns where it is raised. Private to lab/.
 */
struct guard {
	struct farm_edit *edits;
	size_t n;
	const char *what; /* where it is raised, and what tests it; for people */
};

/*
 * Finds for @r, a program and its place, what is to be edited of the sources in @tree. Of
 * @sections those that the finding is about have further calls of what the program is attached to.
 * @templates is the folder of rules/repro. Returns 0; or a negative errno, then @ret_error says in
 * a sentence why there is no such control.
 */
int guard_make(struct arena *a, const char *tree, const char *templates, const struct repro *r,
	       const struct section *sections, size_t n_sections, struct guard *ret,
	       const char **ret_error);

#endif
