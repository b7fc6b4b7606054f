/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_INTERP_H
#define RELOCK_FLOW_INTERP_H

#include "flow/profile.h"
#include "flow/sym.h"
#include "program/program.h"

/*
 * The interpreter: walks the control flow of one function and of what it
 * calls, with a state: which locks are held, how far each per-CPU guard is
 * raised, and what is known of values. What it sees (acquires, and the places
 * in a critical section where a program can run) becomes a struct run.
 *
 * States that agree in locks, guards and map kind are merged where paths meet
 * once there are too many of them; those that differ in them never are (Das,
 * Lerner, Seigle: ESP, PLDI 2002).
 */

/* A guard: a per-CPU counter, by variable or by the (record, field) that points to it. */
#define GUARD_FIELD (UINT32_C(1) << 31) /* the rest is a string: "record.field", "array[1]" */

/* How far a guard is raised. Guards that are not listed are at 0. */
struct guard_value {
	uint32_t guard;
	int32_t count;
};

/*
 * How often interrupts were turned off is part of a state like a guard is: code
 * looks at it, and the interrupted context hands it on to the program.
 */
#define GUARD_IRQS_OFF (UINT32_MAX - 1)

#define INTERP_MAX_GUARDS 8
#define INTERP_MAX_HELD 8

struct guards {
	struct guard_value v[INTERP_MAX_GUARDS]; /* sorted by guard, none with count 0 */
	uint8_t n;
};

#define GUARD_MAX_RAISED 2

/* A test of a guard that the path took: the result decides what happens next. */
struct guard_test {
	uint32_t guard;
	int32_t count; /* the value seen by the test, after the operation */
	struct fact_loc loc;
	uint32_t func;
	uint32_t addr; /* which counter, where there are several: a term of the run; or SYM_NONE */
	/* Where the operation raised it, on the paths that met; none: nowhere, or at too many. */
	uint32_t raised[GUARD_MAX_RAISED];
	uint8_t n_raised;
};

struct guard_tests {
	struct guard_test v[INTERP_MAX_GUARDS];
	uint8_t n;
};

struct summary_take; /* flow/summary.h */

/* An activation of a function, up to the one that the run started with. */
struct frame {
	const struct frame *up;
	uint32_t func;
	struct fact_loc call; /* in up->func; line 0 for the first frame */
	bool via_pointer;
	uint32_t via_record, via_field;
	uint32_t *args; /* values of the parameters */
	uint32_t n_args;
	uint32_t depth;
	uint64_t hash;
};

#define ACQUIRE_MAX_UNDER 2

/* A lock was taken. */
struct acquire {
	uint32_t class; /* string: "bpf_local_storage.lock", or 0 if it cannot be named */
	uint32_t addr;	/* which lock: a term of the run */
	uint32_t kind;	/* global of the map's ops table, or FACTS_NONE */
	uint32_t map_fields; /* bit per rules->map_fields: the way here is only for maps with these */
	bool nested; /* another lock was held already */
	uint32_t under[ACQUIRE_MAX_UNDER]; /* words and locks that the path did not wait for, held by then */
	uint8_t n_under;
	uint32_t odd; /* of a nested run: the seqcount (class) whose writer was interrupted if it comes here; or 0 */
	bool second; /* of a nested run: it comes here only if another CPU wrote to a seqcount meanwhile */
	bool callers; /* it is not taken but found: the function is there to release it */
	const struct rule_lock *rule;
	uint32_t primitive; /* the function that took it */
	bool blocking;
	bool last_put; /* of a nested run: its object is going, nobody else has it (is_of_last_put()) */
	bool each_cpus; /* it is where a pointer leads to memory of which each CPU has its own */
	bool own_cpu; /* whichever path takes it there, it is in this CPU's copy of something */
	bool looked; /* it is in what was looked into for programs, and another run is about it */
	bool beyond; /* the run came to it through the summary of a function beyond the scope */
	struct fact_loc loc;
	struct fact_loc released; /* line 0: no release was seen */
	uint32_t func;		  /* the function it stands in */
	const struct frame *frame;
	const struct summary_take *via; /* with beyond: the rest of the way, from... */
	const struct frame *caller;	/* ...a call in this frame... */
	struct fact_loc call;		/* ...which is here */
	struct guards guards;
	struct guard_tests tests;
};

