// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Unary, binary, assigning and conditional operators. */

static bool byte_pointer(CXType t)
{
	CXType p = clang_getCanonicalType(clang_getPointeeType(t));

	switch (p.kind) {
	case CXType_Void:
	case CXType_Char_S:
	case CXType_Char_U:
	case CXType_SChar:
	case CXType_UChar:
		return true;
	default:
		return type_is_function(p);
	}
}

/* p + i, or p - i, by the size of what @t points to. */
static uint32_t pointer_add(struct lower *l, CXType t, uint32_t p, uint32_t i, bool minus)
{
	struct unit *u = l->u;
	uint32_t type = unit_type(u, t), elem;
	int64_t val;

	if (expr_is_int(u, i, &val) && !val)
		return p;
	if (byte_pointer(t) || expr_at(u, p)->op == FX_INT || expr_at(u, p)->op == FX_UNKNOWN)
		return expr_binary(u, minus ? FB_SUB : FB_ADD, p, i, type);
	if (minus)
		i = expr_unary(u, FU_NEG, i, u->t_int);
	elem = unit_type(u, clang_getPointeeType(t));
	return expr_addr(u, lower_element(l, p, i, elem));
}

static bool binary_op(enum CXBinaryOperatorKind op, enum fact_bin *ret)
{
	switch (op) {
	case CXBinaryOperator_Mul:
	case CXBinaryOperator_MulAssign:
		*ret = FB_MUL;
		return true;
	case CXBinaryOperator_Div:
	case CXBinaryOperator_DivAssign:
		*ret = FB_DIV;
		return true;
	case CXBinaryOperator_Rem:
	case CXBinaryOperator_RemAssign:
		*ret = FB_REM;
		return true;
	case CXBinaryOperator_Add:
	case CXBinaryOperator_AddAssign:
		*ret = FB_ADD;
		return true;
	case CXBinaryOperator_Sub:
	case CXBinaryOperator_SubAssign:
		*ret = FB_SUB;
		return true;
	case CXBinaryOperator_Shl:
	case CXBinaryOperator_ShlAssign:
		*ret = FB_SHL;
		return true;
	case CXBinaryOperator_Shr:
	case CXBinaryOperator_ShrAssign:
		*ret = FB_SHR;
		return true;
	case CXBinaryOperator_And:
	case CXBinaryOperator_AndAssign:
		*ret = FB_AND;
		return true;
	case CXBinaryOperator_Or:
	case CXBinaryOperator_OrAssign:
		*ret = FB_OR;
		return true;
	case CXBinaryOperator_Xor:
	case CXBinaryOperator_XorAssign:
		*ret = FB_XOR;
		return true;
	case CXBinaryOperator_LT:
		*ret = FB_LT;
		return true;
	case CXBinaryOperator_GT:
		*ret = FB_GT;
		return true;
	case CXBinaryOperator_LE:
		*ret = FB_LE;
		return true;
	case CXBinaryOperator_GE:
		*ret = FB_GE;
		return true;
	case CXBinaryOperator_EQ:
		*ret = FB_EQ;
		return true;
	case CXBinaryOperator_NE:
		*ret = FB_NE;
		return true;
	default:
		return false;
	}
}

static uint32_t arithmetic(struct lower *l, enum fact_bin op, uint32_t a, CXType ta, uint32_t b,
			   CXType tb, uint32_t type)
{
	if (op == FB_ADD && ta.kind == CXType_Pointer)
		return pointer_add(l, ta, a, b, false);
	if (op == FB_ADD && tb.kind == CXType_Pointer)
		return pointer_add(l, tb, b, a, false);
	if (op == FB_SUB && ta.kind == CXType_Pointer && tb.kind != CXType_Pointer)
		return pointer_add(l, ta, a, b, true);
	return expr_binary(l->u, op, a, b, type);
}

static uint32_t lower_assignment(struct lower *l, CXCursor c, const struct kids *k)
{
	uint32_t dst = lower_place(l, k->v[0]);

	lower_init(l, dst, clang_getCursorType(k->v[0]), k->v[1], c);
	return expr_load(l->u, dst);
}

/* && and || for a value: 1 or 0, by way of branches. */
static uint32_t lower_logical(struct lower *l, CXCursor c)
{
	struct fact_loc loc = unit_loc(l->u, clang_getCursorLocation(c));
	uint32_t type = cursor_type_id(l, c), yes, no, end, tmp;

	if (l->global)
		return lower_evaluated(l, c);
	tmp = lower_temp(l, type);
	yes = lower_new_block(l);
	no = lower_new_block(l);
	end = lower_new_block(l);
	lower_cond(l, c, yes, no);
	l->cur = yes;
	lower_assign(l, tmp, expr_int(l->u, 1, type), c);
	lower_jump_to(l, end, loc);
	l->cur = no;
	lower_assign(l, tmp, expr_int(l->u, 0, type), c);
	lower_jump_to(l, end, loc);
	l->cur = end;
	return tmp;
}

uint32_t lower_binary(struct lower *l, CXCursor c)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
	struct kids k = cursor_operands(l, c);
	enum fact_bin bin;
	uint32_t a, b;
	int64_t val;

	if (k.n != 2)
		return expr_unknown(l->u, cursor_type_id(l, c));
	switch (op) {
	case CXBinaryOperator_Assign:
		return lower_assignment(l, c, &k);
	case CXBinaryOperator_Comma:
		lower_effect(l, k.v[0]);
		return lower_value(l, k.v[1]);
	case CXBinaryOperator_LAnd:
	case CXBinaryOperator_LOr:
		/* A constant made of constants needs no branches. */
		if (clang_getCursorKind(cursor_strip_casts(l, k.v[0])) != CXCursor_CallExpr &&
		    cursor_evaluate(c, &val))
			return expr_int(l->u, val, cursor_type_id(l, c));
		return lower_logical(l, c);
	default:
		if (!binary_op(op, &bin))
			return lower_other(l, c);
		a = lower_value(l, k.v[0]);
		b = lower_value(l, k.v[1]);
		return arithmetic(l, bin, a, cursor_type(k.v[0]), b, cursor_type(k.v[1]),
				  cursor_type_id(l, c));
	}
}

