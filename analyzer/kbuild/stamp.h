/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_STAMP_H
#define RELOCK_KBUILD_STAMP_H

#include "base/strbuf.h"

#include <stdbool.h>

/*
 * What a prepared build directory depends on: a head (config, tools, versions)
 * and every Makefile, Kbuild and Kconfig file of the tree with its time and
 * size. Folders are in it too, by their time alone, so that a look at all of
 * them is a few thousand stat() calls and no walk: only where a folder has
 * changed the tree is walked again, and matters only if such a file came or
 * went.
 */

/* Appends the stamp of the tree as it is now. @head has no newline at its end. */
void stamp_make(const char *tree, const char *head, struct strbuf *out);

/*
 * Does @stamp still hold for the tree, and was it made with the same head? If
 * only folders have changed, in ways that do not matter, @ret_fresh gets a
 * stamp to put in its place, so that the next look is quick again.
 */
bool stamp_holds(const char *tree, const char *head, const char *stamp, struct strbuf *ret_fresh);

#endif
