/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_UNIT_H
#define RELOCK_CLANG_UNIT_H

#include "base/arena.h"
#include "base/vec.h"
#include "clang/extract.h"
#include "facts/facts.h"

#include <clang-c/Index.h>

/*
 * Private to this folder: one translation unit on its way to facts.
 *
 * decl.c    declarations: functions, variables, attributes, initialisers, BTF ids
 * types.c   types, records, enums
 * expr.c    expressions to FX_* and instructions
 * stmt.c    statements to blocks
 * flow.c    blocks of a finished function into the facts
 * place.c   source locations and the text at them
 * map.c     hash tables of cursors and pointers
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
	uint32_t name;
	bool own; /* the main file, or a .c file that it includes */
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

struct unit {
	struct facts *f;
	CXTranslationUnit tu;
	CXFile main_file;
	const struct compile_unit *cu;
	const struct kbuild *kb;
	const char *prelude;
	struct arena arena;
	struct arena scratch; /* of the function in work */
	VEC(CXCursor) kids;

	VEC(struct unit_file) files;
	struct pair_map file_ids;

	struct pair_map type_ids;  /* CXType.data */
	struct pair_map type_keys; /* contents of fact_type */
	struct cursor_map record_ids;
	VEC(struct unit_record) records;
	struct cursor_map enums;

	struct cursor_map func_ids;
	struct pair_map func_names;
	VEC(struct unit_func) funcs;
	VEC(uint32_t) func_queue;

	struct cursor_map var_ids;
	struct pair_map var_names;
	VEC(struct unit_var) vars;
	VEC(uint32_t) var_queue;

	struct pair_map decl_names; /* name to index in named, for cleanup functions */
	VEC(CXCursor) named;
	bool names_known;

	uint32_t *expr_slot; /* expression interning */
	size_t expr_mask;
	uint32_t t_int, t_bool, t_voidp;
};

/* The children of a cursor. */
struct kids {
	const CXCursor *v;
	unsigned int n;
};

/* They live until the scratch arena is emptied. */
struct kids unit_kids(struct unit *u, CXCursor c);

/* --- place.c --- */
struct fact_loc unit_loc(struct unit *u, CXSourceLocation l);
/* The same, and the macro whose text it comes from (0 for none). */
struct fact_loc unit_loc_macro(struct unit *u, CXSourceLocation l, uint32_t *ret_macro);
const struct unit_file *unit_file_of(struct unit *u, CXSourceLocation l);
/* The source text from where @l is spelled to the end of that file, or NULL. */
const char *unit_text(struct unit *u, CXSourceLocation l, size_t *ret_len);

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
uint32_t unit_func(struct unit *u, CXCursor decl);
uint32_t unit_func_by_name(struct unit *u, const char *name); /* FACTS_NONE if there is none */
uint32_t unit_var(struct unit *u, CXCursor decl, const char *prefix);
void unit_walk(struct unit *u);

/* --- expr.c, stmt.c, flow.c --- */
struct lower_block {
	uint8_t term;
	bool ended;
	struct fact_loc loc;
	uint32_t cond;
	uint32_t succ[2];
};

struct lower_insn {
	uint32_t block;
	struct fact_insn in;
};

struct lower_case {
	uint32_t block;
	struct fact_case c;
};

/* A variable with a cleanup function, and those that were there before it. */
struct cleanup {
	const struct cleanup *outer;
	unsigned int depth;
	uint32_t func; /* expression */
	uint32_t arg;
	struct fact_loc loc; /* of the variable */
};

struct lower_label {
	CXCursor stmt;
	CXSourceLocation at;
	uint32_t block;
	const struct cleanup *scope;
	bool placed;
};

struct lower_goto {
	uint32_t block; /* an open block that shall run the cleanups and go to the label */
	uint32_t label;
	const struct cleanup *scope;
	struct fact_loc loc;
};

struct lower_asm_goto {
	uint32_t block;
	const char *names; /* the source text with its labels, or NULL */
	size_t len;
};

/* Where break and continue go. */
struct lower_jump {
	struct lower_jump *outer;
	uint32_t on_break, on_continue; /* FACTS_NONE: not this one's */
	const struct cleanup *scope;
	struct lower_switch *sw;
};

struct lower {
	struct unit *u;
	const char *func; /* for the names of local statics */
	bool global;	  /* an initialiser: nothing can be executed */
	uint32_t cur;	  /* the block in work */
	VEC(struct lower_block) blocks;
	VEC(struct lower_insn) insns;
	VEC(struct lower_case) cases;
	VEC(struct fact_local) locals;
	struct cursor_map local_ids;
	VEC(struct lower_label) labels;
	VEC(struct lower_goto) gotos;
	VEC(struct lower_asm_goto) asm_gotos;
	VEC(uint32_t) any; /* blocks that may go to any label */
	const struct cleanup *scope;
	struct lower_jump *jump;
	unsigned int literals; /* compound literals of a global initialiser */
};

uint32_t expr_add(struct unit *u, struct fact_expr e);
uint32_t expr_int(struct unit *u, int64_t val, uint32_t type);
uint32_t expr_unknown(struct unit *u, uint32_t type);
uint32_t expr_addr(struct unit *u, uint32_t place);
uint32_t expr_deref(struct unit *u, uint32_t ptr, uint32_t type);
uint32_t expr_field(struct unit *u, uint32_t place, CXCursor field);
uint32_t expr_index(struct unit *u, uint32_t place, uint32_t index, uint32_t type);
uint32_t expr_local(struct unit *u, uint32_t local, uint32_t type);
bool expr_is_int(const struct unit *u, uint32_t e, int64_t *ret);

uint32_t lower_value(struct lower *l, CXCursor c);
uint32_t lower_place(struct lower *l, CXCursor c);
void lower_effect(struct lower *l, CXCursor c);
void lower_cond(struct lower *l, CXCursor c, uint32_t yes, uint32_t no);
/* Assigns the initialiser or value @init to the place @dst of type @t; @whole says where. */
void lower_init(struct lower *l, uint32_t dst, CXType t, CXCursor init, CXCursor whole);
void lower_global_init(struct lower *l, uint32_t var, CXType t, CXCursor init);
uint32_t lower_temp(struct lower *l, uint32_t type);

uint32_t lower_new_block(struct lower *l);
void lower_jump_to(struct lower *l, uint32_t block, struct fact_loc loc);
void lower_branch(struct lower *l, uint32_t cond, uint32_t yes, uint32_t no, struct fact_loc loc);
void lower_end(struct lower *l, uint8_t term, uint32_t cond, struct fact_loc loc);
void lower_assign(struct lower *l, uint32_t dst, uint32_t val, CXCursor at);
void lower_emit(struct lower *l, struct fact_insn in);
uint32_t lower_label(struct lower *l, CXCursor label_stmt);

void lower_stmt(struct lower *l, CXCursor c);
/* The body of a ({ }); returns its value, or FACTS_NONE for void. */
uint32_t lower_stmt_expr(struct lower *l, CXCursor c, bool want_value);
void lower_function(struct unit *u, uint32_t func);

/* Puts the finished blocks into the facts: @fn's blocks and locals. */
void lower_flush(struct lower *l, struct fact_func *fn);

#endif
