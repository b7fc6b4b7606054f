// SPDX-License-Identifier: MIT
/* What the interpreter knows of values, and what it forgets. */
#include "facts/facts.h"
#include "flow/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct syms syms;
	struct state s;
};

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	arena_init(&f.arena);
	syms_init(&f.syms);
	f.s.kind = FACTS_NONE;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	syms_release(&f->syms);
	arena_release(&f->arena);
	return 0;
}

static uint32_t param(struct fixture *f, uint32_t i)
{
	return sym_make(&f->syms, SY_PARAM, i, 0, 0, 0);
}

static uint32_t cmp(struct fixture *f, unsigned int op, uint32_t a, int64_t b, bool is_unsigned)
{
	return sym_bin(&f->syms, op, a, sym_int(&f->syms, b), is_unsigned);
}

static bool assume(struct fixture *f, uint32_t cond, bool truth)
{
	return state_assume(&f->s, &f->arena, &f->syms, cond, truth);
}

static int truth(struct fixture *f, uint32_t cond)
{
	return state_truth(&f->s, &f->syms, cond);
}

static void equal_terms_are_one(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(param(f, 3), param(f, 3));
	assert_int_not_equal(param(f, 3), param(f, 4));
	assert_int_equal(sym_bin(&f->syms, FB_ADD, sym_int(&f->syms, 2), sym_int(&f->syms, 3), false),
			 sym_int(&f->syms, 5));
}

static void terms_are_found_again_after_a_fit(void **state)
{
	struct fixture *f = *state;
	uint32_t of[100], i;

	for (i = 0; i < 100; i++)
		of[i] = cmp(f, FB_ADD, param(f, i), i, false);
	syms_fit(&f->syms);
	for (i = 0; i < 100; i++)
		assert_int_equal(cmp(f, FB_ADD, param(f, i), i, false), of[i]);
	i = (uint32_t)f->syms.v.n;
	assert_int_equal(param(f, 100), i);
}

static void terms_do_not_grow_without_end(void **state)
{
	struct fixture *f = *state;
	uint32_t x = param(f, 0), y, i;

	for (i = 0; i < 64; i++)
		x = sym_bin(&f->syms, FB_XOR, x, x, false);
	assert_false(sym_contains(&f->syms, x, param(f, 1)));
	/* The same once more is not known to be the same. */
	y = sym_bin(&f->syms, FB_MUL, x, param(f, 0), false);
	for (i = 0; i < 8; i++)
		y = sym_bin(&f->syms, FB_MUL, y, y, false);
	assert_true(sym_get(&f->syms, y)->size <= 128);
}

static void division_by_zero_is_not_folded(void **state)
{
	struct fixture *f = *state;
	uint32_t zero = sym_int(&f->syms, 0), min = sym_int(&f->syms, INT64_MIN);
	int64_t v;

	assert_false(sym_is_int(&f->syms, sym_bin(&f->syms, FB_DIV, min, zero, false), &v));
	assert_false(sym_is_int(&f->syms, sym_bin(&f->syms, FB_REM, min, sym_int(&f->syms, -1), false),
				&v));
	assert_false(sym_is_int(&f->syms, sym_bin(&f->syms, FB_SHL, min, sym_int(&f->syms, 64), false),
				&v));
}

static void container_of_undoes_a_field(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), field = sym_faddr(&f->syms, p, 7, 8);

	assert_int_equal(sym_container(&f->syms, field, 7, 8), p);
	assert_int_not_equal(sym_container(&f->syms, field, 7, 9), p);
	assert_int_equal(sym_faddr(&f->syms, sym_container(&f->syms, p, 7, 8), 7, 8), p);
}

static void an_assumption_decides_the_same_test_again(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), not_p = sym_un(&f->syms, FU_NOT, p);

	assert_int_equal(truth(f, p), -1);
	assert_true(assume(f, not_p, false));
	assert_int_equal(truth(f, p), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 0, false)), 0);
	assert_int_equal(truth(f, cmp(f, FB_NE, p, 0, false)), 1);
	assert_false(assume(f, not_p, true));
}