uint32_t lower_compound_assign(struct lower *l, CXCursor c)
{
	struct kids k = cursor_operands(l, c);
	enum fact_bin bin;
	uint32_t place, v;

	if (k.n != 2 || !binary_op(clang_getCursorBinaryOperatorKind(c), &bin))
		return lower_other(l, c);
	v = lower_value(l, k.v[1]);
	place = lower_place(l, k.v[0]);
	v = arithmetic(l, bin, place, cursor_type(k.v[0]), v, cursor_type(k.v[1]),
		       cursor_type_id(l, c));
	lower_assign(l, place, v, c);
	return place;
}

static uint32_t lower_step(struct lower *l, CXCursor c, CXCursor operand, bool minus, bool post,
			   bool want_value)
{
	struct unit *u = l->u;
	uint32_t place = lower_place(l, operand), old = place, one = expr_int(u, 1, u->t_int);
	CXType t = cursor_type(operand);
	uint32_t v;

	if (post && want_value) {
		old = lower_temp(l, cursor_type_id(l, c));
		lower_assign(l, old, place, c);
	}
	if (t.kind == CXType_Pointer)
		v = pointer_add(l, t, place, one, minus);
	else
		v = expr_binary(u, minus ? FB_SUB : FB_ADD, place, one, cursor_type_id(l, c));
	lower_assign(l, place, v, c);
	return old;
}

uint32_t lower_unary(struct lower *l, CXCursor c, bool want_value)
{
	struct kids k = cursor_operands(l, c);
	uint32_t type = cursor_type_id(l, c), v;

	if (k.n != 1)
		return expr_unknown(l->u, type);
	switch (clang_getCursorUnaryOperatorKind(c)) {
	case CXUnaryOperator_PostInc:
		return lower_step(l, c, k.v[0], false, true, want_value);
	case CXUnaryOperator_PostDec:
		return lower_step(l, c, k.v[0], true, true, want_value);
	case CXUnaryOperator_PreInc:
		return lower_step(l, c, k.v[0], false, false, want_value);
	case CXUnaryOperator_PreDec:
		return lower_step(l, c, k.v[0], true, false, want_value);
	case CXUnaryOperator_AddrOf:
		if (type_is_function(cursor_type(k.v[0])))
			return lower_value(l, k.v[0]);
		v = lower_place(l, k.v[0]);
		/* &array has the array's address; its type is a pointer to the array. */
		return expr_addr(l->u, v);
	case CXUnaryOperator_Deref:
		v = lower_value(l, k.v[0]);
		if (type_is_function(cursor_type(c)))
			return v;
		return expr_load(l->u, expr_deref(l->u, v, type));
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
		return lower_value(l, k.v[0]);
	case CXUnaryOperator_Minus:
		return expr_unary(l->u, FU_NEG, lower_value(l, k.v[0]), type);
	case CXUnaryOperator_Not:
		return expr_unary(l->u, FU_COMPL, lower_value(l, k.v[0]), type);
	case CXUnaryOperator_LNot:
		return expr_unary(l->u, FU_NOT, lower_value(l, k.v[0]), type);
	default:
		lower_effect(l, k.v[0]);
		return expr_unknown(l->u, type);
	}
}

/* cond ? a : b, or with @elvis cond ?: b. */
uint32_t lower_conditional(struct lower *l, CXCursor c, CXCursor cond, CXCursor a,
				  CXCursor b, bool elvis, bool want_value)
{
	struct fact_loc loc = unit_loc(l->u, clang_getCursorLocation(c));
	uint32_t type = cursor_type_id(l, c), yes, no, end, tmp = FACTS_NONE, v = FACTS_NONE;
	bool logical = cursor_is_logical(cursor_strip_casts(l, cond));
	int64_t val;

	want_value = want_value && !cursor_is_void(c);
	if (l->global) {
		if (cursor_evaluate(cond, &val))
			return lower_value(l, val ? a : b);
		return lower_evaluated(l, c);
	}
	if (!logical || elvis) {
		v = lower_value(l, cond);
		if (expr_is_int(l->u, v, &val)) {
			if (elvis && val)
				return lower_convert(l->u, v, type);
			if (want_value)
				return lower_value(l, val ? a : b);
			lower_effect(l, val ? a : b);
			return expr_unknown(l->u, type);
		}
	}
	yes = lower_new_block(l);
	no = lower_new_block(l);
	end = lower_new_block(l);
	if (want_value)
		tmp = lower_temp(l, type);
	if (v != FACTS_NONE)
		lower_branch(l, v, yes, no, loc);
	else
		lower_cond(l, cond, yes, no);
	l->cur = yes;
	if (elvis && want_value)
		lower_assign(l, tmp, v, c);
	else if (want_value)
		lower_init(l, tmp, clang_getCursorType(c), a, c);
	else if (!elvis)
		lower_effect(l, a);
	lower_jump_to(l, end, loc);
	l->cur = no;
	if (want_value)
		lower_init(l, tmp, clang_getCursorType(c), b, c);
	else
		lower_effect(l, b);
	lower_jump_to(l, end, loc);
	l->cur = end;
	return want_value ? tmp : expr_unknown(l->u, type);
}
