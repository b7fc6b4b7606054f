/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_EXTRACT_H
#define RELOCK_CLANG_EXTRACT_H

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
