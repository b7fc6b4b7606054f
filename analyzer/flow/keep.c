// SPDX-License-Identifier: MIT
#include "flow/keep.h"

#include "base/arena.h"

#include <stdlib.h>

/* What is done with each term that is named: its number stands at @id. */
typedef void visit_fn(uint32_t *id, uint32_t *number);

static void visit_terms(struct sym *v, uint32_t *number, visit_fn *visit)
{
	switch (v->op) {
	case SY_IADDR:
	case SY_BIN:
		visit(&v->b, number);
		/* fallthrough */
	case SY_FADDR:
	case SY_LOAD:
	case SY_CONTAINER:
	case SY_UN:
		visit(&v->a, number);
		break;
	default:
		break;
	}
}

/* The arguments of @fr and of what it was called from; @seen: frames that were visited. */
static void visit_frames(const struct frame *fr, struct map64 *seen, uint32_t *number, visit_fn *visit)
{
	uint32_t i;

	for (; fr && map64_get(seen, (uintptr_t)fr) == MAP64_EMPTY; fr = fr->up) {
		map64_put(seen, (uintptr_t)fr, 1);
		for (i = 0; i < fr->n_args; i++)
			visit(&fr->args[i], number);
	}
}

static void visit_tests(struct guard_tests *t, uint32_t *number, visit_fn *visit)
{
	uint8_t i, k;

	for (i = 0; i < t->n; i++) {
		visit(&t->v[i].addr, number);
		for (k = 0; k < t->v[i].n_raised; k++)
			visit(&t->v[i].raised[k], number);
	}
}

static void visit_run(struct run *run, uint32_t *number, visit_fn *visit)
{
	struct map64 seen = { 0 };
	size_t i;
	uint8_t k;

	for (i = 0; i < run->acquires.n; i++) {
		struct acquire *a = &run->acquires.v[i];

		visit(&a->addr, number);
		visit_tests(&a->tests, number, visit);
		visit_frames(a->frame, &seen, number, visit);
		visit_frames(a->caller, &seen, number, visit);
	}
	for (i = 0; i < run->points.n; i++)
		visit_frames(run->points.v[i].frame, &seen, number, visit);
	for (i = 0; i < run->leaves.n; i++)
		visit_frames(run->leaves.v[i].frame, &seen, number, visit);
	for (i = 0; i < run->tries.n; i++) {
		visit(&run->tries.v[i].addr, number);
		visit_frames(run->tries.v[i].frame, &seen, number, visit);
	}
	for (i = 0; i < run->strays.n; i++)
		visit(&run->strays.v[i].addr, number);
	for (i = 0; i < run->lowers.n; i++) {
		visit(&run->lowers.v[i].lowered, number);
		for (k = 0; k < run->lowers.v[i].n_raised; k++)
			visit(&run->lowers.v[i].raised[k], number);
		visit_frames(run->lowers.v[i].frame, &seen, number, visit);
	}
	for (i = 0; i < run->exits.n; i++)
		visit(&run->exits.v[i].value, number);
	map64_release(&seen);
}

static void mark(uint32_t *id, uint32_t *number)
{
	if (*id != SYM_NONE)
		number[*id] = 0;
}

static void renumber(uint32_t *id, uint32_t *number)
{
	if (*id != SYM_NONE)
		*id = number[*id];
}

void keep_what_counts(struct run *run)
{
	struct sym *v = run->syms.v.v;
	uint32_t *number = xmalloc((run->syms.v.n + 1) * sizeof(*number)), n = 0;
	size_t i;

	for (i = 0; i < run->syms.v.n; i++)
		number[i] = SYM_NONE;
	visit_run(run, number, mark);
	/* What a term is made of was there before it. */
	for (i = run->syms.v.n; i-- > 0;)
		if (number[i] != SYM_NONE)
			visit_terms(&v[i], number, mark);
	for (i = 0; i < run->syms.v.n; i++) {
		if (number[i] == SYM_NONE)
			continue;
		number[i] = n;
		v[n] = v[i];
		visit_terms(&v[n++], number, renumber);
	}
	visit_run(run, number, renumber);
	run->syms.v.n = n;
	free(number);
	vec_fit(&run->acquires);
	vec_fit(&run->points);
	vec_fit(&run->leaves);
	syms_fit(&run->syms);
}