/* A call while locks are held: a program attached to what is called runs here. */
struct point {
	uint32_t held[INTERP_MAX_HELD]; /* acquires, oldest first */
	uint8_t n_held;
	uint8_t doubtful; /* bit by number in held: a word that may have been given back */
	uint32_t callee; /* struct func */
	bool via_pointer;
	bool at_exit;	 /* only its exit is inside: the primitive that took the lock */
	bool blocking;	 /* with at_exit: the lock may have been waited for */
	bool at_entry;	 /* only its entry: the primitive, or the run's function, that releases it */
	bool entered;	 /* the interpreter followed it: calls in it have points of their own */
	bool looked;	 /* it is in what was looked into for programs: only that it is called is known */
	bool callback;	 /* a program's own function is called there, by callee, which holds the call */
	uint32_t map_fields; /* as of an acquire: the way here is only for maps with these */
	struct fact_loc loc;
	uint32_t func;
	const struct frame *frame;
	struct guards guards;
};

/* What is known of a value that was returned: bits, of all ways to return together. */
enum run_value {
	RUN_ZERO = 1 << 0,
	RUN_NEGATIVE = 1 << 1, /* an error */
	RUN_NONZERO = 1 << 2,  /* but not known to be negative */
	RUN_UNKNOWN = 1 << 3,  /* or there is none */
};

/* A return of a function that leaves more, or less, than it found. */
struct run_leave {
	const struct frame *frame;
	struct fact_loc loc;
	unsigned int value; /* enum run_value */
	uint32_t held[INTERP_MAX_HELD]; /* acquires that it made and leaves */
	uint8_t n_held;
	/*
	 * Bits by number in held, of what is so on each of the paths: its address is stored
	 * for the caller; or a function that was not followed may have released it, or
	 * told where it is.
	 */
	uint8_t told, lost;
	uint64_t strays; /* RUN_STRAY_BIT() of what each path released without having it */
	struct guards guards; /* by how much each is higher than it was */
};

/*
 * An attempt on a lock, or a test of a guard that is up, and what the path that it failed on made
 * of it.
 */
struct run_try {
	uint32_t class; /* of the lock */
	uint32_t guard; /* or FACTS_NONE: it is a lock */
	uint32_t addr;	/* of the guard: a term of the run */
	const struct frame *frame;
	struct fact_loc loc;
	struct fact_loc released; /* where it is released though it failed; line 0: nowhere */
	/*
	 * Depths of frames, UINT32_MAX if there is none: the outermost one that comes
	 * back to the attempt after it failed, and the outermost one that returns then.
	 */
	uint32_t again, left;
	bool counts; /* as in struct rule_lock: what failed is to be counted down */
	bool waits; /* it is made until it succeeds: a loop comes back to it and is not left before */
};

/* A way out of the function that the run started with, and the locks that are held there. */
struct run_return {
	struct fact_loc loc;
	unsigned int value; /* enum run_value */
	uint32_t held[INTERP_MAX_HELD]; /* acquires */
	uint8_t n_held;
};

/* What a release, by class and place, was on some path. */
enum released {
	RELEASED_HELD = 1 << 0,
	RELEASED_STRAY = 1 << 1, /* nothing of the class was held */
};

/* The first place where a lock is released that the run does not hold, of each class. */
struct run_stray {
	uint32_t class;
	uint32_t addr; /* which lock: a term of the run */
	const struct rule_lock *rule;
	struct fact_loc loc;
	bool doubtful; /* at some place the class is released held or not */
};

/* A guard goes down to 0, by another address than those by which it went up. */
struct run_lower {
	uint32_t guard;
	uint32_t lowered, raised[GUARD_MAX_RAISED]; /* terms of the run */
	uint8_t n_raised;
	const struct frame *frame;
	struct fact_loc loc;
};

/* The bit of run.strays.v[n]; what comes late shares one. */
#define RUN_STRAY_BIT(n) (UINT64_C(1) << ((n) < 63 ? (n) : 63))

/* A member of the object that a function makes and returns, which is the same on each of its ways out. */
struct run_made {
	uint32_t record, field;
	int64_t val;
};

/* A value that the function returned. */
struct run_exit {
	uint32_t value;
	bool nonzero; /* known not to be 0, also where it is no constant */
};

struct run {
	struct arena arena; /* frames */
	struct syms syms;
	uint32_t func;
	uint32_t kind;
	VEC(struct acquire) acquires;
	VEC(struct point) points;
	VEC(struct run_exit) exits;
	VEC(struct run_leave) leaves;
	VEC(struct run_return) returns; /* only where asked for */
	VEC(struct run_made) made; /* the same */
	uint32_t n_makes; /* ways out that return a new object */
	VEC(struct run_try) tries;
	VEC(struct run_stray) strays;
	VEC(struct run_lower) lowers;
	struct map64 releases; /* class and place of a release -> enum released */
	/* Guards, by what the run does to them; and by what goes on below a frame: run_did(). */
	struct map64 raised, lowered;
	VEC(uint32_t) counted; /* guards that it looked at or wrote to, at any place */
	struct map64 balanced; /* frame hash -> enum run_value of returns that leave what was found */
	uint64_t steps;
	bool open;	 /* it leaves locks or guards other than it found them, or releases others */
	bool tested;	 /* on some way out a guard was tested */
	bool followed;	 /* it left something, and what is called then was run as well */
	bool forgot;	 /* more locks were held at once than are followed; the oldest went */
	const char *cut; /* why the run is not complete, or NULL */
};

