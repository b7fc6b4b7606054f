/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_ANALYSE_H
#define RELOCK_HAZARD_ANALYSE_H

#include "hazard/finding.h"
#include "program/program.h"

/*
 * The analysis: from a linked program to findings. The strings of the findings
 * live in @arena and in the program; both must outlive the report. Fills
 * @ret's findings, cuts, assumptions and stats; the rest is the caller's.
 */
struct analyse_options {
	void (*progress)(void *data, const char *what, size_t done, size_t total);
	void *data;
};

void analyse(struct program *p, const struct analyse_options *o, struct arena *arena,
	     struct report *ret);

#endif
