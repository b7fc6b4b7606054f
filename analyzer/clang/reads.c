// SPDX-License-Identifier: MIT
#include "clang/unit.h"

struct reads {
	struct unit *u;
	struct deps *deps;
};

/* Called for each time that a file was entered, also for the main one. */
static void add_read(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	struct reads *r = data;
	CXString s = clang_getFileName(file);
	const char *path = clang_getCString(s);
	/* What the parser read, not what is there by now. */
	size_t size = 0;
	const char *text = clang_getFileContents(r->u->tu, file, &size);

	if (!path || !*path || !text)
		r->deps->unknown = true;
	else if (r->u->prelude && !strcmp(path, r->u->prelude))
		deps_add_text(r->deps, text, size);
	else
		deps_add_file(r->deps, path, text, size);
	clang_disposeString(s);
}

void unit_reads(struct unit *u, struct deps *d)
{
	struct reads r = { u, d };

	clang_getInclusions(u->tu, add_read, &r);
}
