/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_LOWER_H
#define RELOCK_CLANG_LOWER_H

#include "clang/unit.h"

/*
 * From cursors to expressions, instructions and blocks.
 *
 * expr.c      expressions of the facts
 * cursor.c    what a cursor is, where libclang does not say
 * value.c     expressions without side effects; the entry points
 * operator.c  unary, binary, assigning and conditional operators
 * call.c      calls and builtins
 * init.c      initialisers
 * stmt.c      statements
 * scope.c     labels, gotos and what runs when a scope is left
 * text.c      the little that only the source text tells
 * flow.c      blocks of a finished function into the facts
 */

/* --- What is being lowered --- */

struct lower_block {
	uint8_t term;
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
	unsigned int depth; /* how many there are, this one included */
	uint32_t func;	    /* expression */
	uint32_t arg;
};

struct lower_label {
	CXCursor stmt;
	CXSourceLocation at;
	uint32_t block;
	const struct cleanup *scope;
	bool placed;
};

/* A goto out of scopes that may have cleanups. */
struct lower_goto {
	uint32_t block; /* that shall run the cleanups and go to the label */
	uint32_t label;
	const struct cleanup *scope;
	struct fact_loc loc;
};

struct lower_asm_goto {
	uint32_t block;
	const char *names; /* the source text with its labels, or NULL */
	size_t len;
};

struct lower_switch {
	uint32_t block; /* whose terminator the switch is */
	uint32_t on_default;
	bool known; /* the value is a constant */
	int64_t val;
	uint32_t target; /* of the case that a constant value meets */
};

/* Where break and continue go. */
struct lower_jump {
	struct lower_jump *outer;
	uint32_t on_break, on_continue; /* FACTS_NONE: not this one's */
	const struct cleanup *scope;
	struct lower_switch *sw; /* NULL: a loop */
};

