/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_CLANG_EXTRACT_H
#define RELOCK_CLANG_EXTRACT_H

#include "facts/deps.h"
#include "facts/facts.h"
#include "kbuild/kbuild.h"
#include "rules/rules.h"

struct shared;

/* What to make facts of. */
struct extract_job {
	const struct compile_unit *unit;
	const struct kbuild *kb;
	const char *prelude; /* path of a header made by extract_prelude(), see there */
	const struct rules *rules; /* that the prelude is of, or NULL: it is needed then */
	const struct shared *shared; /* headers parsed already (shared.h); NULL: none */
	bool want_deps;
	bool optimised; /* parse as the command optimises: more code, which is the same to locks */
};

struct extract_result {
	char *error; /* the first, "FILE:LINE:COL: text", relative to the tree; NULL: none */
	bool shared; /* the shared headers were of use */
	char *unfit; /* or why they were not, for developers; or NULL */
	/*
	 * What files the facts depend on, or the error; holds only if known. Else they may
	 * depend on something that cannot be said, or that changed meanwhile.
	 */
	struct deps deps;
	bool deps_known;
};

/*
 * Parses the unit with libclang and fills @ret with its facts, which are the
 * same with shared headers and without. Returns 0; or -EINVAL when the unit has
 * errors, -ENOENT when there is none, -EIO when libclang gave none for another
 * reason: @ret then has the first error and nothing else. The caller releases
 * @ret and @r either way.
 */
int extract_unit(const struct extract_job *job, struct facts *ret, struct extract_result *r);
void extract_result_release(struct extract_result *r);

/*
 * Appends all that decides the facts of @u but what the unit reads and what
 * extract_identity() says.
 */
void extract_key(const struct compile_unit *u, const struct kbuild *kb, struct strbuf *out);
/*
 * Appends what is the same for all units: which libclang this is; for facts that
 * travel by its version alone, else also by the file.
 */
void extract_identity(struct strbuf *out, bool travels);

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
