// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "facts/facts.h"

#include <errno.h>
#include <stdio.h>

static uint32_t add_type(struct facts *f, struct fact_type t)
{
	vec_push(&f->types, t);
	return (uint32_t)f->types.n - 1;
}

static uint32_t add_expr(struct facts *f, struct fact_expr e)
{
	vec_push(&f->exprs, e);
	return (uint32_t)f->exprs.n - 1;
}

/* int f(struct s *p) { while (p) p->n = g(p, 3); return 0; } and a bit of everything else. */
static void make(struct facts *f)
{
	uint32_t t_int, t_rec, t_ptr, p, deref, field, func, three, call, file;
	struct fact_loc loc = { 0, 3, 7 };
	struct fact_func fn = { .n_params = 1, .n_locals = 2, .n_blocks = 3, .n_annotations = 1 };

	facts_init(f);
	file = facts_string(f, "a.c");
	loc.file = file;
	f->unit.file = file;
	f->unit.object = facts_string(f, "a.o");
	f->unit.flags = FUNIT_FTRACE;
	t_int = add_type(f, (struct fact_type){ .kind = FT_INT, .bits = 32, .is_signed = 1,
						.to = FACTS_NONE });
	t_rec = add_type(f, (struct fact_type){ .kind = FT_RECORD, .name = facts_string(f, "s"),
						.to = FACTS_NONE });
	t_ptr = add_type(f, (struct fact_type){ .kind = FT_PTR, .to = t_rec });
	p = add_expr(f, (struct fact_expr){ .op = FX_LOCAL, .type = t_ptr, .a = 0 });
	deref = add_expr(f, (struct fact_expr){ .op = FX_DEREF, .type = t_rec, .a = p });
	field = add_expr(f, (struct fact_expr){ .op = FX_FIELD, .type = t_int, .a = deref,
						.sym = facts_string(f, "n"),
						.sym2 = facts_string(f, "s") });
	func = add_expr(f, (struct fact_expr){ .op = FX_FUNC, .type = FACTS_NONE,
					       .sym = facts_string(f, "g") });
	three = add_expr(f, (struct fact_expr){ .op = FX_INT, .type = t_int, .val = 3 });
	call = add_expr(f, (struct fact_expr){ .op = FX_LOCAL, .type = t_int, .a = 1 });
	add_expr(f, (struct fact_expr){ .op = FX_BIN, .sub = FB_ADD, .type = t_int, .a = three,
					.b = three });
	vec_push(&f->arglist, p);
	vec_push(&f->arglist, three);
	vec_push(&f->strlist, facts_string(f, "kfunc"));
	vec_push(&f->locals, ((struct fact_local){ facts_string(f, "p"), t_ptr }));
	vec_push(&f->locals, ((struct fact_local){ 0, t_int }));
	vec_push(&f->insns, ((struct fact_insn){ .op = FI_CALL, .loc = loc, .dst = call,
						 .val = func, .n_args = 2 }));
	vec_push(&f->insns, ((struct fact_insn){ .op = FI_ASSIGN, .loc = loc, .dst = field,
						 .val = call }));
	vec_push(&f->insns, ((struct fact_insn){ .op = FI_CLOBBER, .loc = loc, .dst = FACTS_NONE,
						 .val = FACTS_NONE }));
	vec_push(&f->blocks, ((struct fact_block){ .term = FTERM_BRANCH, .loop_head = 1, .loc = loc,
						   .cond = p, .succ = { 1, 2 } }));
	vec_push(&f->blocks, ((struct fact_block){ .n_insns = 3, .term = FTERM_SWITCH, .loc = loc,
						   .cond = call, .n_cases = 1 }));
	vec_push(&f->blocks, ((struct fact_block){ .term = FTERM_RETURN, .loc = loc,
						   .cond = three }));
	vec_push(&f->cases, ((struct fact_case){ -1, 4, 2 }));
	fn.name = facts_string(f, "f");
	fn.flags = FF_STATIC | FF_NOTRACE;
	fn.loc = loc;
	fn.ret_type = t_int;
	vec_push(&f->funcs, fn);
	vec_push(&f->vars, ((struct fact_var){ .name = facts_string(f, "v"), .type = t_int,
					       .loc = loc, .n_inits = 1 }));
	vec_push(&f->inits, ((struct fact_init){ .index = -1, .value = three, .loc = loc }));
	vec_push(&f->fields, ((struct fact_field){ facts_string(f, "n"), t_int, 0 }));
	vec_push(&f->records,
		 ((struct fact_record){ .name = facts_string(f, "s"), .n_fields = 1 }));
	vec_push(&f->enumerators, ((struct fact_enumerator){ 0, facts_string(f, "E"), -5 }));
	vec_push(&f->btf, ((struct fact_btf){ .kind = FBTF_ID, .prefix = facts_string(f, "func"),
					      .name = facts_string(f, "g"), .flags = 1ull << 40,
					      .loc = loc }));
}

