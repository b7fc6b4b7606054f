/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_PROGRAM_PROGRAM_H
#define RELOCK_PROGRAM_PROGRAM_H

#include "base/map.h"
#include "facts/facts.h"
#include "hazard/finding.h"
#include "rules/rules.h"

/*
 * All units linked. Linking rewrites the units' facts in place: every string
 * becomes a number of the program's one string table (equal text, equal
 * number), FX_FUNC.a the number of a struct func, FX_GLOBAL.a the number of a
 * struct gvar.
 */

/* A function of the program: static ones of one name in two files are two. */
struct func {
	uint32_t name;
	uint32_t unit;	/* of the definition, or of the first declaration */
	uint32_t fact;	/* index into that unit's funcs */
	uint32_t flags; /* FF_*; attributes of all declarations together */
	uint32_t section;
	bool defined;
	bool recursive;	    /* it calls itself by name */
	/* Calls of it by name in the analysed units. */
	uint32_t sites; /* first index into program.sites */
	uint32_t n_sites;
	uint32_t n_scope_sites; /* those of them that are in the scope */
	bool address_taken; /* somebody stores it or passes it on */
	bool address_kept; /* ...other than as an argument to static functions of known body */
	/* Callees, direct and through pointers that the tree's assignments resolve. */
	uint32_t calls; /* first index into program.calls */
	uint32_t n_calls;
	const struct rule_lock *lock;	  /* it is a lock primitive */
	const struct rule_percpu *percpu; /* it is an operation on a per-CPU variable */
	const struct rule_counter *counter; /* it counts at an address, of whatever memory */
	const struct rule_word *word; /* it takes a word, or gives it back */
	const struct rule_value *value;
	bool touches; /* something that changes a state is reached from here: see interp.h */
	bool touches_direct; /* the same without calls through pointers */
	bool beside; /* beyond the scope, and only functions of its own unit call it */
	bool runs; /* by calls of its name, and on, programs are run */
};

struct gvar {
	uint32_t name;
	uint32_t unit;
	uint32_t fact; /* index into that unit's vars */
	bool defined;
	bool percpu;
};

/* One call in the source. */
struct call {
	uint32_t caller;
	uint32_t insn;	 /* index into the caller's unit's insns */
	uint32_t callee; /* struct func, or FACTS_NONE for a pointer */
	uint32_t record; /* pointer: the member called through, or 0 */
	uint32_t field;
};

struct unit {
	struct facts facts;
	bool ftrace;
	bool reached; /* it is beyond the scope, and here as what the scope's units call is in it... */
	bool holds;   /* ...or for the locks that it holds: what programs call does not lead into it */
};

/* As a record: the target is of a variable, whose number stands for the field. */
#define TARGET_VARIABLE (UINT32_MAX - 1)

/* An assignment of a function to a struct member or variable anywhere in the tree. */
struct member_target {
	uint32_t record, field;
	uint32_t func;
	uint32_t var; /* the global whose initialiser says so, or FACTS_NONE */
	bool holds; /* function or assignment is of a unit that is there for what it holds */
};

struct program {
	const struct rules *rules;
	struct arena arena;
	struct unit *units;
	size_t n_units;
	struct map64 string_ids; /* hash -> first number; collisions are chained by probing */
	VEC(const char *) strings;
	VEC(struct func) funcs;
	VEC(struct gvar) gvars;
	VEC(struct call) calls;
	VEC(uint32_t) sites; /* numbers of calls, grouped by callee, ascending */
	VEC(struct member_target) targets; /* sorted by record, field, func, var */
	struct map64 joined;		   /* program_joined(): two strings -> string */
	struct map64 func_by_name;	   /* external functions: string -> func */
	struct map64 gvar_by_name;
	struct map64 func_by_fact; /* (unit, fact) -> func */
	struct map64 static_funcs; /* name and place -> func */
	struct map64 gvar_by_fact;
	struct map64 records; /* record name -> unit << 32 | index is kept in record_at */
	VEC(uint64_t) record_at;
};

/*
 * Links @n results of the pool (failed ones have no funcs and no strings); the
 * facts move into the program.
 */
void program_link(struct program *p, const struct rules *rules, struct facts *facts, size_t n);
/*
 * Links @n more, of units beyond the scope, to what is there; @holds: they are
 * there for what they hold. Functions and globals keep their numbers; whatever
 * was computed of the program is to be computed anew.
 */
void program_extend(struct program *p, struct facts *facts, size_t n, bool holds);
void program_release(struct program *p);

/* The number of the string @s, making it known if it was not. */
uint32_t program_string(struct program *p, const char *s);
/* The number of "a.b", of strings @a and @b. */
uint32_t program_joined(struct program *p, uint32_t a, uint32_t b);
/* The number of @s, or FACTS_NONE when no unit mentions it. */
uint32_t program_find_string(const struct program *p, const char *s);