struct lower {
	struct unit *u;
	const char *func; /* for the names of local statics and literals */
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

/* --- expr.c. Equal expressions have equal numbers. Adding one may move the table. --- */

uint32_t expr_add(struct unit *u, struct fact_expr e);
const struct fact_expr *expr_at(const struct unit *u, uint32_t e);
/* The type; one of kind FT_OTHER for FACTS_NONE. */
const struct fact_type *type_at(const struct unit *u, uint32_t t);

uint32_t expr_int(struct unit *u, int64_t val, uint32_t type);
uint32_t expr_unknown(struct unit *u, uint32_t type);
uint32_t expr_local(struct unit *u, uint32_t local, uint32_t type);
uint32_t expr_addr(struct unit *u, uint32_t place);
uint32_t expr_deref(struct unit *u, uint32_t ptr, uint32_t type);
uint32_t expr_field(struct unit *u, uint32_t place, CXCursor field);
uint32_t expr_index(struct unit *u, uint32_t place, uint32_t index, uint32_t type);
uint32_t expr_unary(struct unit *u, enum fact_un op, uint32_t a, uint32_t type);
uint32_t expr_binary(struct unit *u, enum fact_bin op, uint32_t a, uint32_t b, uint32_t type);
/* The value in a place; an array's is its address. */
uint32_t expr_load(struct unit *u, uint32_t place);

bool expr_is_int(const struct unit *u, uint32_t e, int64_t *ret);
bool expr_is_place(const struct unit *u, uint32_t e);

/* --- cursor.c --- */

/* The canonical type. */
CXType cursor_type(CXCursor c);
uint32_t cursor_type_id(struct lower *l, CXCursor c);
bool cursor_is_void(CXCursor c);
bool type_is_function(CXType t);
bool type_is_array(CXType t);
bool type_is_aggregate(CXType t);

/* The children that are expressions: no types, no attributes. */
struct kids cursor_operands(struct lower *l, CXCursor c);
/* Children that begin with those of a type (casts, literals) end with the operand. */
bool cursor_last_operand(struct lower *l, CXCursor c, CXCursor *ret);
/* The integer that libclang makes of the expression. */
bool cursor_evaluate(CXCursor c, int64_t *ret);
/* Without parentheses and __extension__; _casts: and implicit casts. */
CXCursor cursor_strip(struct lower *l, CXCursor c);
CXCursor cursor_strip_casts(struct lower *l, CXCursor c);
/* Is it && or ||? */
bool cursor_is_logical(CXCursor c);

/* What an expression is that libclang calls unexposed. */
enum unexposed {
	UX_CAST, /* implicit, or something else around one expression */
	UX_OFFSETOF,
	UX_CHOOSE, /* __builtin_choose_expr */
	UX_ELVIS,  /* a ?: b; the operands are a, a, a, b */
	UX_NONE,   /* no operands: __builtin_types_compatible_p, ... */
	UX_OTHER,  /* va_arg, __atomic_*, ... */
};

enum unexposed cursor_classify(struct lower *l, CXCursor c, struct kids *ret_operands);
/* The operand that a __builtin_choose_expr stands for. */
bool cursor_chosen(const struct kids *k, CXCursor *ret);
/* The association of a _Generic that was taken. */
bool cursor_generic_choice(struct lower *l, CXCursor c, CXCursor *ret);

/* --- value.c --- */

uint32_t lower_value(struct lower *l, CXCursor c);
uint32_t lower_place(struct lower *l, CXCursor c);
void lower_effect(struct lower *l, CXCursor c);
/* Goes to @yes or @no; what follows is reached by neither. */
void lower_cond(struct lower *l, CXCursor c, uint32_t yes, uint32_t no);

uint32_t lower_temp(struct lower *l, uint32_t type);
struct fact_insn lower_insn_at(struct lower *l, CXCursor at, uint8_t op);
void lower_assign(struct lower *l, uint32_t dst, uint32_t val, CXCursor at);
void lower_clobber(struct lower *l, uint32_t place, CXCursor at);
uint32_t lower_evaluated(struct lower *l, CXCursor c);
/* An operation that has no expression here: its operands' effects, and an unknown value. */
uint32_t lower_other(struct lower *l, CXCursor c);
uint32_t lower_func_value(struct lower *l, CXCursor decl);
/* @v converted to @type, as an implicit cast does it. */
uint32_t lower_convert(struct unit *u, uint32_t v, uint32_t type);
/* The place @index elements of type @elem behind the pointer @v. */
uint32_t lower_element(struct lower *l, uint32_t v, uint32_t index, uint32_t elem);

/* --- operator.c --- */

uint32_t lower_unary(struct lower *l, CXCursor c, bool want_value);
uint32_t lower_binary(struct lower *l, CXCursor c);
uint32_t lower_compound_assign(struct lower *l, CXCursor c);
/* cond ? a : b, or with @elvis cond ?: b. */
uint32_t lower_conditional(struct lower *l, CXCursor c, CXCursor cond, CXCursor a, CXCursor b,
			   bool elvis, bool want_value);

/* --- call.c --- */

/* @dst: a local for the result, or FACTS_NONE for a new one. */
uint32_t lower_call(struct lower *l, CXCursor c, bool want_value, uint32_t dst);
/* Is it a __builtin_expect()? Then @ret is what it says something about. */
bool lower_is_expect(struct lower *l, CXCursor c, CXCursor *ret);

/* --- init.c --- */

/* Assigns the initialiser or value @init to the place @dst of type @t; @whole says where. */
void lower_init(struct lower *l, uint32_t dst, CXType t, CXCursor init, CXCursor whole);
void lower_global_init(struct lower *l, uint32_t var, CXType t, CXCursor init);
/* (type){ ... }: the place of a local of its own, or of a variable at file scope. */
uint32_t lower_literal(struct lower *l, CXCursor c);

/* --- stmt.c --- */

void lower_stmt(struct lower *l, CXCursor c);
/* The body of a ({ }); returns its value, or FACTS_NONE for void. */
uint32_t lower_stmt_expr(struct lower *l, CXCursor c, bool want_value);

/* --- scope.c --- */

/* Calls the cleanups of the scopes @from, from the innermost out to @to, which stays. */
void lower_leave_scopes(struct lower *l, const struct cleanup *from, const struct cleanup *to,
			struct fact_loc loc);
void lower_push_cleanup(struct lower *l, const char *func, uint32_t local);
/* The number of the label that a LabelStmt places. */
uint32_t lower_label(struct lower *l, CXCursor label_stmt);
void lower_place_label(struct lower *l, CXCursor label_stmt, struct fact_loc loc);
void lower_goto(struct lower *l, uint32_t label, struct fact_loc loc);
/* After the whole function: jumps that could not be finished when they were met. */
void lower_finish_jumps(struct lower *l);

/* --- text.c --- */

/*
 * Cuts the text of the parentheses that @s begins with (after other words) at
 * each @sep that is in no further parentheses, string or comment. @empty and
 * @start say of the first @max parts whether there is nothing in them and where
 * they begin. Returns how many parts there are, 0 if it cannot tell.
 */
unsigned int text_split_parens(const char *s, size_t n, char sep, bool *empty, size_t *start,
			       unsigned int max);
/* Are there the letters of @word among the words that @s begins with? */
bool text_says(const char *s, size_t n, const char *word);
bool text_is_word(char c);

/* --- flow.c --- */

uint32_t lower_new_block(struct lower *l);
/* These end the current block; what follows belongs to a new one that nothing leads to yet. */
void lower_jump_to(struct lower *l, uint32_t block, struct fact_loc loc);
void lower_branch(struct lower *l, uint32_t cond, uint32_t yes, uint32_t no, struct fact_loc loc);
void lower_end(struct lower *l, uint8_t term, uint32_t cond, struct fact_loc loc);
void lower_emit(struct lower *l, struct fact_insn in);
/* Puts the finished blocks into the facts: @fn's blocks and locals. */
void lower_flush(struct lower *l, struct fact_func *fn);

#endif
