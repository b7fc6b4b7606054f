/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_KBUILD_KCONFIG_H
#define RELOCK_KBUILD_KCONFIG_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>

/* A .config: symbols without CONFIG_, and their values. */
struct kconfig {
	struct arena arena;
	struct kconfig_value *table; /* uthash */
	const char *srcarch;	     /* "x86", from its head line; NULL where it has none */
};

/* Reads .config text into @ret, which the caller releases. Anything that is no value is skipped. */
void kconfig_parse(struct kconfig *ret, const char *text);
/* The same for a file. Returns 0 or a negative errno. */
int kconfig_read(struct kconfig *ret, const char *path);
void kconfig_release(struct kconfig *k);

/* The value of @symbol; "n" when it is not set. */
const char *kconfig_get(const struct kconfig *k, const char *symbol);

/*
 * Says why @symbol does not have the value @wanted in @k, from the Kconfig
 * files of @tree: the symbols that it depends on and that are not set, and
 * what these want in turn. One sentence without a full stop, in @a.
 */
const char *kconfig_explain(const struct kconfig *k, const char *tree, const char *symbol,
			    const char *wanted, struct arena *a);

#endif
