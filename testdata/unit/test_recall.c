// SPDX-License-Identifier: MIT
/* What a call cannot come to is put aside, and what it came to is known the next time. */
#include "facts/facts.h"
#include "flow/aside.h"
#include "flow/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct interp in;
	struct run run;
	struct flow fl;
	struct state s;
	struct frame up, frame; /* the caller's, and that of the call */
	uint32_t args[2];
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	arena_init(&f.arena);
	syms_init(&f.run.syms);
	f.fl = (struct flow){ .in = &f.in, .run = &f.run, .max_steps = 1000 };
	f.s.kind = FACTS_NONE;
	f.up.hash = 17;
	f.frame = (struct frame){ .up = &f.up, .args = f.args, .n_args = 2, .depth = 1, .hash = 18 };
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	recall_release(&f->fl.recalled);
	syms_release(&f->run.syms);
	arena_release(&f->arena);
	return 0;
}

static uint32_t param(struct fixture *f, uint32_t i)
{
	return sym_make(&f->run.syms, SY_PARAM, i, 0, 0, 0);
}

static uint32_t load(struct fixture *f, uint32_t addr)
{
	return sym_make(&f->run.syms, SY_LOAD, addr, 0, 0, 0);
}

static void know(struct fixture *f, uint32_t sym)
{
	assert_true(state_assume(&f->s, &f->arena, &f->run.syms, sym, true));
}

static uint64_t key(struct fixture *f)
{
	return recall_key(&f->fl, &f->frame, &f->s);
}

static void calls_are_told_apart_by_what_they_can_see(void **state)
{
	struct fixture *f = *state;
	uint32_t env[1] = { param(f, 5) };
	uint64_t first = key(f), now;

	f->s.env = env;
	f->s.n_env = 1;
	assert_true(key(f) == first); /* a local of the caller */
	f->args[1] = param(f, 1);
	now = key(f);
	assert_true(now != first);
	guards_set(&f->s.guards, 3, 1);
	assert_true(key(f) != now);
	now = key(f);
	state_tested(&f->s, &(struct guard_test){ .guard = 3, .count = 1 });
	assert_true(key(f) != now);
	now = key(f);
	f->s.held[f->s.n_held++] = (struct held){ .addr = param(f, 2) };
	assert_true(key(f) != now);
	now = key(f);
	f->s.held[0].lost = true;
	assert_true(key(f) != now);
	now = key(f);
	know(f, param(f, 1));
	assert_true(key(f) != now);
	now = key(f);
	state_store(&f->s, &f->arena, &f->run.syms, param(f, 2), 0);
	assert_true(key(f) != now);
	now = key(f);
	f->fl.forgets = true;
	assert_true(key(f) != now);
}

static void what_a_call_came_to_counts_as_often_as_it_is_made(void **state)
{
	struct fixture *f = *state;
	struct exit one = { &f->s, param(f, 0) };
	struct exits came_to = { &one, 1, 1 }, ret = { 0 };

	know(f, param(f, 0));
	assert_false(recall_find(&f->fl, 1, &f->arena, &ret));
	recall_keep(&f->fl, 1, 400, &came_to);
	assert_true(recall_find(&f->fl, 1, &f->arena, &ret));
	assert_true(recall_find(&f->fl, 1, &f->arena, &ret));
	assert_int_equal(f->run.steps, 800);
	/* The run is cut where it would have been. */
	assert_false(recall_find(&f->fl, 1, &f->arena, &ret));
	assert_int_equal(f->run.steps, 800);
	assert_int_equal(ret.n, 2);
	assert_int_equal(ret.v[1].value, param(f, 0));
	assert_true(ret.v[0].s != ret.v[1].s);
	assert_int_equal(state_truth(ret.v[1].s, &f->run.syms, param(f, 0)), 1);
	vec_release(&ret);
}

static void values_of_callers_are_put_aside(void **state)
{
	struct fixture *f = *state;
	struct syms *syms = &f->run.syms;
	uint32_t global = load(f, sym_make(syms, SY_GADDR, 1, 0, 0, 0));
	uint32_t own = sym_fresh(syms, 1, 18, 0, 1), handed = param(f, 0), other = param(f, 1);
	struct aside as;

	f->args[0] = sym_faddr(syms, handed, 7, 8);
	know(f, other);
	know(f, global);
	know(f, own);
	know(f, load(f, handed));
	as = aside_take(&f->fl, &f->frame, &f->s, &f->arena);
	assert_int_equal(as.n, 1);
	assert_int_equal(as.v[0].sym, other);
	assert_int_equal(state_truth(&f->s, syms, other), -1);
	assert_int_equal(state_truth(&f->s, syms, global), 1);
	assert_int_equal(state_truth(&f->s, syms, own), 1);
	assert_int_equal(state_truth(&f->s, syms, load(f, handed)), 1);
	aside_give(&as, &f->s, &f->arena);
	assert_int_equal(f->s.n_known, 4);
	assert_int_equal(state_truth(&f->s, syms, other), 1);
}

static void what_cells_lead_to_is_not_put_aside(void **state)
{
	struct fixture *f = *state;
	uint32_t there = param(f, 1), unseen = param(f, 2);

	f->args[0] = param(f, 0);
	state_store(&f->s, &f->arena, &f->run.syms, sym_faddr(&f->run.syms, f->args[0], 7, 8), there);
	/* A store through another pointer may end this one, and then its value is asked for. */
	state_store(&f->s, &f->arena, &f->run.syms, sym_faddr(&f->run.syms, unseen, 7, 9), 0);
	know(f, there);
	know(f, load(f, sym_faddr(&f->run.syms, unseen, 7, 9)));
	assert_int_equal(aside_take(&f->fl, &f->frame, &f->s, &f->arena).n, 0);
}

static void loops_that_forget_have_all(void **state)
{
	struct fixture *f = *state;

	know(f, param(f, 1));
	f->fl.forgets = true;
	assert_int_equal(aside_take(&f->fl, &f->frame, &f->s, &f->arena).n, 0);
}

static void the_oldest_go_where_it_is_too_much(void **state)
{
	struct fixture *f = *state;
	struct known many[3] = { { .sym = param(f, 1) }, { .sym = param(f, 2) }, { .sym = param(f, 3) } };
	const struct aside as = { many, 3 };
	uint32_t i;

	for (i = 0; i + 2 < STATE_MAX_KNOWN; i++)
		know(f, param(f, 10 + i));
	aside_give(&as, &f->s, &f->arena);
	assert_int_equal(f->s.n_known, STATE_MAX_KNOWN);
	assert_int_equal(f->s.known[0].sym, param(f, 2));
	assert_int_equal(f->s.known[2].sym, param(f, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(calls_are_told_apart_by_what_they_can_see, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_a_call_came_to_counts_as_often_as_it_is_made,
						setup, teardown),
		cmocka_unit_test_setup_teardown(values_of_callers_are_put_aside, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cells_lead_to_is_not_put_aside, setup, teardown),
		cmocka_unit_test_setup_teardown(loops_that_forget_have_all, setup, teardown),
		cmocka_unit_test_setup_teardown(the_oldest_go_where_it_is_too_much, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
