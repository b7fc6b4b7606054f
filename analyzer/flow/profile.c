// SPDX-License-Identifier: MIT
#include "flow/profile.h"

#include "base/arena.h"

#include <stdlib.h>

void interp_profile_init(struct interp_profile *p, size_t n_funcs)
{
	p->funcs = xcalloc(n_funcs + 1, sizeof(*p->funcs));
	p->n = n_funcs;
}

void interp_profile_release(struct interp_profile *p)
{
	free(p->funcs);
	p->funcs = NULL;
	p->n = 0;
}