static inline const char *program_str(const struct program *p, uint32_t s)
{
	return p->strings.v[s];
}

/* The function of external linkage called @name, or FACTS_NONE. */
uint32_t program_func(const struct program *p, const char *name);
/* The first function called @name, static or not, that has a body; or FACTS_NONE. */
uint32_t program_defined(const struct program *p, const char *name);
uint32_t program_gvar(const struct program *p, const char *name);

/* Whether @fn does no more than what rules say of its lock: its own code is not gone through. */
static inline bool func_only_locks(const struct func *fn)
{
	return fn->lock && !fn->lock->body;
}

/*
 * Whether @fn, a release, has code of its own that goes on to wake who waits for
 * the lock, and takes the locks of that (rwsem_wake(), kernel/locking/rwsem.c):
 * a lock that sleeps, released out of line.
 */
static inline bool func_wakes(const struct func *fn)
{
	return fn->lock && fn->lock->does == LOCK_RELEASE && fn->lock->sleeps &&
	       !(fn->flags & FF_HEADER);
}

/* Whether @func is of a unit beyond the scope. */
static inline bool func_is_beyond(const struct program *p, uint32_t func)
{
	return p->units[p->funcs.v[func].unit].reached;
}

/* Whether @func is of a unit that is there for what it holds. */
static inline bool func_only_holds(const struct program *p, uint32_t func)
{
	return p->units[p->funcs.v[func].unit].holds;
}

static inline const struct facts *func_facts(const struct program *p, const struct func *f)
{
	return &p->units[f->unit].facts;
}

static inline const struct fact_func *func_fact(const struct program *p, const struct func *f)
{
	return &p->units[f->unit].facts.funcs.v[f->fact];
}

static inline const char *func_name(const struct program *p, uint32_t f)
{
	return program_str(p, p->funcs.v[f].name);
}

/* The functions that the tree assigns to @record.@field: @ret_n of them from the returned one on. */
const struct member_target *program_targets(const struct program *p, uint32_t record,
					    uint32_t field, size_t *ret_n);

/* Whether there is a table of functions that has two of them; how that is known. */
enum one_table {
	ONE_TABLE_NO,
	ONE_TABLE_MAYBE, /* either is assigned: a table that has it may have anything else */
	ONE_TABLE_YES,	 /* the initialiser of a global says so */
};

/* Whether one table has @func in @record.@field and @func2 in @record.@field2. */
enum one_table program_one_table(const struct program *p, uint32_t record, uint32_t field,
				 uint32_t func, uint32_t field2, uint32_t func2);

/* The function that initialiser of global @var gives to its member @field, or FACTS_NONE. */
uint32_t program_member_func(const struct program *p, uint32_t var, uint32_t field);

/* The global whose address initialiser of global @var gives to its member @field, or FACTS_NONE. */
uint32_t program_member_global(const struct program *p, uint32_t var, uint32_t field);

/* The record that global @var is, or 0. */
uint32_t program_gvar_record(const struct program *p, uint32_t var);

/*
 * Marks, in @mark (one for each function), every function that a marked one is
 * reached from: by a call of its name or, with @pointers, through a member it
 * is assigned to. Of functions for which @ends (or NULL) is true callers are not
 * marked.
 */
void program_reach(const struct program *p, bool *mark, bool pointers,
		   bool (*ends)(const struct program *p, uint32_t func));

/* The layout of record @name, or NULL; @ret_facts is where its fields are. */
const struct fact_record *program_record(const struct program *p, uint32_t name,
					 const struct facts **ret_facts);
/* Member @field of record @name, also of an unnamed one in it, or NULL; @ret_facts is where it is. */
const struct fact_field *program_field(const struct program *p, uint32_t name, uint32_t field,
				       const struct facts **ret_facts);

/* The global whose address, or whose element's or member's, expression @e of @f is; or FACTS_NONE. */
uint32_t program_expr_global(const struct facts *f, uint32_t e);

/* A key for member @field of a record, or of a global. */
static inline uint64_t member_key(uint32_t of, uint32_t field)
{
	return (uint64_t)of << 32 | field;
}

/* Strips casts. */
uint32_t expr_strip(const struct facts *f, uint32_t expr);
/* The struct func that the call @insn names, or FACTS_NONE. */
uint32_t insn_callee(const struct facts *f, const struct fact_insn *insn);
/*
 * The next instruction behind @prev (NULL: the first) of @fn's text that gives local @local its
 * value, or NULL.
 */
const struct fact_insn *func_next_value(const struct program *p, const struct func *fn,
					uint32_t local, const struct fact_insn *prev);

/* A location for reports. The strings belong to the program. */
struct location program_location(const struct program *p, const struct fact_loc *loc,
				 uint32_t func);

#endif
