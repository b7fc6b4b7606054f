/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_EXTRACT_H
#define RELOCK_CLANG_EXTRACT_H

#include "facts/deps.h"
#include "facts/facts.h"
#include "kbuild/kbuild.h"
#include "rules/rules.h"

/*
 * Parses @u with libclang and fills @ret with its facts. @prelude is the path
 * of a header made by extract_prelude() (see there). Returns 0; or -EINVAL when
 * the unit has errors, -EIO when libclang gave none at all; then @ret_error
 * (malloc'ed) is the first error, "FILE:LINE:COL: text", relative to the tree.
 */
int extract_unit(const struct compile_unit *u, const struct kbuild *kb, const struct rules *rules,
		 const char *prelude, struct facts *ret, char **ret_error);

/*
 * The same, and what files the facts depend on. @ret_deps, to be released by
 * the caller either way, holds only if @ret_known: else the facts may depend on
 * something that cannot be said, or that changed meanwhile.
 */
int extract_unit_deps(const struct compile_unit *u, const struct kbuild *kb,
		      const struct rules *rules, const char *prelude, struct facts *ret,
		      char **ret_error, struct deps *ret_deps, bool *ret_known);

/*
 * Appends all that decides the facts of @u but what the unit reads and what
 * extract_identity() says.
 */
void extract_key(const struct compile_unit *u, const struct kbuild *kb, struct strbuf *out);
/* Appends what is the same for all units: which libclang this is. */
void extract_identity(struct strbuf *out);

/*
 * The header that every unit gets by -include after the kernel's own. It first
 * includes the headers that the rules name and then defines their per-CPU
 * macros anew as calls of functions, "__relock_<macro>(&(counter), value...)",
 * and the BTF id macros as annotated declarations, so that both are plain AST
 * wherever and through whatever other macro they are used. What they expand to
 * otherwise is assembly, of which the AST tells nothing.
 */
struct strbuf;
void extract_prelude(const struct rules *rules, struct strbuf *out);

/* How long the last extract_unit() of this process took after the parse, for benchmarks. */
double extract_walk_seconds(void);

/* The version of the libclang in use: "19.1.7". */
const char *extract_libclang_version(void);

#endif
