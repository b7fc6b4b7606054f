/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_PROFILE_H
#define RELOCK_FLOW_PROFILE_H

#include <stddef.h>
#include <stdint.h>

/* What the interpreter spends its time on, counted only where somebody asks. */
struct func_profile {
	/* In the function's own instructions, whoever called it: */
	uint64_t entered, steps;
	uint64_t states; /* kept for its blocks */
	/* As a function that runs start with, of all that they come to: */
	uint64_t runs, nested, run_steps;
	double run_seconds;
	uint64_t cut; /* runs that were not finished */
};

struct interp_profile {
	struct func_profile *funcs; /* by struct func of the program */
	size_t n;
};

void interp_profile_init(struct interp_profile *p, size_t n_funcs);
void interp_profile_release(struct interp_profile *p);

#endif
