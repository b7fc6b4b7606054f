// SPDX-License-Identifier: MIT
/* Of a run that is over the terms stay that something names, and all that they are made of. */
#include "facts/facts.h"
#include "flow/keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RECORD 7
#define FIELD 8

static uint32_t param(struct run *r, uint32_t i)
{
	return sym_make(&r->syms, SY_PARAM, i, 0, 0, 0);
}

/* param(@i)->field, as an address. */
static uint32_t member(struct run *r, uint32_t i)
{
	return sym_faddr(&r->syms, param(r, i), RECORD, FIELD);
}

static void assert_member(const struct run *r, uint32_t id, uint32_t i)
{
	const struct sym *v = sym_get(&r->syms, id), *base;

	assert_int_equal(v->op, SY_FADDR);
	assert_int_equal(v->b, FIELD);
	assert_int_equal(v->c, RECORD);
	base = sym_get(&r->syms, v->a);
	assert_int_equal(base->op, SY_PARAM);
	assert_int_equal(base->a, i);
}

static void test_keep(void **state)
{
	uint32_t args[2], up_args[1];
	struct frame up = { .args = up_args, .n_args = 1 };
	struct frame frame = { .up = &up, .args = args, .n_args = 2, .depth = 1 };
	struct run run = { 0 };
	struct acquire a = { .frame = &frame };
	struct point pt = { .frame = &frame };
	uint32_t i;

	(void)state;
	syms_init(&run.syms);
	for (i = 0; i < 1000; i++) {
		member(&run, 100 + i);
		/* Named, among what is not: in other places each time. */
		if (i == 10)
			up_args[0] = member(&run, 0);
		if (i == 500)
			args[0] = sym_bin(&run.syms, FB_ADD, member(&run, 1), param(&run, 2), false);
		if (i == 900)
			a.addr = member(&run, 3);
	}
	args[1] = SYM_NONE;
	a.tests.n = 1;
	a.tests.v[0].addr = up_args[0];
	vec_push(&run.acquires, a);
	vec_push(&run.points, pt); /* the same frames: they are renumbered once */
	vec_push(&run.exits, ((struct run_exit){ .value = sym_int(&run.syms, 42) }));
	keep_what_counts(&run);

	/* Two terms each for three members, another parameter, the sum and the number. */
	assert_int_equal(run.syms.v.n, 3 * 2 + 3);
	assert_member(&run, run.acquires.v[0].addr, 3);
	assert_member(&run, run.acquires.v[0].tests.v[0].addr, 0);
	assert_member(&run, up_args[0], 0);
	assert_int_equal(sym_get(&run.syms, args[0])->op, SY_BIN);
	assert_member(&run, sym_get(&run.syms, args[0])->a, 1);
	assert_int_equal(args[1], SYM_NONE);
	assert_int_equal(sym_get(&run.syms, run.exits.v[0].value)->val, 42);
	/* And equal terms are still made once. */
	assert_int_equal(member(&run, 3), run.acquires.v[0].addr);
	assert_int_equal(run.syms.v.n, 3 * 2 + 3);
	interp_run_release(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keep) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
