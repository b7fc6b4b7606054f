/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_SHELL_H
#define RELOCK_KBUILD_SHELL_H

#include "base/vec.h"

/* The words of one simple command, quotes taken off. */
struct shell_words {
	VEC(char) text;
	VEC(size_t) starts;
	VEC(const char *) v; /* into text; valid until the next shell_next() */
};

/*
 * Splits off the first simple command of the shell text @s, as far as a
 * recipe's text can be read without running it: quotes and backslashes are
 * taken off, substitutions stay as they are written, redirections are left out.
 * Returns where the next command begins, or NULL when @s had none left.
 */
const char *shell_next(const char *s, struct shell_words *w);
void shell_release(struct shell_words *w);

#endif
