/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_STUDY_H
#define RELOCK_STUDY_H

#include "evidence/evidence.h"
#include "facts/cache.h"
#include "hazard/analyse.h"
#include "kbuild/index.h"
#include "kbuild/kbuild.h"
#include "options.h"
#include "program/program.h"

/*
 * The analysis of one tree, as every command that takes a TREE does it: finds
 * the compile commands, reads the units, links them and analyses the program.
 */
struct study {
	const struct options *o;
	struct arena arena;
	struct rules rules;
	struct kbuild kb;
	struct unit_list units;	   /* those of the scope */
	struct source_index index; /* of all units, whatever the scope */
	struct evidence evidence;  /* what binaries say of what can be attached to */
	struct facts_cache cache;
	struct pool_result *results;
	struct program program;
	struct report report;
	bool sections;			   /* set before study_run(): fill them too */
	const struct remedy_names *whatif; /* the same: try these */
};

void study_init(struct study *st, const struct options *o);

/*
 * Fills st->report, which is valid until study_release(). Returns false when
 * nothing could be analysed; what is wrong was printed then.
 */
bool study_run(struct study *st);
void study_release(struct study *st);

#endif
