/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_FUNCINFO_H
#define RELOCK_FLOW_FUNCINFO_H

#include "flow/interp.h"

/* A member that a function writes of what a local of its own points to. */
struct own_written {
	uint64_t member;
	uint32_t local;
};

/* What the interpreter works out of a function once. */
struct func_info {
	bool made;
	bool has_loop;
	bool costly; /* a call of it took RECALL_STEPS or more, in some run */
	uint32_t *order;  /* block -> its number in reverse postorder */
	uint32_t *by_order; /* the other way round */
	bool *in_memory;  /* local -> it has an address or parts; its value is in cells */
	uint64_t *live;	  /* block * words: locals that are read before they are written */
	uint32_t words;   /* of one block's set */
	uint64_t guard_params;	/* bit i: parameter i ends up as a per-CPU counter */
	bool guard_params_made;
	uint64_t *written; /* members, sorted: flow/recheck.c */
	uint32_t n_written;
	struct own_written *own; /* the same, where the object is found through a local */
	uint32_t n_own;
	bool written_made;
};

/* The info of a defined function. */
struct func_info *func_info(struct interp *in, uint32_t func);
/* Whether @func is a lock primitive that takes, or its own text has one. */
bool func_takes(const struct program *p, uint32_t func);
/* The same of one that releases, and none that takes. */
bool func_only_releases(const struct program *p, uint32_t func);
/* By block of @func whether it is come to without @block; in @arena. */
bool *func_info_around(struct interp *in, struct arena *arena, uint32_t func, uint32_t block);

static inline bool func_info_live(const struct func_info *fi, uint32_t block, uint32_t local)
{
	return fi->live[(size_t)block * fi->words + local / 64] >> (local % 64) & 1;
}

#endif
