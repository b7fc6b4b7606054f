/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_STUDY_H
#define RELOCK_STUDY_H

#include "evidence/evidence.h"
#include "clang/pool.h"
#include "facts/cache.h"
#include "hazard/analyse.h"
#include "kbuild/index.h"
#include "kbuild/kbuild.h"
#include "options.h"
#include "program/program.h"

/* What is done with the linked program until all units have joined, in this order. */
enum study_does {
	STUDY_LINKS, /* units are linked to what there is */
	STUDY_ASKS_ENDS, /* the program is asked which functions are not defined in it... */
	STUDY_ASKS_HOLDERS, /* ...and by which words those are known that hold its locks */
};

struct study_step {
	enum study_does does;
	size_t first, n; /* of STUDY_LINKS: units of the study */
	bool holds; /* they are there for what they hold */
};

/* What the program answers: functions; or words that are locks, hooks, and locks that are variables. */
struct study_answer {
	struct strlist names[3];
};

/*
 * The analysis of one tree, as every command that takes a TREE does it: finds
 * the compile commands, reads the units, links them and analyses the program.
 */
struct study {
	const struct options *o;
	struct arena arena;
	struct rules rules;
	struct kbuild kb;
	struct unit_list units;	   /* those of the scope, then those that join it */
	bool joins; /* the scope is the rules', and units beyond it join it */
	unsigned int n_joined;	   /* how often units joined */
	bool holders_join;	   /* the last to join are there for the locks that they hold */
	struct source_index index; /* of all units, whatever the scope */
	struct evidence evidence;  /* what binaries say of what can be attached to */
	struct facts_cache cache;
	struct facts_cache given; /* facts that travelled here */
	struct pool_headers headers;
	struct shared_chosen chosen; /* which headers units share */
	struct pool_result *results; /* of the units, in their order */
	struct program program;
	bool generated; /* sources were generated in this run */
	VEC(struct study_step) steps;
	size_t n_done; /* of these; the others wait until somebody needs the program */
	struct report report;
	bool compare; /* set before study_run(): compare guesses with the binaries; wants sections */
	bool sections;			   /* set before study_run(): fill them too */
	const struct remedy_names *whatif; /* the same: try these */
	bool needs_program; /* the same: ->program is looked at, so the result of an earlier run
			       will not do */
	struct interp_profile profile; /* with --profile */
	struct study_seconds {
		double tree, select, units, analysis, all; /* units: with linking them */
	} seconds; /* how long each stage took */
};

void study_init(struct study *st, const struct options *o);

/*
 * Fills st->report, which is valid until study_release(). Returns false when
 * nothing could be analysed; what is wrong was printed then.
 */
bool study_run(struct study *st);

/*
 * The first steps of it, for commands that do not need the rest. Each returns
 * false when it cannot be done, and has printed why.
 */
bool study_open_tree(struct study *st); /* rules and compile commands */
bool study_select_units(struct study *st);
/* Completes st->units with those that join; which these are may have to be read in the others. */
bool study_list_units(struct study *st);
/*
 * Reads the units into st->results, with those that join, and links what
 * was read; what @to does not have yet goes there. @to may be NULL: the cache.
 */
bool study_extract_to(struct study *st, struct facts_cache *to);

/*
 * Does the steps that were not done yet, and so has everything linked that was read. Those that
 * ask are done too, as what they ask makes strings of the program, whose order comes out the
 * same then. Returns the answer to the last step, in @a, if that asks.
 */
struct study_answer study_catch_up(struct study *st, struct arena *a);

/* Prints to standard error where the time of study_run() went. */
void study_print_profile(const struct study *st);
void study_release(struct study *st);

#endif
