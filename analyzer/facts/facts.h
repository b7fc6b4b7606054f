/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FACTS_FACTS_H
#define RELOCK_FACTS_FACTS_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What one translation unit says. Facts depend on that unit alone (its source,
 * its headers, its command, the rules that shape extraction), so they can be
 * computed in any process and in any order.
 *
 * Everything is a flat array of plain structs that refer to each other by
 * index, and strings are offsets into one table: a unit's facts are written to
 * a file and read back as they are (facts_encode, facts_decode), and a decoded
 * file is checked index by index before anybody sees it.
 *
 * String offset 0 is "" and stands for "none".
 */

#define FACTS_NONE UINT32_MAX

/* A place in a source file. Inside macros it is the place of the expansion. */
struct fact_loc {
	uint32_t file; /* string: relative to the tree, or "build:NAME" */
	uint32_t line; /* from 1; 0 is "nowhere" */
	uint32_t col;  /* bytes from 1 */
};

enum fact_type_kind {
	FT_VOID,
	FT_INT,	    /* also bool and enum; bits and is_signed hold */
	FT_PTR,	    /* to: the pointee */
	FT_ARRAY,   /* to: the element; count: how many, 0 if unknown */
	FT_RECORD,  /* name: the tag, or the typedef's name of an unnamed one */
	FT_FUNC,    /* to: the result */
	FT_OTHER,
};

struct fact_type {
	uint8_t kind;
	uint8_t bits; /* of FT_INT: 1 (bool), 8, 16, 32, 64 */
	uint8_t is_signed;
	uint8_t is_const;
	/* Of FT_RECORD: "bpf_map" (no "struct"); of a pointer to a function: its typedef; else 0. */
	uint32_t name;
	uint32_t to;	/* type index or FACTS_NONE */
	uint32_t count;
};

/*
 * Expressions. A "place" denotes memory (FX_LOCAL, FX_GLOBAL, FX_FIELD,
 * FX_DEREF, FX_INDEX); used where a value is wanted it means the value loaded
 * from there. The address of a place is FX_ADDR. p->f is
 * FX_FIELD(FX_DEREF(p), f); a[i] and p[i] are FX_INDEX over the place a or
 * FX_DEREF(p). An array used as a pointer is FX_ADDR of the array's place.
 *
 * There are no side effects in expressions: calls, assignments, ++, &&, ||, ?:
 * and statement expressions have become instructions and branches.
 */
enum fact_expr_op {
	FX_UNKNOWN,  /* a value nothing is known of (asm, float, ...) */
	FX_INT,	     /* val */
	FX_STR,	     /* sym: the text of a string literal */
	FX_LOCAL,    /* a: index into the function's locals (parameters first) */
	FX_GLOBAL,   /* sym: name of a variable; a: index into vars, or FACTS_NONE */
	FX_FUNC,     /* sym: name of a function */
	FX_FIELD,    /* a: place of the record; sym: field name; sym2: record name */
	FX_DEREF,    /* a: pointer value */
	FX_INDEX,    /* a: place of the array (or of its first element); b: index value */
	FX_ADDR,     /* a: place */
	FX_UN,	     /* sub: enum fact_un; a */
	FX_BIN,	     /* sub: enum fact_bin; a, b */
	FX_CAST,     /* a; type is what it is cast to */
	FX_OFFSETOF, /* sym: field path ("a.b"); sym2: record name */
};

enum fact_un {
	FU_NOT,	   /* ! */
	FU_COMPL,  /* ~ */
	FU_NEG,	   /* - */
};

enum fact_bin {
	FB_ADD, FB_SUB, FB_MUL, FB_DIV, FB_REM, FB_SHL, FB_SHR,
	FB_AND, FB_OR, FB_XOR,
	FB_LT, FB_GT, FB_LE, FB_GE, FB_EQ, FB_NE,
};

struct fact_expr {
	uint8_t op;
	uint8_t sub;
	uint32_t type; /* type index or FACTS_NONE */
	uint32_t a;    /* expression index (or as said above) */
	uint32_t b;
	uint32_t sym;
	uint32_t sym2;
	int64_t val;
};