static void ranges_meet(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0);

	assert_true(assume(f, cmp(f, FB_GT, p, 3, false), true));
	assert_true(assume(f, cmp(f, FB_LT, p, 6, false), true));
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 3, false)), 0);
	assert_int_equal(truth(f, cmp(f, FB_LE, p, 5, false)), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 4, false)), -1);
	assert_false(assume(f, cmp(f, FB_GE, p, 6, false), true));
}

static void is_err_is_unsigned(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), is_err = cmp(f, FB_GE, p, -4095, true);

	/* NULL is no error, whatever the signed order says. */
	assert_int_equal(truth(f, cmp(f, FB_GE, sym_int(&f->syms, 0), -4095, true)), 0);
	assert_int_equal(truth(f, cmp(f, FB_GE, sym_int(&f->syms, -22), -4095, true)), 1);
	assert_int_equal(truth(f, is_err), -1);
	assert_true(assume(f, is_err, false));
	assert_int_equal(truth(f, is_err), 0);
	assert_int_equal(truth(f, p), -1); /* NULL or a pointer */
}

static void an_error_pointer_is_not_null(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0);

	assert_true(assume(f, cmp(f, FB_GE, p, -4095, true), true));
	assert_int_equal(truth(f, p), 1);
}

static void an_address_is_not_null(void **state)
{
	struct fixture *f = *state;
	uint32_t lock = sym_faddr(&f->syms, param(f, 0), 7, 8);

	assert_int_equal(truth(f, lock), 1);
	assert_false(assume(f, lock, false));
}

static void a_store_is_read_back_until_it_may_have_changed(void **state)
{
	struct fixture *f = *state;
	uint32_t a = sym_faddr(&f->syms, param(f, 0), 7, 8);
	uint32_t b = sym_faddr(&f->syms, param(f, 1), 7, 8);
	uint32_t c = sym_faddr(&f->syms, param(f, 1), 7, 9);

	state_store(&f->s, &f->arena, &f->syms, a, sym_int(&f->syms, 1));
	state_store(&f->s, &f->arena, &f->syms, c, sym_int(&f->syms, 2));
	assert_int_equal(state_cell(&f->s, a), sym_int(&f->syms, 1));
	/* The same field of what may be the same record. */
	state_store(&f->s, &f->arena, &f->syms, b, sym_int(&f->syms, 3));
	assert_int_equal(state_cell(&f->s, a), SYM_NONE);
	assert_int_equal(state_cell(&f->s, c), sym_int(&f->syms, 2));
}

static void meeting_keeps_what_both_know(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), q = param(f, 1);
	struct state *o;

	assert_true(assume(f, p, true));
	o = state_clone(&f->arena, &f->s);
	assert_true(assume(f, q, true));
	assert_true(state_meet(&f->s, o, &f->arena, &f->syms));
	assert_int_equal(truth(f, p), 1);
	assert_int_equal(truth(f, q), -1);
	assert_false(state_meet(&f->s, o, &f->arena, &f->syms));
}

static void meeting_keeps_what_one_stored_and_the_other_tested(void **state)
{
	struct fixture *f = *state;
	uint32_t addr = sym_faddr(&f->syms, param(f, 0), 7, 8);
	uint32_t load = sym_make(&f->syms, SY_LOAD, addr, 0, 0, 0);
	struct state *stored = state_clone(&f->arena, &f->s), *back;

	assert_true(assume(f, cmp(f, FB_EQ, load, 1, false), true));
	state_store(stored, &f->arena, &f->syms, addr, sym_int(&f->syms, 4));
	back = state_clone(&f->arena, stored);
	assert_true(state_meet(back, &f->s, &f->arena, &f->syms));
	assert_true(state_meet(&f->s, stored, &f->arena, &f->syms));
	assert_int_equal(truth(f, load), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, load, 4, false)), -1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, load, 3, false)), 0);
	assert_int_equal(state_truth(back, &f->syms, cmp(f, FB_EQ, load, 3, false)), 0);
}

