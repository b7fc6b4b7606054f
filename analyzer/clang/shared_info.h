/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_SHARED_INFO_H
#define RELOCK_CLANG_SHARED_INFO_H

#include "clang/shared.h"
#include "clang/words.h"

/* Private to shared.c and fit.c: what is known of a shared header. */

struct info_file {
	int64_t size, sec, nsec;
	uint32_t path;		 /* in the text */
	uint32_t edges, n_edges; /* files that it includes, in order */
	uint32_t code, n_code;	 /* words that it says outside of macros' bodies */
	uint32_t pad;
};

struct info_word {
	uint32_t text;
	uint32_t defs, n_defs; /* files that define a macro of this name */
	uint32_t decls, n_decls;
	uint32_t users, n_users; /* macros whose bodies say it */
};

/* A function or variable that is declared at file scope. */
struct info_decl {
	uint32_t file, line, col;
	uint32_t is_func;
};

struct shared {
	const char *path, *pch;
	const char *header; /* the file that all of it was included from */
	const struct info_file *files;
	const struct info_word *words;
	const struct info_decl *decls;
	const uint32_t *edges, *roots, *code, *defs, *users;
	const char *text;
	uint32_t n_files, n_words, n_roots;
	struct word_table names, paths;
	struct deps deps;
	struct strbuf raw;
	struct arena arena;
	struct deps_view *view; /* of folders that only some units search */
};

#endif
