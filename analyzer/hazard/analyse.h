/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_ANALYSE_H
#define RELOCK_HAZARD_ANALYSE_H

#include "flow/profile.h"
#include "hazard/finding.h"
#include "program/program.h"

/*
 * The analysis: from a linked program to findings. The strings of the findings
 * live in @arena and in the program; both must outlive the report. Fills
 * @ret's findings, cuts, beyond, assumptions and stats; the rest is the caller's.
 */
/* A function that the analysed units call and none of them defines. */
struct outside_def {
	const char *file; /* that defines it, relative to the tree */
	bool ftrace;	  /* its object is compiled with the ftrace flags */
	bool notrace;	  /* its definition says that it is not traced */
};

/* A remedy that the user names, to see what it would leave. */
struct remedy_guard {
	const char *function; /* raises the counter from its first to its last instruction */
	const char *counter;
};

struct remedy_names {
	const struct remedy_guard *guards;
	size_t n_guards;
	const char *const *notrace; /* functions */
	size_t n_notrace;
	const char *const *objects; /* built without the ftrace flags */
	size_t n_objects;
};

/* What a binary of this kernel has of a function. */
enum binary_says {
	BINARY_TRACED,	    /* it is there, with an ftrace location */
	BINARY_CLONED,	    /* only as a clone */
	BINARY_NO_LOCATION, /* it is there, without one */
	BINARY_ABSENT,	    /* it was inlined wherever it is called */
};

struct binary_def {
	enum binary_says says;
	const char *source; /* which binary: "vmlinux" */
	const char *clone;  /* BINARY_CLONED: its name */
	size_t n_same;	    /* functions of that name in it */
	bool btf_known, in_btf;
};

struct analyse_options {
	bool sections; /* fill sections and attachables */
	bool compare;  /* fill comparison, too; it needs sections and find_binary */
	const struct remedy_names *whatif; /* fill whatif; without any name: with proposals */

	/* Whether some unit of the kernel defines @function, and where. May be NULL. */
	bool (*find_outside)(void *data, const char *function, struct outside_def *ret);
	/*
	 * What the binary has of @function, which the unit @unit defines (NULL: not
	 * known). Returns false where it says nothing. May be NULL.
	 */
	bool (*find_binary)(void *data, const char *function, const char *unit, bool is_static,
			    struct binary_def *ret);
	void *find_data;
	struct interp_profile *profile; /* filled; the caller releases it. Or NULL */
	void (*progress)(void *data, const char *what, size_t done, size_t total);
	void *data;
};

void analyse(struct program *p, const struct analyse_options *o, struct arena *arena,
	     struct report *ret);

/*
 * The functions that what programs can call comes to, and that no unit of @p
 * defines: sorted, in @arena. It is a question of names; which branches are
 * taken is not looked at.
 */
void analyse_open_ends(struct program *p, struct arena *arena, struct strlist *ret);

/*
 * Words by which a unit that was not read can be told to run programs while it
 * holds a lock that they may want. Hooks of security modules are for programs,
 * and are called everywhere. The text of such a unit mentions one of @ret_hooks,
 * the functions that call them, and one of @ret_locks: fields that are locks
 * which programs on hooks come to, and functions that take or give back one for
 * those that call them. A unit that mentions one of @ret_globals may hold that: locks with a name
 * of their own, which programs that can be put anywhere come to. All sorted, in @arena.
 */
void analyse_holders(struct program *p, struct arena *arena, struct strlist *ret_locks,
		     struct strlist *ret_hooks, struct strlist *ret_globals);

/*
 * The same for a program of one unit, of whose callers nothing is known: only
 * what paths of the unit leave behind by themselves. Fills @ret's findings.
 */
void analyse_alone(struct program *p, struct arena *arena, struct report *ret);

/* Fills in verdict and reason of each of sparse's warnings; after analyse() of the same program. */
void analyse_opinions(struct program *p, struct arena *arena, struct second_opinions *to);

#endif