/* A member of a parameter that is known before the run starts. */
struct known_field {
	uint32_t param;
	uint32_t via_record, via_field; /* of what this member of it points to; 0: of itself */
	uint32_t record, field;
	int64_t value;
};

/* A function that is called after another one, in the state that it left. */
struct run_step {
	uint32_t func;
	uint32_t via_record, via_field; /* the member that it is called through */
	uint32_t handed; /* the parameter in which it gets the pointer that was returned last */
	bool last; /* called whatever was returned; the others only with a pointer that is one */
};

/* A member on the way to a lock. */
struct lock_step {
	uint32_t record, field;
	bool load; /* what was reached before is a pointer, and this a member of what it points to */
};

#define LOCK_PATH_MAX 6

/* Where a lock is, as a function's annotation may say: a parameter, or a global, and members. */
struct lock_path {
	uint32_t param; /* FACTS_NONE: it begins with the global */
	uint32_t gvar;
	struct lock_step step[LOCK_PATH_MAX];
	uint8_t n;
	bool load; /* the lock is what the last one points to */
};

/* A lock that is held before the run. */
struct run_lock {
	struct lock_path path;
	struct fact_loc loc; /* where that is said */
};

/* What is known of a parameter that is no constant. */
struct param_hint {
	bool nonnull;
	uint64_t one_of; /* bit n: it may be n, and nothing above 63; 0: it may be any */
	uint64_t bits;	 /* those that it may have */
	bool points;	 /* it points to a number, which is... */
	int64_t to;
};

/* A step on the way from a pointer to a member of what it leads to. */
struct table_step {
	bool loads; /* to what is stored there; otherwise to a member */
	uint32_t record, field;
};

#define TABLE_MAX_STEPS 8
#define TABLE_MAX_HINTS 2

/* Which function a table has that is found through a parameter: see flow/tables.h. */
struct table_hint {
	uint32_t param;
	struct table_step steps[TABLE_MAX_STEPS]; /* from the member back to the parameter */
	uint8_t n_steps;
	uint32_t func;
};

/* Of more parameters nothing is known before a run. */
#define INTERP_MAX_PARAMS 8

struct run_input {
	uint32_t func;
	const struct run_step *then; /* what follows the function, if that leaves anything */
	size_t n_then;
	bool then_always; /* even if it leaves nothing */
	uint32_t kind;		     /* ops table of the map's kind, or FACTS_NONE */
	const struct guards *guards; /* what the interrupted context has raised, or NULL */
	bool nested; /* follow pointers although nothing is held: all acquires are wanted */
	bool for_programs; /* programs call it: what it leaves is left to them */
	bool task;   /* it runs in a task, and begins with interrupts on */
	bool nmi;    /* it runs in an NMI: interrupts are off, and code may ask */
	bool own_unit; /* follow nothing that is defined in another unit, headers apart */
	bool by_name; /* follow what calls by name lead to a lock, in any unit, and nothing else */
	bool returns; /* run.returns is wanted */
	bool makes; /* run.made is wanted */
	const struct run_lock *held; /* taken by the callers; the run's first acquires */
	size_t n_held;
	bool decide; /* the value returned is wanted: follow whatever it may depend on */
	const int64_t *param_value; /* n_known constants, used where param_known */
	const bool *param_known;
	const struct param_hint *param_hint; /* of the others, or NULL */
	uint32_t n_known; /* in each of these */
	const struct table_hint *table_hints;
	size_t n_table_hints;
	const struct known_field *fields;
	size_t n_fields;
	const uint32_t *map_fields; /* bit per rules->map_fields: which a map's values have; NULL: any */
	const int64_t *map_type; /* what the type of every map is, or NULL: that of the kind */
	const char *attach_name; /* what a function of value VALUE_ATTACH_NAME returns, or NULL */
	uint64_t max_steps;	 /* 0: the default bound */
	bool forgets; /* loops forget what is known of memory, also what callers knew of it */
};

/* The kinds of maps, for the interpreter: which ops table belongs to which map type. */
struct map_kind {
	uint32_t ops;	/* global */
	int64_t type;	/* value of the map type */
	uint32_t type_name; /* enumerator */
	uint32_t slot_record, slot_field; /* where an owner keeps its storage, or 0 */
};

