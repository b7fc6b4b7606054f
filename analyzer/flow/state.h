/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_STATE_H
#define RELOCK_FLOW_STATE_H

#include "base/arena.h"
#include "flow/interp.h"
#include "flow/sym.h"

/* What is known of the value of a term. */
struct known {
	uint32_t sym;
	bool nonzero;
	bool not_err; /* not in [-4095, -1]: IS_ERR() is false */
	int64_t lo, hi;
	uint64_t one_of; /* bit n: it may be n, and nothing above 63 or below 0; 0: it may be any */
};

/* What is stored at an address. */
struct cell {
	uint32_t addr;
	uint32_t val;
};

struct held {
	uint32_t addr;
	uint32_t acquire; /* index into run.acquires */
	bool lost; /* a function that was not followed may have released it, or told where it is */
	uint32_t word;	  /* the address of the word that it is, or has a bit in; 0: it is a lock */
	bool doubtful;	  /* a word that may have been given back, or is another object's now */
};

/* A lock that the path tried, and did not get. */
struct failed {
	uint32_t addr;
	uint32_t try; /* index into run.tries */
};

#define STATE_MAX_FAILED 4
#define STATE_MAX_TABLES 4
#define STATE_MAX_VAIN 8
#define STATE_MAX_IN_VAIN 64 /* of further attempts nobody knows whether they are made over and over */

/*
 * One state of the interpreter. Arrays belong to an arena and are never
 * changed in place once another state shares them: state_clone() copies.
 */
struct state {
	struct held held[INTERP_MAX_HELD];
	uint8_t n_held;
	struct failed failed[STATE_MAX_FAILED];
	uint8_t n_failed;
	uint64_t in_vain; /* bit n: attempt n of run.tries failed, and was not made again since */
	uint64_t strays; /* RUN_STRAY_BIT() of what the path released without having it */
	struct failed vain[STATE_MAX_VAIN]; /* and where, while its address is of that lock still */
	uint8_t n_vain;
	struct guards guards;
	struct guard_tests tests;
	uint32_t odd; /* class of a seqcount whose writer was interrupted, as the path found; or 0 */
	bool second; /* another CPU wrote while the path read: it goes on to a second attempt */
	uint32_t kind; /* ops table of the map at hand, or FACTS_NONE */
	struct known *known;
	uint32_t n_known, cap_known;
	struct cell *cells;
	uint32_t n_cells, cap_cells;
	struct cell tables[STATE_MAX_TABLES]; /* members that functions which are running were called through */
	uint8_t n_tables;
	uint32_t *env; /* values of the locals of the current frame */
	uint32_t n_env;
};

/* More is forgotten, oldest first: knowledge that old rarely decides a branch. */
#define STATE_MAX_KNOWN 96
#define STATE_MAX_CELLS 64

struct state *state_clone(struct arena *a, const struct state *s);

/* Whether @s and @o hold the same locks and guards, at the same kind of map. */
bool state_same_property(const struct state *s, const struct state *o);
/* Whether @s and @o found the same of seqcounts: what only one of them comes to is only for that. */
static inline bool state_same_count(const struct state *s, const struct state *o)
{
	return s->odd == o->odd && s->second == o->second;
}

void state_store(struct state *s, struct arena *a, struct syms *syms, uint32_t addr, uint32_t val);
/*
 * The call is over that @before was the state of: locals of @s that hold what a test came to keep it
 * where the callee stored to what was tested.
 */
void state_settle_locals(struct state *s, const struct state *before, struct syms *syms);
/*
 * Somebody else may have written to @addr, where the path stored nothing: what is read there now is
 * @val. What is known of the value that was there before stays.
 */
void state_renew(struct state *s, struct arena *a, uint32_t addr, uint32_t val);
/* What is stored at @addr, or SYM_NONE. */
uint32_t state_cell(const struct state *s, uint32_t addr);
/* Forgets what is stored at or below @addr. */
void state_forget(struct state *s, const struct syms *syms, uint32_t addr);
/*
 * Forgets what is known of terms with @part in them: it is a new value now. Attempts on locks
 * there were on others, and words there are in doubt.
 */
void state_forget_known(struct state *s, const struct syms *syms, uint32_t part);
/* The part of it that is about locks and words. */
void state_forget_locks(struct state *s, const struct syms *syms, uint32_t part);
/* Notes that attempt @try, on the lock at @addr, was in vain. */
void state_add_vain(struct state *s, uint32_t addr, uint32_t try);
/* What was tried in vain at terms with @from was so at those with @to, which is the same now. */
void state_rename_vain(struct state *s, struct syms *syms, uint32_t from, uint32_t to);
/* Attempt @try is made once more; returns whether the last was on the lock at @addr too. */
bool state_drop_vain(struct state *s, uint32_t addr, uint32_t try);
/*
 * Forgets what may differ the next time round a loop. What was known at the
 * function's entry (@entry, or NULL) is kept as far as it still holds: a path that
 * changes it meets the others at the head of the loop.
 */
void state_forget_volatile(struct state *s, const struct syms *syms, const struct state *entry);

/* Whether anything is known of the term @sym itself. */
bool state_knows(const struct state *s, uint32_t sym);
/* 1: @cond is not zero, 0: it is, -1: not known. */
int state_truth(const struct state *s, const struct syms *syms, uint32_t cond);
/* The small numbers that @sym may be, as in struct known; 0: it may be any. */
uint64_t state_one_of(const struct state *s, const struct syms *syms, uint32_t sym);
/* Takes @sym to be one of @one_of. */
void state_assume_one_of(struct state *s, struct arena *a, uint32_t sym, uint64_t one_of);
/* Takes @cond to be nonzero (@truth) or zero. Returns false if that cannot be. */
bool state_assume(struct state *s, struct arena *a, struct syms *syms, uint32_t cond, bool truth);
/*
 * Takes @sym to be a pointer to something: neither NULL nor an error. Returns false if it cannot
 * be.
 */
bool state_assume_pointer(struct state *s, struct arena *a, struct syms *syms, uint32_t sym);

/*
 * Keeps in @s what @o knows too; what one tested and the other stored becomes
 * known of a term that @syms may have to make, with memory in @a. Returns whether
 * @s lost anything.
 */
bool state_meet(struct state *s, const struct state *o, struct arena *a, struct syms *syms);
/* The same, but what is known of the values made by sym_fresh(any, @b, @c) stays. */
bool state_meet_but(struct state *s, const struct state *o, struct arena *a, struct syms *syms,
		    uint32_t b, uint32_t c);

void state_tested(struct state *s, const struct guard_test *t);

#endif
