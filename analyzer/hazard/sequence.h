/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_SEQUENCE_H
#define RELOCK_HAZARD_SEQUENCE_H

#include "hazard/model.h"

/* A table whose members are called one after another. */
struct sequence {
	const struct rule_sequence *rule;
	uint32_t table; /* global */
	uint32_t begin; /* function */
	VEC(struct run_step) steps;
	VEC(uint32_t) kinds; /* ops tables of the maps that it is about; none: not known */
};

struct sequence_list {
	struct sequence *v;
	size_t n, cap;
};

/* Fills @ret, which must be zeroed. */
void find_sequences(struct analysis *an, struct sequence_list *ret);
void sequences_release(struct sequence_list *l);

#endif
