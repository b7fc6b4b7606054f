/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_EVIDENCE_BTF_H
#define RELOCK_EVIDENCE_BTF_H

#include <stddef.h>

/*
 * Calls @visit with the name of each function that the BTF at @data describes;
 * the name is a part of @data. Returns how many there are, or -EBADMSG if it is
 * damaged or of a kind that is not known; @visit may have been called then.
 */
long btf_functions(const void *data, size_t len, void (*visit)(void *ctx, const char *name),
		   void *ctx);

#endif
