/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_STUDY_KEPT_H
#define RELOCK_STUDY_KEPT_H

#include "kept/kept.h"
#include "study.h"

/* What a study takes from earlier runs and leaves for later ones; see kept/kept.h. */
struct study_kept {
	bool on; /* results are kept at all in this study */
	const char *dir;
	struct timespec since; /* everything of the tree is read after this */
	struct kept_key state, result;
	struct strbuf facts; /* a hash of each unit's */
};

/* Once the tree is open and before anything in it is read. */
void study_kept_begin(struct study_kept *k, struct study *st);
/* Takes the result, if nothing has changed since. */
bool study_kept_unchanged(struct study_kept *k, struct study *st);
/* Notes what was read from unit number @first on, before it is linked. */
void study_kept_add_facts(struct study_kept *k, const struct study *st, size_t first);
/* Takes what the program of the units so far answered to a step, into @a, if it was asked before. */
bool study_kept_answer(const struct study_kept *k, enum study_does step, struct arena *a,
		       struct study_answer *ret);
void study_kept_store_answer(const struct study_kept *k, enum study_does step,
			     const struct study_answer *answer);
/* Takes the result, if there is one of the same facts; they have been read now. */
bool study_kept_same(struct study_kept *k, struct study *st);
/* Leaves what the analysis has found out. */
void study_kept_store(struct study_kept *k, struct study *st);
/* Leaves the state of the tree, for the next run's study_kept_unchanged(). */
void study_kept_end(struct study_kept *k, struct study *st);

#endif
