/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_COMMANDS_H
#define RELOCK_KBUILD_COMMANDS_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Compile commands as they were found, before anything is made fit for clang.
 * The thousands of commands of a kernel share nearly all of their words, so
 * each word is kept once and commands hold their numbers.
 */
struct command {
	uint32_t directory;
	uint32_t compiler;
	uint32_t source; /* as written */
	uint32_t object; /* as written, or 0 (the empty word) */
	uint32_t args;	 /* first index into commands.args: the rest of the words */
	uint32_t n_args;
};

struct commands {
	struct arena arena;
	struct word *table; /* uthash: text -> number */
	VEC(const char *) words; /* 0 is "" */
	VEC(uint32_t) args;
	VEC(struct command) v;
};

void commands_init(struct commands *c);
void commands_release(struct commands *c);

static inline const char *commands_word(const struct commands *c, uint32_t n)
{
	return c->words.v[n];
}

/*
 * Adds what @argv (@n words) compiles, if it is a compiler called with -c on a
 * C file; anything else is left out. Returns whether it was one.
 */
bool commands_add(struct commands *c, const char *directory, const char *const *argv, size_t n);

/* Adds every compile command in the shell text @text: a recipe, or the output of make -n. */
void commands_add_shell(struct commands *c, const char *directory, const char *text);

/*
 * Adds the command that the first line of a .cmd file holds ("savedcmd_X :=
 * ...", "cmd_X := ..."), with make's escapes taken off. Returns whether there
 * was one.
 */
bool commands_add_cmd_line(struct commands *c, const char *directory, const char *line);

/*
 * Adds what compile_commands.json says. Returns 0, or -EBADMSG; then @ret_error
 * (in c's arena) says what is wrong with it, "LINE:COL: text" or a sentence.
 */
int commands_add_json(struct commands *c, const char *text, size_t len, const char **ret_error);

/* Adds the commands of all .cmd files below @dir. Returns 0 or a negative errno. */
int commands_add_cmd_files(struct commands *c, const char *dir);

/*
 * Takes out the host's programs: where any command has -D__KERNEL__, those
 * without it are no kernel code.
 */
void commands_drop_host(struct commands *c);

/* The list as bytes, and back. commands_load() returns 0, or -EBADMSG for anything else. */
void commands_save(const struct commands *c, struct strbuf *out);
int commands_load(struct commands *c, const char *text, size_t len);

#endif
