/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_PRIMS_H
#define RELOCK_FLOW_PRIMS_H

#include "flow/state.h"

/* A way out of a call: the state there and the value returned. */
struct exit {
	struct state *s;
	uint32_t value;
};

struct exits {
	struct exit *v;
	size_t n, cap;
};

/* What calls of a run came to; see flow/recall.h. */
struct recalled_call {
	struct exit *v;
	uint32_t n;
	uint64_t steps;
};

struct recalled {
	struct map64 at; /* recall_key() -> number in calls */
	VEC(struct recalled_call) calls;
	struct arena arena;
};

/* What the interpreter passes around during one run. */
struct flow {
	struct interp *in;
	struct run *run;
	const struct run_input *input;
	uint64_t max_steps;
	struct map64 point_seen;
	struct map64 acquire_seen;
	struct map64 leave_seen;
	struct map64 try_seen;
	struct map64 look_seen; /* what look_into() went through */
	uint64_t look_steps; /* instructions of that */
	bool looking; /* it is in there */
	unsigned int n_guard_tries; /* of these, tests of guards */
	struct map64 own_cpu; /* terms that are the address of this CPU's copy of something */
	/*
	 * How often the run came to refer to a frame: whoever stores one in it has to
	 * say so with keep_frame(). The frames of a call in which that did not happen
	 * are given back.
	 */
	uint64_t kept;
	bool forgets; /* loops forget what is known of memory, also what callers knew of it */
	struct recalled recalled;
};

static inline void keep_frame(struct flow *fl)
{
	fl->kept++;
}

/* What a value is of that nothing is known of; @at of flow_fresh() is the number of that. */
enum fresh {
	FRESH_LOCAL = 1,  /* a local that nothing was assigned to */
	FRESH_VALUE,	  /* an expression that is not understood */
	FRESH_PLACE,	  /* the place of one */
	FRESH_RESULT,	  /* what a function returns, by ways that were joined (@at: 0) */
	FRESH_CALL,	  /* an instruction: what a call returns that is not followed */
	FRESH_CLOBBER,	  /* what is written there */
	FRESH_LOCK,	  /* what a function on locks returns */
	FRESH_PRIM,	  /* what another function returns that the rules know */
	FRESH_THERE,	  /* what is in a word that others may have */
	FRESH_WAS,	  /* what was in one before */
	FRESH_CELL = 13,  /* what is in a local's memory where paths meet (12: flow/recheck.c) */
	FRESH_JOIN = 16,  /* a local where paths meet, at a block whose number is added */
};

/* A value that nothing is known of: the one that @frame makes of @of at @at. */
static inline uint32_t flow_fresh(struct flow *fl, const struct frame *frame, uint32_t at,
				  uint32_t of)
{
	return sym_fresh(&fl->run->syms, at, (uint32_t)frame->hash, of, frame->depth);
}

/* A call of a function that the rules describe. */
struct prim_call {
	struct flow *fl;
	struct arena *arena;
	const struct frame *frame;
	const struct fact_insn *insn;
	const struct facts *f;
	uint32_t callee;
	const uint32_t *args;
};

/* What the call makes of @of that nothing is known of. */
static inline uint32_t call_fresh(const struct prim_call *pc, enum fresh of)
{
	return flow_fresh(pc->fl, pc->frame, (uint32_t)(pc->insn - pc->f->insns.v), of);
}

/*
 * Takes what is at @addr, of @class, in @s, as a try by @rule that succeeds; returns the state of
 * one that does not. @word: the address of the word that it is or is in; 0: it is a lock.
 */
struct state *prim_try(const struct prim_call *pc, struct state *s, uint32_t addr, uint32_t class,
		       const struct rule_lock *rule, uint32_t word);
/* Takes, tries or releases a lock; pushes one exit, or two for a try. */
void prim_lock(const struct prim_call *pc, struct state *s, struct exits *ret);
/* Notes in @a what the path in @s holds: another lock, and which words. */
void prim_note_held(const struct run *run, const struct state *s, struct acquire *a);
/* The callers of @frame, the run's first, hold @lock. */
void prim_held_before(struct flow *fl, const struct frame *frame, struct state *s,
		      const struct run_lock *lock);
/* Counts; returns the operation's value. */
uint32_t prim_percpu(const struct prim_call *pc, struct state *s);
/* The guard in this CPU's memory that a function of the rules' counters is called with, or FACTS_NONE. */
uint32_t prim_counter_guard(const struct prim_call *pc);
/* The same as prim_percpu(), of such a call and its guard. */
uint32_t prim_counter(const struct prim_call *pc, struct state *s, uint32_t guard);
/*
 * Notes in @s that @frame makes test @t. Where the code that a program interrupted has the guard up,
 * nobody lowers it meanwhile: whoever makes the test until it is down waits for ever.
 */
void prim_tested(struct flow *fl, const struct frame *frame, struct state *s,
		 const struct guard_test *t);
/* Notes that what @run does depends on how far @guard is raised. */
void prim_counted(struct run *run, uint32_t guard);
/* Whether @addr is in this CPU's copy of something. */
bool prim_is_own(const struct flow *fl, uint32_t addr);
/* Notes, for the whole run of @fl, that @addr is. */
void prim_set_own(struct flow *fl, uint32_t addr);
/* The guard that @addr is in this CPU's memory, or FACTS_NONE. */
uint32_t prim_own_guard(struct flow *fl, uint32_t addr);
/* @val is written to the guard; what is not known to be more than 0 leaves it down. */
void prim_write_guard(struct flow *fl, const struct frame *frame, struct state *s, uint32_t guard,
		      uint32_t val);
/* Of what a program calls: whether a seqcount changed. Pushes one exit, or two. */
void prim_count_changed(const struct prim_call *pc, struct state *s, struct exits *ret);
/* The value that the rules give, or SYM_NONE: it is not known. */
uint32_t prim_value(const struct prim_call *pc, struct state *s);
/* strlen(), strcmp() and strncmp() of known strings, or SYM_NONE. */
uint32_t prim_string(const struct prim_call *pc);

/* The guard reached through @record.@field. */
uint32_t prim_guard_field(const struct interp *in, uint32_t record, uint32_t field);
/* The guard that is element @index of the per-CPU array @var. */
uint32_t prim_guard_element(const struct interp *in, uint32_t var, int64_t index);

uint32_t flow_load(struct flow *fl, struct state *s, uint32_t addr);

/*
 * What the values of the map must have for the path in @s, bits per
 * rules->map_fields: a switch took the branch of that kind of field, or a test of
 * the map said so.
 */
uint32_t prim_path_fields(const struct flow *fl, const struct state *s);
/*
 * Where it is known which fields a map's values have, and @cond is made of the mask of them: its
 * bits, enumerators of rules->map_fields. 0: otherwise.
 */
int64_t prim_switch_fields(const struct flow *fl, uint32_t cond);
/* The part of that which @k says. */
uint32_t prim_known_fields(const struct flow *fl, const struct known *k);

#endif
