// SPDX-License-Identifier: MIT
#include "study.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What --profile prints: a line a stage, and tables of what took most. */

#define MOST 12 /* rows of a table */

static void print_stages(const struct study *st)
{
	const struct study_seconds *s = &st->seconds;

	fprintf(stderr, "profile: %.2f s in all\n", s->all);
	fprintf(stderr, "  %8.2f s  compile commands\n", s->tree);
	fprintf(stderr, "  %8.2f s  choosing units, looking through all sources, reading binaries\n",
		s->select);
	fprintf(stderr, "  %8.2f s  reading units, linking them\n", s->units);
	fprintf(stderr, "  %8.2f s  interpreting and judging\n", s->analysis);
}

struct row {
	size_t i;
	double key;
};

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return x->i < y->i ? -1 : 1;
}

/* Sorts the rows; returns how many of them to print. */
static size_t most(struct row *rows, size_t n)
{
	size_t ret = 0;

	qsort(rows, n, sizeof(*rows), by_key);
	while (ret < n && ret < MOST && rows[ret].key > 0)
		ret++;
	return ret;
}

static void print_units(const struct study *st)
{
	size_t n = st->units.v.n, n_found = 0, n_shared = 0;
	struct row *rows = xcalloc(n, sizeof(*rows));
	double parse = 0, walk = 0;

	for (size_t i = 0; i < n; i++) {
		const struct pool_result *r = &st->results[i];

		n_found += r->found;
		n_shared += r->shared;
		parse += r->seconds - r->walk_seconds;
		walk += r->walk_seconds;
		rows[i] = (struct row){ i, r->seconds };
	}
	fprintf(stderr, "units: %zu; %zu known from earlier, %zu parsed on shared headers, %zu "
		"plainly, %zu failed\n", n, n_found, n_shared, n - n_found - n_shared,
		st->report.n_failed);
	fprintf(stderr, "  %8.2f s  making %zu of %zu shared headers\n", st->headers.seconds,
		st->headers.n_built, st->headers.n);
	fprintf(stderr, "  %8.2f s  parsing, %.2f s walking, summed over all workers\n", parse, walk);
	n = most(rows, n);
	for (size_t i = 0; i < n; i++) {
		const struct pool_result *r = &st->results[rows[i].i];

		fprintf(stderr, "  %8.2f s  %s%s\n", r->seconds,
			st->kb.units.v[st->units.v.v[rows[i].i]].file, r->shared ? "" : " (plainly)");
	}
	free(rows);
}

static const char *name_of(const struct study *st, size_t func)
{
	return program_str(&st->program, st->program.funcs.v[func].name);
}

static void print_steps(const struct study *st, struct row *rows)
{
	const struct interp_profile *p = &st->profile;
	uint64_t steps = 0, states = 0, entered = 0;
	size_t n;

	for (size_t i = 0; i < p->n; i++) {
		steps += p->funcs[i].steps;
		states += p->funcs[i].states;
		entered += p->funcs[i].entered;
		rows[i] = (struct row){ i, (double)p->funcs[i].steps };
	}
	fprintf(stderr, "functions, by the steps in their own instructions; all: %" PRIu64
		" steps, %" PRIu64 " states, entered %" PRIu64 " times\n", steps, states, entered);
	fprintf(stderr, "  %10s  %10s  %10s\n", "steps", "states", "entered");
	n = most(rows, p->n);
	for (size_t i = 0; i < n; i++) {
		const struct func_profile *f = &p->funcs[rows[i].i];

		fprintf(stderr, "  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "  %s\n", f->steps,
			f->states, f->entered, name_of(st, rows[i].i));
	}
}

static void print_runs(const struct study *st, struct row *rows)
{
	const struct interp_profile *p = &st->profile;
	uint64_t runs = 0, nested = 0, cut = 0;
	double seconds = 0;
	size_t n;

	for (size_t i = 0; i < p->n; i++) {
		runs += p->funcs[i].runs;
		nested += p->funcs[i].nested;
		cut += p->funcs[i].cut;
		seconds += p->funcs[i].run_seconds;
		rows[i] = (struct row){ i, p->funcs[i].run_seconds };
	}
	fprintf(stderr, "runs, by the function that they start with; all: %" PRIu64 ", %" PRIu64
		" of them nested, %" PRIu64 " cut, %.2f s\n", runs, nested, cut, seconds);
	fprintf(stderr, "  %10s  %10s  %10s  %10s\n", "seconds", "runs", "nested", "steps");
	n = most(rows, p->n);
	for (size_t i = 0; i < n; i++) {
		const struct func_profile *f = &p->funcs[rows[i].i];

		fprintf(stderr, "  %10.3f  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "  %s%s\n",
			f->run_seconds, f->runs, f->nested, f->run_steps, name_of(st, rows[i].i),
			f->cut ? " (cut)" : "");
	}
}

void study_print_profile(const struct study *st)
{
	struct row *rows = xcalloc(st->profile.n + 1, sizeof(*rows));

	print_stages(st);
	print_units(st);
	print_steps(st, rows);
	print_runs(st, rows);
	free(rows);
}