enum fact_insn_op {
	/* dst = value; dst is a place expression, val a value expression. */
	FI_ASSIGN,
	/*
	 * callee(args): callee is FX_FUNC for a direct call, otherwise the value
	 * of the function pointer. dst is an FX_LOCAL expression for the result,
	 * or FACTS_NONE when the source drops it.
	 */
	FI_CALL,
	/* an asm or anything else that may write to the place dst (or to none). */
	FI_CLOBBER,
};

struct fact_insn {
	uint8_t op;
	uint8_t result_ignored; /* FI_CALL: the source makes no use of the result */
	uint8_t cleanup;	/* FI_CALL made from __cleanup at the end of a scope */
	struct fact_loc loc;
	uint32_t macro; /* name of the outermost macro that it came from, or 0 */
	uint32_t dst;
	uint32_t val;	 /* FI_ASSIGN: value; FI_CALL: callee */
	uint32_t args;	 /* FI_CALL: first index into arglist */
	uint32_t n_args;
};

enum fact_term_op {
	FTERM_JUMP,	   /* to succ[0] */
	FTERM_BRANCH,	   /* cond != 0: succ[0], else succ[1] */
	FTERM_SWITCH,	   /* cases [cases, cases + n_cases), otherwise succ[0] */
	FTERM_RETURN,	   /* cond: the value, or FACTS_NONE */
	FTERM_UNREACHABLE, /* after a call that does not return */
	FTERM_ANY,	   /* asm goto: any of the cases' targets, or succ[0] */
};

struct fact_block {
	uint32_t insns; /* first index into insns */
	uint32_t n_insns;
	uint8_t term;
	uint8_t loop_head; /* some branch leads back here */
	struct fact_loc loc; /* of the terminator */
	uint32_t cond;
	uint32_t succ[2]; /* block numbers within the function */
	uint32_t cases;
	uint32_t n_cases;
};

struct fact_case {
	int64_t lo, hi; /* case lo ... hi: */
	uint32_t target;
};

struct fact_local {
	uint32_t name; /* "" for a temporary */
	uint32_t type;
};

enum fact_func_flag {
	FF_STATIC = 1 << 0,
	FF_INLINE = 1 << 1,
	FF_ALWAYS_INLINE = 1 << 2,
	FF_NOINLINE = 1 << 3,
	FF_NOTRACE = 1 << 4, /* no_instrument_function, patchable_function_entry(0, 0) */
	FF_NORETURN = 1 << 5,
	FF_WEAK = 1 << 6,
	FF_HEADER = 1 << 7,   /* its body is in a header, not in the unit's own file */
	FF_VARIADIC = 1 << 8,
	FF_ADDR_TAKEN = 1 << 9, /* by this unit, other than in a call */
	FF_MACRO = 1 << 10, /* the whole definition came from one macro */
	FF_VOUCHES = 1 << 11, /* its body tells checkers of locks that it took or released one */
};

/* What a function's annotations say of locks; nobody has looked whether it is so. */
enum fact_claim_does {
	FCLAIM_ACQUIRES,     /* it returns with the lock */
	FCLAIM_RELEASES,     /* it is called with the lock, and returns without */
	FCLAIM_HOLDS,	     /* it is called with the lock, and returns with it */
	FCLAIM_TRY_ACQUIRES, /* what it returns tells whether it has the lock */
	FCLAIM_UNCHECKED,    /* its body is not to be believed */
};

struct fact_claim {
	uint32_t does;
	uint32_t macro; /* "__acquires" */
	uint32_t text;	/* its arguments as they are written: "&p->lock" */
	struct fact_loc loc;
};

struct fact_func {
	uint32_t name;
	uint32_t flags;
	uint32_t section; /* ".init.text", ".noinstr.text", or 0 */
	uint32_t annotations; /* index into strlist: other annotate() texts */
	uint32_t n_annotations;
	uint32_t claims; /* first index into claims */
	uint32_t n_claims;
	uint32_t macro; /* the macro it was defined through (FF_MACRO), or 0 */
	struct fact_loc loc;
	uint32_t ret_type;
	uint32_t locals; /* first index into locals; the parameters come first */
	uint32_t n_locals;
	uint32_t n_params;
	uint32_t blocks; /* first index into blocks; the first is the entry */
	uint32_t n_blocks; /* 0: declared here and defined elsewhere */
};