static void what_was_read_before_a_store_is_not_what_was_stored(void **state)
{
	struct fixture *f = *state;
	uint32_t addr = sym_faddr(&f->syms, param(f, 0), 7, 8);
	uint32_t was = sym_make(&f->syms, SY_LOAD, addr, 0, 0, 0);
	struct state *stored;

	f->s.env = &was;
	f->s.n_env = 1;
	stored = state_clone(&f->arena, &f->s);
	assert_true(assume(f, was, true));
	state_store(stored, &f->arena, &f->syms, addr, sym_int(&f->syms, 1));
	assert_true(state_meet(stored, &f->s, &f->arena, &f->syms));
	assert_int_equal(state_truth(stored, &f->syms, was), -1);
}

static void what_was_tried_goes_with_the_value(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), q = sym_fresh(&f->syms, 1, 2, 3, 0);
	uint32_t of_p = sym_faddr(&f->syms, p, 7, 8), of_q = sym_faddr(&f->syms, q, 7, 8);
	struct state *o;

	state_add_vain(&f->s, of_p, 5);
	o = state_clone(&f->arena, &f->s);
	assert_false(state_drop_vain(o, of_q, 5));
	assert_false(state_drop_vain(o, of_p, 5)); /* that was one more attempt */
	state_rename_vain(&f->s, &f->syms, p, q);
	o = state_clone(&f->arena, &f->s);
	assert_true(state_drop_vain(o, of_q, 5));
	o = state_clone(&f->arena, &f->s);
	state_forget_known(o, &f->syms, q);
	assert_true(state_meet(o, &f->s, &f->arena, &f->syms)); /* some path has it still */
	assert_false(state_meet(o, &f->s, &f->arena, &f->syms));
	assert_true(state_drop_vain(o, of_q, 5));
	state_forget_known(&f->s, &f->syms, q);
	assert_false(state_drop_vain(&f->s, of_q, 5));
}

static void a_word_at_a_new_value_is_in_doubt(void **state)
{
	struct fixture *f = *state;
	uint32_t q = sym_fresh(&f->syms, 1, 2, 3, 0), word = sym_faddr(&f->syms, q, 7, 8);
	struct state *o;

	f->s.held[0] = (struct held){ .addr = word, .word = word };
	f->s.held[1] = (struct held){ .addr = word };
	f->s.n_held = 2;
	o = state_clone(&f->arena, &f->s);
	state_forget_known(o, &f->syms, q);
	assert_true(o->held[0].doubtful);
	assert_false(o->held[1].doubtful); /* a lock stays what it is */
	assert_true(state_meet(&f->s, o, &f->arena, &f->syms));
	assert_true(f->s.held[0].doubtful);
}

static void paths_of_a_switch_leave_its_values(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0);
	struct state *o = state_clone(&f->arena, &f->s);

	assert_true(assume(f, cmp(f, FB_EQ, p, 3, false), true));
	assert_true(state_assume(o, &f->arena, &f->syms, cmp(f, FB_EQ, p, 9, false), true));
	assert_true(state_meet(&f->s, o, &f->arena, &f->syms));
	assert_int_equal(state_one_of(&f->s, &f->syms, p), 1 << 3 | 1 << 9);
	assert_int_equal(truth(f, p), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 5, false)), 0);
	assert_int_equal(truth(f, cmp(f, FB_NE, p, 64, false)), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 9, false)), -1);
	/* One less is one more that is known. */
	assert_true(assume(f, cmp(f, FB_EQ, p, 3, false), false));
	assert_int_equal(truth(f, cmp(f, FB_EQ, p, 9, false)), 1);
	assert_false(assume(f, cmp(f, FB_EQ, p, 9, false), false));
}

static void masks_leave_the_bits_that_they_have(void **state)
{
	struct fixture *f = *state;
	uint32_t flags = sym_bin(&f->syms, FB_AND, sym_int(&f->syms, 0xa), param(f, 0), false);
	uint32_t more = sym_bin(&f->syms, FB_OR, flags, sym_int(&f->syms, 0x40), false);

	assert_int_equal(sym_bits(&f->syms, more), 0x4a);
	assert_int_equal(sym_bin(&f->syms, FB_AND, more, sym_int(&f->syms, 0x400), false),
			 sym_int(&f->syms, 0));
	assert_int_not_equal(sym_bin(&f->syms, FB_AND, more, sym_int(&f->syms, 0x8), false),
			     sym_int(&f->syms, 0));
	assert_true(sym_bits(&f->syms, param(f, 0)) == UINT64_MAX);
}

