// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include "base/run.h"
#include "lab/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The changes as people send them: relative to the top of the tree, for patch -p1. */
static bool add_diff(struct lab *l, const char *from, const char *to, const char *file,
		     struct strbuf *out, const char **ret_error)
{
	const char *const argv[] = {"diff",
				    "-up",
				    "--label",
				    arena_printf(l->a, "a/%s", file),
				    "--label",
				    arena_printf(l->a, "b/%s", file),
				    arena_printf(l->a, "%s/%s", from, file),
				    arena_printf(l->a, "%s/%s", to, file),
				    NULL};
	struct run_options o = {.argv = argv, .timeout = 60, .tick = l->tick, .data = l->data};
	struct run_result r;
	int err = run(&o, &r);

	if (err) {
		*ret_error = arena_printf(l->a, "cannot run diff: %s", strerror(-err));
		return false;
	}
	strbuf_add(out, r.out.buf, r.out.len);
	run_release(&r);
	return true;
}

int lab_control(struct lab *l, const struct lab_kernel *k, const struct repro *r,
		struct lab_kernel *ret, const char **ret_what, const char **ret_diff,
		const char **ret_error)
{
	const char *dir = arena_printf(l->a, "%s/control", k->dir);
	const char *tree = arena_printf(l->a, "%s/tree", dir);
	struct strbuf diff = STRBUF_INIT;
	char *cache = realpath(l->cache, NULL); /* as the tree is named, which it may be in */
	struct guard g;
	bool ok = true;
	int err;

	err = guard_make(l->a, k->tree, l->templates, r, l->sections, l->n_sections, &g, ret_error);
	if (!err)
		err = farm_make(l->a, k->tree, tree, cache, g.edits, g.n, ret_error);
	free(cache);
	if (err)
		return err;
	for (size_t i = 0; ok && i < g.n; i++)
		ok = add_diff(l, k->tree, tree, g.edits[i].file, &diff, ret_error);
	*ret_what = g.what;
	*ret_diff = arena_strdup(l->a, diff.buf);
	strbuf_release(&diff);
	return ok ? lab_kernel_in(l, tree, dir, ret, ret_error) : -ECANCELED;
}
