/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_SETTLED_H
#define RELOCK_FLOW_SETTLED_H

#include "flow/interp.h"

/*
 * Which global variables have a value before there is any program: fills
 * in->settled. What checks each program (rules: program_check) calls functions
 * without arguments that make, once, what all programs need, and keep a pointer to
 * it (bpf_get_btf_vmlinux() in bpf_check(), kernel/bpf/verifier.c of 6.12). Only
 * such a function may write the variable. That the call is made for every program
 * is not looked at.
 */
void settled_find(struct interp *in);

#endif
