/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_RECHECK_H
#define RELOCK_FLOW_RECHECK_H

#include "flow/prims.h"

/*
 * What a function looked at before it took a lock may be different once it has it: so code looks
 * again. For nearly all of what is tested twice that is not so (the type of a map); but it is for
 * members that the function, or what it calls in its unit, writes: of what it is handed, as a local
 * leads to a new object mostly, or of what a local points to that was looked at before.
 *
 * @s is the state after @insn, a call in block @blk of @frame's function, where nothing was held
 * before. If it took a lock, or its callee did in its own text, such members are read anew from
 * there on, as far as the function learned of them between @entry and the call (@before). What
 * locals have of them stays known. Where the function may come to a release without having come to
 * @blk, what it tested decides whether it has the lock, and nothing is read anew.
 */
void recheck_members(struct flow *fl, struct arena *arena, const struct frame *frame,
		     const struct fact_block *blk, const struct fact_insn *insn,
		     const struct state *entry, const struct state *before, struct state *s);
/*
 * Whether a member has the value @val only since recheck_members(). Who is handed the lock by the
 * function goes by what that had tested.
 */
bool recheck_is_new(const struct syms *syms, uint32_t val);

#endif
