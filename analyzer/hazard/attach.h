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
 * What the source makes one expect of the compiler: whether it leaves a function
 * that ftrace can patch. What forbids attaching to such a one is not in it.
 */
struct attach_guess {
	enum certainty certainty;
	const char *basis;  /* a few words that many functions share: "static, noinline" */
	const char *reason; /* the same about this one; it may name a file */
};

/* The guess about @func; @via_pointer as below. */
struct attach_guess attach_guess(struct program *p, const struct analyse_options *o, uint32_t func,
				 bool via_pointer);

/* What the binary has of @func; @ret_clone: the clone's name, or NULL. */
enum in_binary attach_in_binary(struct program *p, const struct analyse_options *o, uint32_t func,
				const char **ret_clone);

/* What a program of @way that is put on @name is attached to, as its id says; in @arena, or @name. */
const char *attach_target(const struct program *p, const struct rule_attach *way, const char *name,
			  struct arena *arena);

/*
 * The verdict for a program of @way at function @func. @via_pointer: the call
 * at hand goes through a pointer, so it reaches the copy that is not inlined.
 */
struct attach_verdict attach_function(struct program *p, const struct bpf_tables *t,
				      const struct analyse_options *o,
				      const struct rule_attach *way, uint32_t func,
				      bool via_pointer);

#endif
