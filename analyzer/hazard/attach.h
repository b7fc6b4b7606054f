/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_HAZARD_ATTACH_H
#define RELOCK_HAZARD_ATTACH_H

#include "hazard/finding.h"
#include "hazard/analyse.h"
#include "program/bpf.h"

/* Whether, and how surely, a program can be attached to a function. */
struct attach_verdict {
	enum certainty certainty;
	const char *reason;
};

/*
 * The verdict for a program of @way at function @func. @via_pointer: the call
 * at hand goes through a pointer, so it reaches the copy that is not inlined.
 */
struct attach_verdict attach_function(struct program *p, const struct bpf_tables *t,
				      const struct analyse_options *o,
				      const struct rule_attach *way, uint32_t func,
				      bool via_pointer);

#endif