static void test_strings(void **state)
{
	char text[32];
	struct facts f;
	uint32_t first;

	(void)state;
	facts_init(&f);
	assert_int_equal(facts_string(&f, ""), 0);
	first = facts_string(&f, "first");
	assert_int_equal(facts_string_n(&f, "first and more", 5), first);
	assert_int_not_equal(facts_string(&f, "firs"), first);
	/* A NUL ends a string wherever it comes from. */
	assert_int_equal(facts_string_n(&f, "first\0more", 10), first);
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "s%d", i);
		facts_string(&f, text);
	}
	for (int i = 0; i < 5000; i++) {
		size_t before = f.strings.n;

		snprintf(text, sizeof(text), "s%d", i);
		assert_string_equal(facts_str(&f, facts_string(&f, text)), text);
		assert_int_equal(f.strings.n, before);
	}
	assert_int_equal(facts_string(&f, "first"), first);
	facts_release(&f);
}

static void test_round_trip(void **state)
{
	struct strbuf bytes = STRBUF_INIT, again = STRBUF_INIT, a = STRBUF_INIT, b = STRBUF_INIT;
	struct facts f, g;

	(void)state;
	make(&f);
	facts_encode(&f, &bytes);
	assert_int_equal(facts_decode(bytes.buf, bytes.len, &g), 0);
	facts_print(&f, &a);
	facts_print(&g, &b);
	assert_string_equal(a.buf, b.buf);
	assert_non_null(strstr(a.buf, "%1 = call g(p%0, 3)"));
	facts_encode(&g, &again);
	assert_int_equal(bytes.len, again.len);
	assert_memory_equal(bytes.buf, again.buf, bytes.len);
	facts_release(&f);
	facts_release(&g);
	strbuf_release(&bytes);
	strbuf_release(&again);
	strbuf_release(&a);
	strbuf_release(&b);
}

static int decode_of(const struct facts *f)
{
	struct strbuf bytes = STRBUF_INIT;
	struct facts g;
	int err;

	facts_encode(f, &bytes);
	err = facts_decode(bytes.buf, bytes.len, &g);
	facts_release(&g);
	strbuf_release(&bytes);
	return err;
}

/* Expressions that share their operands are no tree; text of them must end all the same. */
static void test_shared(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct facts f;
	uint32_t e;

	(void)state;
	make(&f);
	e = f.insns.v[1].val;
	for (int i = 0; i < 60; i++)
		e = add_expr(&f, (struct fact_expr){ .op = FX_BIN, .sub = FB_ADD, .type = 0,
						     .a = e, .b = e });
	f.insns.v[1].val = e;
	assert_int_equal(decode_of(&f), 0);
	facts_print(&f, &text);
	assert_true(text.len < 20000);
	facts_release(&f);
	strbuf_release(&text);
}

/* Padding has whatever was in memory; it must not show. */
static void test_same_bytes(void **state)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct fact_expr e;
	struct facts f;

	(void)state;
	for (int fill = 0; fill < 2; fill++) {
		facts_init(&f);
		memset(&e, fill ? 0xa5 : 0, sizeof(e));
		e.op = FX_INT;
		e.sub = 0;
		e.type = FACTS_NONE;
		e.a = e.b = FACTS_NONE;
		e.sym = e.sym2 = 0;
		e.val = 1;
		vec_push(&f.exprs, e);
		facts_encode(&f, fill ? &a : &b);
		facts_release(&f);
	}
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.buf, b.buf, a.len);
	strbuf_release(&a);
	strbuf_release(&b);
}

