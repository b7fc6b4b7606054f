// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Calls, and what the compiler itself calls. */

enum builtin {
	BI_NONE,
	BI_EXPECT,	/* its first argument */
	BI_CONSTANT_P,
	BI_OBJECT_SIZE, /* unknown, which is SIZE_MAX */
	BI_UNREACHABLE,
	BI_NOTHING,	/* without meaning here */
	BI_ADDRESS,	/* __builtin_addressof and others that return their argument */
};

static enum builtin builtin_named(const char *name)
{
	static const struct {
		const char *name;
		enum builtin is;
	} table[] = {
		{ "expect", BI_EXPECT },
		{ "expect_with_probability", BI_EXPECT },
		{ "constant_p", BI_CONSTANT_P },
		{ "object_size", BI_OBJECT_SIZE },
		{ "dynamic_object_size", BI_OBJECT_SIZE },
		{ "unreachable", BI_UNREACHABLE },
		{ "trap", BI_UNREACHABLE },
		{ "prefetch", BI_NOTHING },
		{ "va_start", BI_NOTHING },
		{ "va_end", BI_NOTHING },
		{ "va_copy", BI_NOTHING },
		{ "assume_aligned", BI_ADDRESS },
		/* Instructions, not functions that a program could be attached to. */
		{ "clz", BI_NOTHING },
		{ "clzl", BI_NOTHING },
		{ "clzll", BI_NOTHING },
		{ "ctz", BI_NOTHING },
		{ "ctzl", BI_NOTHING },
		{ "ctzll", BI_NOTHING },
		{ "ffs", BI_NOTHING },
		{ "ffsl", BI_NOTHING },
		{ "ffsll", BI_NOTHING },
		{ "popcount", BI_NOTHING },
		{ "popcountl", BI_NOTHING },
		{ "popcountll", BI_NOTHING },
		{ "bswap16", BI_NOTHING },
		{ "bswap32", BI_NOTHING },
		{ "bswap64", BI_NOTHING },
	};

	if (strncmp(name, "__builtin_", 10) != 0)
		return BI_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(name + 10, table[i].name))
			return table[i].is;
	return BI_NONE;
}

/* These never become functions of the facts. */
static enum builtin builtin_of(struct unit *u, CXCursor decl)
{
	uint32_t *known = cursor_map_at(&u->builtins, decl);
	CXString s;

	if (*known == FACTS_NONE) {
		s = clang_getCursorSpelling(decl);
		*known = builtin_named(clang_getCString(s));
		clang_disposeString(s);
	}
	return *known;
}

/* The function that a callee expression names, through parentheses and casts of any kind. */
static bool direct_callee(struct lower *l, CXCursor c, CXCursor *ret)
{
	for (;;) {
		CXCursor ref, inner;
		struct kids k;

		c = cursor_strip_casts(l, c);
		switch (clang_getCursorKind(c)) {
		case CXCursor_DeclRefExpr:
			ref = clang_getCursorReferenced(c);
			if (clang_getCursorKind(ref) != CXCursor_FunctionDecl)
				return false;
			*ret = ref;
			return true;
		case CXCursor_CStyleCastExpr:
			if (!cursor_last_operand(l, c, &inner))
				return false;
			c = inner;
			break;
		case CXCursor_UnaryOperator:
			if (clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_AddrOf &&
			    clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_Deref)
				return false;
			k = cursor_operands(l, c);
			if (k.n != 1 || (clang_getCursorUnaryOperatorKind(c) ==
						 CXUnaryOperator_Deref &&
					 !type_is_function(cursor_type(c))))
				return false;
			c = k.v[0];
			break;
		default:
			return false;
		}
	}
}

static uint32_t lower_builtin(struct lower *l, CXCursor c, enum builtin is, const struct kids *k)
{
	uint32_t type = cursor_type_id(l, c);
	int64_t val;

	switch (is) {
	case BI_EXPECT:
	case BI_ADDRESS:
		return k->n > 1 ? lower_value(l, k->v[1]) : expr_unknown(l->u, type);
	case BI_CONSTANT_P:
		return expr_int(l->u, cursor_evaluate(c, &val) ? val : 0, type);
	case BI_OBJECT_SIZE:
		return expr_int(l->u, cursor_evaluate(c, &val) ? val : -1, type);
	case BI_UNREACHABLE:
		if (!l->global)
			lower_end(l, FTERM_UNREACHABLE, FACTS_NONE,
				  unit_loc(l->u, clang_getCursorLocation(c)));
		return expr_unknown(l->u, type);
	default:
		for (unsigned int i = 1; i < k->n; i++)
			lower_effect(l, k->v[i]);
		return expr_unknown(l->u, type);
	}
}

/* A pointer that is called. The name of its type says whose functions it points to. */
static uint32_t lower_callee(struct lower *l, CXCursor c)
{
	uint32_t v = lower_value(l, c), type = cursor_type_id(l, c);
	uint32_t name = type_at(l->u, type)->name;

	if (!name || type_at(l->u, expr_at(l->u, v)->type)->name == name)
		return v;
	return expr_add(l->u, (struct fact_expr){
				      .op = FX_CAST, .type = type, .a = v, .b = FACTS_NONE });
}

/* @dst: a local for the result, or FACTS_NONE for a new one. */
uint32_t lower_call(struct lower *l, CXCursor c, bool want_value, uint32_t dst)
{
	struct unit *u = l->u;
	struct kids k = cursor_operands(l, c);
	uint32_t func = FACTS_NONE, type = cursor_type_id(l, c);
	struct fact_insn in;
	uint32_t *args;
	CXCursor callee;

	if (!k.n)
		return expr_unknown(u, type);
	if (direct_callee(l, k.v[0], &callee)) {
		enum builtin is = builtin_of(u, callee);

		if (is != BI_NONE)
			return lower_builtin(l, c, is, &k);
		func = unit_func(u, callee);
	}
	if (l->global)
		return lower_evaluated(l, c);
	in = lower_insn_at(l, c, FI_CALL);
	in.val = func != FACTS_NONE ? lower_func_value(l, callee) : lower_callee(l, k.v[0]);
	in.n_args = k.n - 1;
	args = ARENA_ARRAY(&u->scratch, uint32_t, in.n_args + 1);
	for (unsigned int i = 0; i < in.n_args; i++)
		args[i] = lower_value(l, k.v[i + 1]);
	in.args = (uint32_t)u->f->arglist.n;
	for (unsigned int i = 0; i < in.n_args; i++)
		vec_push(&u->f->arglist, args[i]);
	if (cursor_is_void(c))
		want_value = false;
	else
		in.result_ignored = !want_value;
	if (want_value)
		in.dst = dst != FACTS_NONE ? dst : lower_temp(l, type);
	lower_emit(l, in);
	if (func != FACTS_NONE && (u->f->funcs.v[func].flags & FF_NORETURN))
		lower_end(l, FTERM_UNREACHABLE, FACTS_NONE, in.loc);
	return in.dst != FACTS_NONE ? in.dst : expr_unknown(u, type);
}

/* __builtin_expect() around a condition changes nothing. */
bool lower_is_expect(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k;
	CXCursor callee;

	if (clang_getCursorKind(c) != CXCursor_CallExpr)
		return false;
	k = cursor_operands(l, c);
	if (k.n < 2 || !direct_callee(l, k.v[0], &callee))
		return false;
	if (builtin_of(l->u, callee) != BI_EXPECT)
		return false;
	*ret = k.v[1];
	return true;
}
