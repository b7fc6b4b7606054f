/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_SHARED_INFO_H
#define RELOCK_CLANG_SHARED_INFO_H

#include "clang/shared.h"
#include "clang/words.h"

#include <clang-c/Index.h>

/*
 * Private to this folder: what is known of a shared header.
 *
 * plan.c          which units share headers, and which headers
 * shared_parse.c  the headers parsed
 * shared_make.c   what is kept of that
 * shared.c        what is kept, opened again
 * fit.c           whether a unit may use it
 * parts.c         text that is skipped, or belongs to a macro
 */

/* Length of a hash in text. */
#define SHARED_HEX 32
#define SHARED_MAGIC "relock\nI"

/* How the file begins that is kept beside the precompiled one. */
struct info_head {
	char magic[8];
	char sum[SHARED_HEX]; /* of all behind it */
	char pch[SHARED_HEX];
	uint32_t n_files, n_words, n_decls, n_edges, n_roots, n_code, n_defs, n_users, n_text,
		n_deps;
};

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
	uint32_t itself;	 /* as a macro it stands for no more than its name */
	uint32_t named; /* line of the header that refers to the function of this name, or 0 */
	uint32_t object;  /* some macro of this name takes no arguments */
	uint32_t no_text; /* some is no text: words_defines_text() */
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
	struct strbuf *file_text; /* by file; read when first asked for */
	struct strbuf raw;
	struct arena arena;
	struct deps_view *view; /* of folders that only some units search */
};

struct pair {
	uint32_t a, b;
};

/* The headers of a group as they are parsed. */
struct shared_source {
	const struct shared_group *g;
	const struct kbuild *kb;
	const char *prelude; /* its text */
	CXIndex index;
	struct arena *arena;
	const char *header; /* the file that was parsed last */
	unsigned int prelude_lines;
	bool *left_out;		 /* by header of the group */
	VEC(const char *) named; /* functions that the end of the header refers to, a line each */
	unsigned int named_line; /* the first of these lines */
};

/*
 * Parses those of the headers that fit together and that can be shared, and fills
 * the rest of @s. Returns NULL if there are none, or on failure; the caller
 * disposes of what is returned and releases s->named.
 */
CXTranslationUnit shared_parse(struct shared_source *s);

/* A part of a file's text. */
struct text_part {
	CXFile file;
	unsigned int from, to;
};

/* Begins zeroed; by file and place, without overlaps. */
struct text_parts {
	VEC(struct text_part) v;
};

/*
 * What the preprocessor skipped, each part with the directive that begins it, in the files that
 * @tu entered itself, and once: each time something else may have been skipped.
 */
void parts_skipped(CXTranslationUnit tu, struct text_parts *ret);
/* The macros that @tu's own text uses, with their arguments. */
void parts_expanded(CXTranslationUnit tu, struct text_parts *ret);
bool parts_have(const struct text_parts *p, CXFile file, unsigned int offset);
void parts_release(struct text_parts *p);
/* Whether a word of @kind does nothing where it is skipped; what a condition says, does. */
bool parts_quiet(enum word_kind kind);

/* The hash of what is in the file at @path. Returns 0 or a negative errno. */
int shared_hash_file(const char *path, char ret[static SHARED_HEX + 1]);

#endif
