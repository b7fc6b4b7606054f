/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_VERSION_H
#define RELOCK_VERSION_H

#include "base/strbuf.h"

/* "relock 0.1.0 (libclang 19.1.7)" and a newline. */
void version_add(struct strbuf *out);

/* The same, then where the rules are and which other programs were found, a line each. */
void version_add_verbose(struct strbuf *out);

#endif
