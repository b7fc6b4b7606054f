/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_SETTLED_H
#define RELOCK_FLOW_SETTLED_H

#include "flow/interp.h"

/*
 * Which global variables have a value before there is any program: fills
 * in->settled. What checks each program (rules: program_check) calls functions
 * without arguments that make, once, what all programs need, and keep a pointer to
 * it (bpf_get_btf_vmlinux() in bpf_check(), kernel/bpf/verifier.c of 6.12). Only
 * such a function may write the variable in the units that are read, and nobody take its
 * address. That the call is made for every program is not looked at.
 */
void settled_find(struct interp *in);

/*
 * Which members of static variables keep the pointer that their initialiser says, as no
 * function writes such a member or takes its address, in whatever object, nor writes an
 * object as a whole, nor makes its address one of something else: fills in->kept. Two flavours
 * of one thing (struct rcu_tasks, kernel/rcu/tasks.h) have what is theirs there.
 */
void settled_find_kept(struct interp *in);
/* What member @field of the global @var points to, a global, or FACTS_NONE. */
uint32_t settled_kept(const struct interp *in, uint32_t var, uint32_t field);

/*
 * Which static pointers without an initialiser nobody writes, nor takes the address of: they are
 * NULL. Fills in->unset.
 */
void settled_find_unset(struct interp *in);

#endif
