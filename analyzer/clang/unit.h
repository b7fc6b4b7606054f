/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_UNIT_H
#define RELOCK_CLANG_UNIT_H

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "clang/extract.h"
#include "facts/facts.h"

#include <clang-c/Index.h>

/*
 * Private to this folder: one translation unit on its way to facts.
 *
 * extract.c  parses a unit, and fills its facts
 * prelude.c  the header that every unit gets
 * decl.c     declarations: functions, variables, attributes, BTF ids
 * named.c    declarations by their name
 * types.c    types, records, enums
 * place.c    source locations and the text at them
 * plan.c     which units share headers, and which
 * shared.c   makes a precompiled header of them
 * fit.c      whether a unit may use it
 * parts.c    text that is skipped, or belongs to a macro
 * words.c    identifiers in source text
 * reads.c    which files a parse has read
 * map.c      hash tables of cursors and pointers
 * pool.c     worker processes
 *
 * and lower.h for what is inside functions and initialisers.
 */

/* Annotations made from attributes by the defines in extract.c begin with this. */
#define ANN_PREFIX "relock:"
#define ANN_SECTION ANN_PREFIX "section:"
#define ANN_CLEANUP ANN_PREFIX "cleanup:"
#define ANN_NOTRACE ANN_PREFIX "notrace"
#define ANN_PATCHABLE ANN_PREFIX "patchable:"
#define ANN_ALWAYS_INLINE ANN_PREFIX "always_inline"
#define ANN_NOINLINE ANN_PREFIX "noinline"
#define ANN_NORETURN ANN_PREFIX "noreturn"
#define ANN_WEAK ANN_PREFIX "weak"
#define ANN_BTF ANN_PREFIX "btf:"
#define ANN_CLAIM ANN_PREFIX "claim:" /* NUMBER:MACRO:ARGUMENTS; NUMBER: enum fact_claim_does */

/* The enumerator that a statement for checkers of locks is made into. */
#define VOUCH_NAME "__relock_vouch"

/* From a cursor (by clang_equalCursors) to a number. */
struct cursor_slot {
	CXCursor key;
	uint32_t val;
	bool used;
};

struct cursor_map {
	struct cursor_slot *slot;
	size_t mask; /* 0: no table yet */
	size_t used;
};

/* The value of @key, made as FACTS_NONE if it is new. Valid until the next call. */
uint32_t *cursor_map_at(struct cursor_map *m, CXCursor key);
void cursor_map_clear(struct cursor_map *m);
void cursor_map_release(struct cursor_map *m);

/* From a pair of pointers or numbers to a number. */
struct pair_slot {
	uintptr_t a, b;
	uint32_t val;
	bool used;
};

struct pair_map {
	struct pair_slot *slot;
	size_t mask;
	size_t used;
};

uint32_t *pair_map_at(struct pair_map *m, uintptr_t a, uintptr_t b);
void pair_map_release(struct pair_map *m);

struct unit_file {
	CXFile file;
	uint32_t name; /* FACTS_NONE: not asked for yet */
	bool own; /* the main file, or a .c file that it includes */
	const char *text; /* NULL: not asked for yet */
	size_t size;
};

struct unit_field {
	CXCursor decl;
	CXType type;
	uint32_t name; /* 0: an unnamed struct or union, or an unnamed bit-field */
	bool padding;  /* unnamed bit-field: no initialiser counts for it */
};

struct unit_record {
	CXCursor decl;
	CXType type;
	uint32_t name;
	bool is_union;
	bool anonymous; /* its members are members of the record around it */
	bool hidden; /* only a shared header that the unit does not include defines it */
	bool wanted;	/* its layout belongs into the facts */
	bool fields_known;
	struct unit_field *fields;
	uint32_t n_fields;
};

struct unit_func {
	CXCursor decl; /* the definition if there is one */
	bool defined;
	bool queued;
};

struct unit_var {
	CXCursor decl;
	bool queued;
};

struct shared;

struct unit {
	struct facts *f;
	CXTranslationUnit tu;
	CXFile main_file;
	const struct compile_unit *cu;
	const struct kbuild *kb;
	const char *prelude;
	bool optimised; /* with the -O of the command */
	const struct shared *shared; /* the headers that came precompiled, or NULL */
	bool *seen;		     /* by file of theirs: a plain parse would read it */
	const char *unfit;	     /* why a plain parse is needed, for developers */
	struct arena arena;
	struct arena scratch; /* of the function in work */
	VEC(CXCursor) kids;

	VEC(struct unit_file) files;
	struct pair_map file_ids;
	/* Where the main file begins, if other places follow from it. */
	CXSourceLocation main_start;
	bool main_counts;
	struct pair_map hidden_files; /* CXFile to whether it is */

