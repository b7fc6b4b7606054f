/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_FLOW_MADE_H
#define RELOCK_FLOW_MADE_H

#include "flow/interp.h"

/*
 * Which members have the same value in all maps of a kind: what the operation that makes them
 * (rules: first_reference) stores a constant in, on each way on which it returns a map, and what
 * no function writes that others may call, by itself or with the whole record, nor takes the
 * address of. (That memset() is given a map that is in use is not looked for.) A storage's
 * maps say so whether their elements come from the BPF allocator
 * (bpf_local_storage_map_alloc(), kernel/bpf/bpf_local_storage.c of 6.12: bpf_ma).
 * Fills in->made; in->kinds must be there.
 */
void made_find(struct interp *in);

/* Returns whether it is known what member @field of @record is in a map of @kind, and that in @ret. */
bool made_value(const struct interp *in, uint32_t kind, uint32_t record, uint32_t field,
		int64_t *ret);

#endif