enum fact_var_flag {
	FV_STATIC = 1 << 0,
	FV_EXTERN = 1 << 1, /* declared only */
	FV_PERCPU = 1 << 2,
	FV_CONST = 1 << 3,
};

struct fact_var {
	uint32_t name;
	uint32_t flags;
	uint32_t section; /* as given by the attribute, or 0 */
	uint32_t type;
	struct fact_loc loc;
	uint32_t inits; /* first index into inits */
	uint32_t n_inits;
};

/* One leaf of the initialiser of a global. */
struct fact_init {
	uint32_t record; /* name of the innermost record, or 0 */
	uint32_t field;	 /* name of the innermost field, or 0 */
	uint32_t path;	 /* the way from the variable: "ops.map_free", "[3].func" */
	int64_t index;	 /* outermost array index, or -1 */
	uint32_t value;	 /* expression */
	struct fact_loc loc;
};

struct fact_field {
	uint32_t name;
	uint32_t type;
	uint32_t in_union; /* of an unnamed one: others lie where it does */
};

struct fact_record {
	uint32_t name;
	uint8_t is_union;
	uint32_t fields;
	uint32_t n_fields; /* members of unnamed structs and unions are given in place */
};

struct fact_enumerator {
	uint32_t enum_name;
	uint32_t name;
	int64_t value;
};

/*
 * What the BTF id macros say, in the order of the source. What they expand to
 * is assembly or nothing, so they are read as the macros they are.
 */
enum fact_btf_kind {
	FBTF_SET_START, /* name: the set; flags: 0 or the value of BTF_SET8's/KFUNCS' flags */
	FBTF_SET_END,
	FBTF_LIST, /* name: a BTF_ID_LIST */
	FBTF_ID,   /* prefix "func"/"struct"/..., name: the function or type; flags: KF_* */
};

struct fact_btf {
	uint8_t kind;
	uint32_t prefix;
	uint32_t name;
	uint64_t flags;
	struct fact_loc loc;
};

enum fact_unit_flag {
	FUNIT_FTRACE = 1 << 0, /* compiled with the ftrace flags */
};

struct fact_unit {
	uint32_t file;	 /* the unit's main source file */
	uint32_t object; /* the object file, relative to the build directory */
	uint32_t flags;
	uint32_t error; /* what is wrong with it: there is nothing else then; "": it could be read */
};

struct facts {
	struct fact_unit unit;
	VEC(char) strings;
	VEC(struct fact_type) types;
	VEC(struct fact_expr) exprs;
	VEC(uint32_t) arglist; /* expression indices */
	VEC(uint32_t) strlist; /* strings */
	VEC(struct fact_insn) insns;
	VEC(struct fact_case) cases;
	VEC(struct fact_block) blocks;
	VEC(struct fact_local) locals;
	VEC(struct fact_func) funcs;
	VEC(struct fact_var) vars;
	VEC(struct fact_init) inits;
	VEC(struct fact_field) fields;
	VEC(struct fact_record) records;
	VEC(struct fact_enumerator) enumerators;
	VEC(struct fact_btf) btf;
	VEC(struct fact_claim) claims;
	void *strhash; /* only while facts are being made; NULL in decoded ones */
};

/* Makes empty facts, ready for facts_string(). */
void facts_init(struct facts *f);
void facts_release(struct facts *f);

/* Interns @s and returns its offset; equal strings have equal offsets. */
uint32_t facts_string(struct facts *f, const char *s);
uint32_t facts_string_n(struct facts *f, const char *s, size_t len);

/* The text of string @s of @f. Never NULL. */
static inline const char *facts_str(const struct facts *f, uint32_t s)
{
	return f->strings.v + s;
}

struct strbuf;

/* Appends the encoded facts to @out. The same facts give the same bytes. */
void facts_encode(const struct facts *f, struct strbuf *out);

/*
 * Reads facts from @len bytes at @data into @ret (which the caller releases).
 * Returns 0, or -EBADMSG when the bytes are not whole and consistent facts:
 * every index and string offset is checked, so that no reader of decoded facts
 * has to.
 */
int facts_decode(const void *data, size_t len, struct facts *ret);

/* Writes the facts as text, for people and for golden files. */
void facts_print(const struct facts *f, struct strbuf *out);

#endif