	struct pair_map type_ids;  /* CXType.data */
	struct pair_map type_keys; /* contents of fact_type */
	struct cursor_map record_ids;
	VEC(struct unit_record) records;
	struct cursor_map enums;

	struct cursor_map builtins; /* functions that the compiler knows (call.c) */
	struct cursor_map func_ids;
	struct pair_map func_names;
	VEC(struct unit_func) funcs;
	VEC(uint32_t) func_queue;

	struct cursor_map var_ids;
	struct pair_map var_names;
	VEC(struct unit_var) vars;
	VEC(uint32_t) var_queue;

	struct unit_names *names; /* all that is declared at file scope (named.c) */

	uint32_t *expr_slot; /* expression interning */
	size_t expr_mask;
	uint32_t t_int; /* what int is */
};

/* The children of a cursor. */
struct kids {
	CXCursor *v;
	unsigned int n;
};

/* They live until the scratch arena is emptied. */
struct kids unit_kids(struct unit *u, CXCursor c);

/* --- extract.c --- */
struct unit_args {
	VEC(const char *) v;
	struct strbuf map_build, map_tree;
};

/* All options of the unit, but for those that bring the prelude. */
void unit_args_make(struct unit_args *a, const struct compile_unit *cu, const struct kbuild *kb,
		    bool count_lines);
void unit_args_release(struct unit_args *a);

/* --- fit.c --- */
/* Does the command allow to use u->shared? */
bool fit_command(struct unit *u);
/*
 * Does what was parsed on u->shared mean what a plain parse would give? Finds
 * out which of its files such a parse would read.
 */
bool fit_unit(struct unit *u);
/* Is it declared where a plain parse of the unit would not come? */
bool unit_hides(struct unit *u, CXCursor c);
/* Is it a macro that only shared headers have which the unit does not include? It is its own name then. */
bool unit_hides_macro(struct unit *u, const char *name, size_t len);

/* --- named.c --- */
/* A function of this name that the unit declares somewhere; false if there is none. */
bool unit_named(struct unit *u, const char *name, CXCursor *ret);
/*
 * The place of the first declaration of @name in the order of the files' names,
 * which is the same in whatever order headers are read. False: not at file scope.
 */
bool unit_declared_at(struct unit *u, const char *name, struct fact_loc *ret);
void unit_names_release(struct unit *u);

/* --- place.c --- */
/* To be called when u->main_file is known. */
void unit_find_main(struct unit *u);
struct fact_loc unit_loc(struct unit *u, CXSourceLocation l);
/* The same, and the macro whose text it comes from (0 for none). */
struct fact_loc unit_loc_macro(struct unit *u, CXSourceLocation l, uint32_t *ret_macro);
const struct unit_file *unit_file_of(struct unit *u, CXSourceLocation l);
uint32_t unit_file_name(struct unit *u, const char *path);
/* The source text from where @l is spelled to the end of that file, or NULL. */
const char *unit_text(struct unit *u, CXSourceLocation l, size_t *ret_len);

/* --- reads.c --- */
void unit_reads(struct unit *u, struct deps *d);

/* --- types.c --- */
uint32_t unit_type(struct unit *u, CXType t);
uint32_t unit_type_int(struct unit *u, unsigned int bits, bool is_signed);
uint32_t unit_type_ptr(struct unit *u, uint32_t to);
/* The index in u->records of the record that @decl declares. */
uint32_t unit_record(struct unit *u, CXCursor decl);
/* Reads the fields of record @r, so that they may be used. */
const struct unit_record *unit_record_fields(struct unit *u, uint32_t r);
/* The record that names of @field's members are said with, and marks it wanted. */
uint32_t unit_field_record(struct unit *u, CXCursor field);
void unit_want_type(struct unit *u, CXType t);
void unit_want_enum(struct unit *u, CXCursor enumerator);
void unit_emit_records(struct unit *u);
bool unit_is_unnamed(CXCursor field);

/* --- decl.c --- */
/* The spelling of the cursor as a string of the facts. */
uint32_t unit_spelling(struct unit *u, CXCursor c);
uint32_t unit_func(struct unit *u, CXCursor decl);
uint32_t unit_func_by_name(struct unit *u, const char *name); /* FACTS_NONE if there is none */
uint32_t unit_var(struct unit *u, CXCursor decl, const char *prefix);
void unit_walk(struct unit *u);
/* Lowers the body of @func, whose definition is known (stmt.c). */
void lower_function(struct unit *u, uint32_t func);

#endif
