/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_LAB_FARM_H
#define RELOCK_LAB_FARM_H

#include "base/arena.h"

#include <stddef.h>

/* A file that the farm has otherwise than the tree. */
struct farm_edit {
	const char *file; /* below the tree; it is there */
	const char *text;
	size_t len;
};

/*
 * Makes the folder @farm look like the folder @tree with @edits: its folders are real ones, its
 * files links to those of @tree, which is never written to; both are absolute. What is edited is
 * a real file, and stays one with the text of @tree once it is not edited any more: make would
 * take a link for as old as what it leads to. What is right already is left as it is, with its
 * time; what @tree has no more goes. The folder @skip below @tree is left out, as are git's.
 * Returns 0, or a negative errno and why in @ret_error. Private to lab/.
 */
int farm_make(struct arena *a, const char *tree, const char *farm, const char *skip,
	      const struct farm_edit *edits, size_t n, const char **ret_error);

#endif
