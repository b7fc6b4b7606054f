/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KNOWN_H
#define RELOCK_KNOWN_H

#include "history/baseline.h"
#include "history/tried.h"
#include "history/git.h"
#include "history/suppress.h"
#include "options.h"

/* What is known before an analysis: --baseline, --since, --suppressions, --evidence, --write-baseline. */
struct known_findings {
	const struct options *o;
	struct arena arena;
	struct baseline baseline; /* of --baseline */
	struct baseline written;  /* what the file of --write-baseline has by now */
	struct baseline revision; /* what the tree had at --since */
	struct suppressions suppressions;
	VEC(struct tried_file) evidence; /* of --evidence, in its order */
	struct git git;
	const char *since_commit;
	const char *today;
};

void known_init(struct known_findings *k, const struct options *o);
void known_release(struct known_findings *k);

/*
 * Reads the files, and analyses the revision of --since. Returns false when
 * that cannot be done; what is wrong was printed then.
 */
bool known_read(struct known_findings *k);

/* Sets states and evidence in @r, whose strings may then be of @k; says on standard error what is stale. */
void known_mark(struct known_findings *k, struct report *r);

/* Writes the file of --write-baseline, if that is wanted. Prints what is wrong. */
bool known_write(struct known_findings *k, const struct report *r);

#endif