static void loops_keep_what_callers_knew_of_memory(void **state)
{
	struct fixture *f = *state;
	uint32_t addr = sym_faddr(&f->syms, param(f, 0), 7, 8);
	uint32_t load = sym_make(&f->syms, SY_LOAD, addr, 0, 0, 0);
	struct state *entry;

	assert_true(assume(f, cmp(f, FB_GE, load, 2, false), true));
	entry = state_clone(&f->arena, &f->s);
	assert_true(assume(f, cmp(f, FB_LE, load, 2, false), true));
	state_forget_volatile(&f->s, &f->syms, entry);
	assert_int_equal(truth(f, cmp(f, FB_GE, load, 2, false)), 1);
	assert_int_equal(truth(f, cmp(f, FB_EQ, load, 2, false)), -1);
	state_forget_volatile(&f->s, &f->syms, NULL);
	assert_int_equal(truth(f, cmp(f, FB_GE, load, 2, false)), -1);
}

static void loops_forget_memory_and_keep_parameters(void **state)
{
	struct fixture *f = *state;
	uint32_t p = param(f, 0), load = sym_make(&f->syms, SY_LOAD, p, 0, 0, 0);

	assert_true(assume(f, p, true));
	assert_true(assume(f, load, true));
	state_forget_volatile(&f->s, &f->syms, NULL);
	assert_int_equal(truth(f, p), 1);
	assert_int_equal(truth(f, load), -1);
}

static void guards_are_sorted_and_bounded(void **state)
{
	struct guards g = { .n = 0 }, same = { .n = 0 };
	int i;

	(void)state;
	guards_add(&g, 9, 1);
	guards_add(&g, 4, 1);
	guards_add(&same, 4, 1);
	guards_add(&same, 9, 1);
	assert_true(guards_equal(&g, &same));
	guards_add(&g, 4, -1);
	assert_int_equal(g.n, 1);
	assert_int_equal(guards_get(&g, 4), 0);
	/* A loop that only raises comes to an end. */
	for (i = 0; i < 100; i++) {
		same = g;
		guards_add(&g, 9, 1);
	}
	assert_true(guards_equal(&g, &same));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_terms_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(terms_are_found_again_after_a_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(terms_do_not_grow_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(division_by_zero_is_not_folded, setup, teardown),
		cmocka_unit_test_setup_teardown(container_of_undoes_a_field, setup, teardown),
		cmocka_unit_test_setup_teardown(an_assumption_decides_the_same_test_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(ranges_meet, setup, teardown),
		cmocka_unit_test_setup_teardown(is_err_is_unsigned, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_pointer_is_not_null, setup, teardown),
		cmocka_unit_test_setup_teardown(an_address_is_not_null, setup, teardown),
		cmocka_unit_test_setup_teardown(a_store_is_read_back_until_it_may_have_changed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(meeting_keeps_what_both_know, setup, teardown),
		cmocka_unit_test_setup_teardown(meeting_keeps_what_one_stored_and_the_other_tested,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_read_before_a_store_is_not_what_was_stored,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_tried_goes_with_the_value, setup, teardown),
		cmocka_unit_test_setup_teardown(a_word_at_a_new_value_is_in_doubt, setup, teardown),
		cmocka_unit_test_setup_teardown(paths_of_a_switch_leave_its_values, setup, teardown),
		cmocka_unit_test_setup_teardown(masks_leave_the_bits_that_they_have, setup, teardown),
		cmocka_unit_test_setup_teardown(loops_keep_what_callers_knew_of_memory, setup,
						teardown),
		cmocka_unit_test_setup_teardown(loops_forget_memory_and_keep_parameters, setup,
						teardown),
		cmocka_unit_test_setup_teardown(guards_are_sorted_and_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