/* A function that writes to a guard as to any memory, or is given its address to do so. */
struct guard_writer {
	uint32_t func;
	uint32_t guard;
};

/* A function that takes a word, or gives it back (flow/words.h). */
struct word_user {
	uint32_t func;
	uint32_t class; /* of the word; with handed: of all that it is handed, the record */
	bool handed;	/* it is handed a pointer to a record, and takes that for a word */
};

struct interp {
	struct program *p;
	const struct map_kind *kinds;
	size_t n_kinds;
	struct map64 made_at; /* of made_find(): kind, record and field -> number in made */
	VEC(int64_t) made;
	struct func_info *info; /* by struct func; made when first needed */
	size_t n_info;
	struct map64 transparent; /* (record, field) of rules' transparent fields */
	struct map64 callback_types; /* typedefs of pointers to functions of programs */
	uint32_t ops_record, map_record, ops_field, type_field;
	uint32_t map_field_record, map_field_type;
	uint32_t fields_record, fields_mask;
	uint64_t decide; /* bits of what the verifier hands over by which code decides what it does */
	int64_t map_field_value[32]; /* enumerators of rules->map_fields, 0: the tree has none */
	struct interp_profile *profile; /* counted in, or NULL */
	const struct map64 *tracked; /* lock classes to follow, by string; NULL: all */
	const struct map64 *decisive; /* guards that stop what programs call; NULL: any may */
	struct map64 guard_classes; /* guards that some code tests */
	VEC(struct guard_writer) guard_writers;
	struct map64 kept; /* of settled_find_kept() */
	struct map64 unset; /* static pointers that nobody writes */
	VEC(uint32_t) settled; /* pointers in globals that are not NULL once there are programs */
	struct map64 words; /* classes of words that are followed (flow/words.h) */
	struct map64 word_records; /* records that are words themselves */
	VEC(struct word_user) word_users;
	/* Guards of which there are several: another object, or another index, has its own. */
	struct map64 plural_guards;
	struct map64 chosen_guards; /* those of which one is found by an index that is computed */
	/* Of functions beyond the scope; see flow/summary.h. */
	struct map64 summary_at;
	VEC(struct summary *) summaries;
	struct syms summary_syms;
};

/* A pointer that may go to more functions than this is not followed: it says too little. */
#define INTERP_MAX_TARGETS 48

/* Default bound on the instructions of one run; a run that reaches it is cut and says so. */
#define INTERP_MAX_STEPS UINT64_C(600000)

void interp_init(struct interp *in, struct program *p);
void interp_release(struct interp *in);
void interp_run(struct interp *in, const struct run_input *input, struct run *ret);
void interp_run_release(struct run *r);
/* Whether what @did (a run's raised or lowered) says happened to @guard in @frame, or below it. */
bool run_did(const struct map64 *did, const struct frame *frame, uint32_t guard);
/* What a release of @class at @loc was in @run, enum released; 0: there was none. */
unsigned int run_released(const struct run *run, uint32_t class, const struct fact_loc *loc);

/* The lock at the end of @path, as a term of @run. */
uint32_t interp_lock_term(struct interp *in, struct run *run, const struct lock_path *path);
/* The class of the lock at @addr, a term of @run; 0 if it cannot be named. */
uint32_t interp_lock_class(struct interp *in, struct run *run, uint32_t addr);

/* Marks, in @mark (one for each function), those from which an operation on one of @guards is reached. */
void interp_counting(const struct interp *in, const struct map64 *guards, bool *mark);

/* Whether parameter @param of @func ends up as the counter of a per-CPU operation. */
bool interp_param_is_guard(struct interp *in, uint32_t func, uint32_t param);

/* Whether @record has no tag: a lock in it is called after the field, or global, that is of this type. */
bool interp_record_unnamed(const struct interp *in, uint32_t record);
/* The class of a lock, or word, that is field @x of @f; in @arena. NULL: the text does not say. */
const char *interp_field_class(const struct interp *in, struct arena *arena, const struct facts *f,
			       const struct fact_expr *x);

/* The name of a guard: "bpf_cgrp_storage_busy", "bpf_htab.map_locked". */
const char *guard_name(const struct program *p, uint32_t guard);

int32_t guards_get(const struct guards *g, uint32_t guard);
bool guards_equal(const struct guards *a, const struct guards *b);
/* @key with what @g has raised. */
uint64_t guards_mix(uint64_t key, const struct guards *g);

/* A counter further off zero than this is only "far off": loops would never end otherwise. */
#define GUARD_LIMIT 4

/* Sets how far @guard is raised; far-off counts are all one, and 0 removes it. */
void guards_set(struct guards *g, uint32_t guard, int32_t count);
void guards_add(struct guards *g, uint32_t guard, int32_t delta);

#endif