/* Each index out of its range, one at a time, is noticed. */
static void test_bad_facts(void **state)
{
	struct facts f;

	(void)state;
	make(&f);
	assert_int_equal(decode_of(&f), 0);
#define BAD(place, bad)                                                                            \
	do {                                                                                       \
		__typeof__(place) good_ = (place);                                                 \
		(place) = (bad);                                                                   \
		assert_int_equal(decode_of(&f), -EBADMSG);                                         \
		(place) = good_;                                                                   \
	} while (0)
	BAD(f.unit.file, 10000);
	BAD(f.unit.object, 10000);
	BAD(f.strings.v[f.strings.n - 1], 'x');
	BAD(f.strings.v[0], 'x');
	BAD(f.types.v[0].kind, 99);
	BAD(f.types.v[1].name, 10000);
	BAD(f.types.v[2].to, 2); /* a type made of itself */
	BAD(f.types.v[2].to, FACTS_NONE);
	BAD(f.exprs.v[0].op, 99);
	BAD(f.exprs.v[0].type, 3);
	BAD(f.exprs.v[0].a, 2); /* a local that the function does not have */
	BAD(f.exprs.v[1].a, 1); /* an expression made of itself */
	BAD(f.exprs.v[1].a, FACTS_NONE);
	BAD(f.exprs.v[2].sym, 10000);
	BAD(f.exprs.v[6].sub, 99);
	BAD(f.exprs.v[6].b, 6);
	BAD(f.arglist.v[0], 7);
	BAD(f.strlist.v[0], 10000);
	BAD(f.insns.v[0].op, 9);
	BAD(f.insns.v[0].n_args, 3);
	BAD(f.insns.v[0].args, FACTS_NONE);
	BAD(f.insns.v[0].dst, 2); /* the result of a call goes into a local */
	BAD(f.insns.v[0].val, FACTS_NONE);
	BAD(f.insns.v[0].loc.file, 10000);
	BAD(f.insns.v[1].val, FACTS_NONE);
	BAD(f.insns.v[1].dst, 7);
	BAD(f.blocks.v[0].succ[0], 3);
	BAD(f.blocks.v[0].cond, FACTS_NONE);
	BAD(f.blocks.v[0].term, 9);
	BAD(f.blocks.v[1].n_insns, 4);
	BAD(f.blocks.v[1].cases, 1);
	BAD(f.cases.v[0].target, 3);
	BAD(f.locals.v[0].type, 3);
	BAD(f.locals.v[0].name, 10000);
	BAD(f.funcs.v[0].n_blocks, 4);
	BAD(f.funcs.v[0].n_locals, 3);
	BAD(f.funcs.v[0].n_locals, 1);
	BAD(f.funcs.v[0].n_params, 3);
	BAD(f.funcs.v[0].ret_type, 3);
	BAD(f.funcs.v[0].annotations, 1);
	BAD(f.vars.v[0].n_inits, 2);
	BAD(f.vars.v[0].type, 3);
	BAD(f.inits.v[0].value, 0); /* a local, outside any function */
	BAD(f.inits.v[0].value, FACTS_NONE);
	BAD(f.inits.v[0].index, -2);
	BAD(f.records.v[0].n_fields, 2);
	BAD(f.fields.v[0].type, 3);
	BAD(f.enumerators.v[0].name, 10000);
	BAD(f.btf.v[0].kind, 9);
	BAD(f.btf.v[0].prefix, 10000);
#undef BAD
	assert_int_equal(decode_of(&f), 0);
	facts_release(&f);
}

/* Any bytes: either refused, or good enough to be read. */
static void test_bad_bytes(void **state)
{
	struct strbuf bytes = STRBUF_INIT, text = STRBUF_INIT;
	struct facts f, g;

	(void)state;
	make(&f);
	facts_encode(&f, &bytes);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(facts_decode(bytes.buf, len, &g), -EBADMSG);
	strbuf_addch(&bytes, 0);
	assert_int_equal(facts_decode(bytes.buf, bytes.len, &g), -EBADMSG);
	strbuf_setlen(&bytes, bytes.len - 1);
	for (size_t i = 0; i < bytes.len; i++) {
		static const unsigned char bad[] = { 0, 1, 0x7f, 0xff };
		char good = bytes.buf[i];

		for (size_t j = 0; j < sizeof(bad); j++) {
			bytes.buf[i] = (char)bad[j];
			if (!facts_decode(bytes.buf, bytes.len, &g)) {
				strbuf_reset(&text);
				facts_print(&g, &text);
			}
			facts_release(&g);
		}
		bytes.buf[i] = good;
	}
	facts_release(&f);
	strbuf_release(&bytes);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),	   cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_bad_facts),
		cmocka_unit_test(test_bad_bytes),  cmocka_unit_test(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
