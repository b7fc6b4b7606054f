// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* What libclang leaves to its reader about an expression. */

uint32_t cursor_type_id(struct lower *l, CXCursor c)
{
	return unit_type(l->u, clang_getCursorType(c));
}

CXType cursor_type(CXCursor c)
{
	return clang_getCanonicalType(clang_getCursorType(c));
}

bool type_is_function(CXType t)
{
	return t.kind == CXType_FunctionProto || t.kind == CXType_FunctionNoProto;
}

bool type_is_array(CXType t)
{
	return t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray ||
	       t.kind == CXType_VariableArray;
}

bool type_is_aggregate(CXType t)
{
	return t.kind == CXType_Record || type_is_array(t);
}

/* Leaves only the expressions in @k. */
static void keep_operands(struct kids *k)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < k->n; i++)
		if (clang_isExpression(clang_getCursorKind(k->v[i])))
			k->v[n++] = k->v[i];
	k->n = n;
}

struct kids cursor_operands(struct lower *l, CXCursor c)
{
	struct kids k = unit_kids(l->u, c);

	keep_operands(&k);
	return k;
}

/* Children that begin with those of a type (casts, literals) end with the operand. */
bool cursor_last_operand(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k = cursor_operands(l, c);

	if (!k.n)
		return false;
	*ret = k.v[k.n - 1];
	return true;
}

bool cursor_evaluate(CXCursor c, int64_t *ret)
{
	CXEvalResult r = clang_Cursor_Evaluate(c);
	bool ok;

	if (!r)
		return false;
	ok = clang_EvalResult_getKind(r) == CXEval_Int;
	if (ok)
		*ret = clang_EvalResult_getAsLongLong(r);
	clang_EvalResult_dispose(r);
	return ok;
}

static bool same_extent(CXCursor a, CXCursor b)
{
	return clang_equalRanges(clang_getCursorExtent(a), clang_getCursorExtent(b)) != 0;
}

/*
 * Whether @c, which has no kind of its own, is its only operand with another type. What else there
 * is begins with words of its own (va_arg, typeof() in builtins), but for a member of a vector; so
 * the end, for which libclang reads the text once more, is asked for only there.
 */
static bool is_cast_of(CXCursor c, CXCursor operand)
{
	enum CXTypeKind kind;

	if (!clang_equalLocations(clang_getCursorLocation(c), clang_getCursorLocation(operand)))
		return false;
	kind = cursor_type(operand).kind;
	return (kind != CXType_Vector && kind != CXType_ExtVector) || same_extent(c, operand);
}

/* What an unexposed expression is; @ret gets its operands. */
enum unexposed cursor_classify(struct lower *l, CXCursor c, struct kids *ret)
{
	struct kids k = unit_kids(l->u, c);

	*ret = k;
	for (unsigned int i = 0; i < k.n; i++)
		if (clang_getCursorKind(k.v[i]) == CXCursor_MemberRef)
			return UX_OFFSETOF;
	keep_operands(&k);
	*ret = k;
	switch (k.n) {
	case 0:
		return UX_NONE;
	case 1:
		return is_cast_of(c, k.v[0]) ? UX_CAST : UX_OTHER;
	case 3:
		if (cursor_type(c).kind == CXType_Invalid)
			return UX_OTHER;
		return cursor_type(k.v[0]).kind == CXType_Pointer ? UX_OTHER : UX_CHOOSE;
	case 4:
		/* Condition and result are the same operand, said again. */
		if (same_extent(k.v[0], k.v[1]) && same_extent(k.v[0], k.v[2]))
			return UX_ELVIS;
		return UX_OTHER;
	default:
		return UX_OTHER;
	}
}

bool cursor_chosen(const struct kids *k, CXCursor *ret)
{
	int64_t val;

	if (!cursor_evaluate(k->v[0], &val))
		return false;
	*ret = k->v[val ? 1 : 2];
	return true;
}

static bool same_type(CXType a, CXType b)
{
	return a.kind != CXType_Invalid && b.kind != CXType_Invalid &&
	       clang_equalTypes(clang_getUnqualifiedType(clang_getCanonicalType(a)),
				clang_getUnqualifiedType(clang_getCanonicalType(b))) != 0;
}

/* Whether @c calls a function that takes a pointer to a @type. */
static bool takes_pointer_to(CXCursor c, CXType type)
{
	CXType func = clang_getCanonicalType(clang_getCursorType(clang_getCursorReferenced(c)));

	for (int i = 0; type_is_function(func) && i < clang_getNumArgTypes(func); i++)
		if (same_type(clang_getPointeeType(clang_getArgType(func, (unsigned int)i)), type))
			return true;
	return false;
}

/*
 * The association of a _Generic that was taken. libclang tells neither which one that is nor the
 * types that they are for. But it has the type of the whole; and where several have that, as calls
 * with pointers that are cast to void *, it is the only one that is made for what is asked about.
 */
bool cursor_generic_choice(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k = cursor_operands(l, c);
	CXCursor made_for = clang_getNullCursor();
	unsigned int found = 0, fit = 0;

	for (unsigned int i = 1; i < k.n; i++) {
		if (!same_type(cursor_type(k.v[i]), cursor_type(c)))
			continue;
		*ret = k.v[i];
		found++;
		if (takes_pointer_to(k.v[i], cursor_type(k.v[0]))) {
			made_for = k.v[i];
			fit++;
		}
	}
	if (found > 1 && fit == 1)
		*ret = made_for;
	return found == 1 || (found > 1 && fit == 1);
}

/* Without parentheses and __extension__. */
CXCursor cursor_strip(struct lower *l, CXCursor c)
{
	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(c);
		struct kids k;

		if (kind != CXCursor_ParenExpr &&
		    (kind != CXCursor_UnaryOperator ||
		     clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_Extension))
			return c;
		k = cursor_operands(l, c);
		if (!k.n)
			return c;
		c = k.v[0];
	}
}

/* Without parentheses and implicit casts as well. */
CXCursor cursor_strip_casts(struct lower *l, CXCursor c)
{
	for (;;) {
		struct kids k;

		c = cursor_strip(l, c);
		if (clang_getCursorKind(c) != CXCursor_UnexposedExpr ||
		    cursor_classify(l, c, &k) != UX_CAST)
			return c;
		c = k.v[0];
	}
}

bool cursor_is_void(CXCursor c)
{
	return cursor_type(c).kind == CXType_Void;
}

bool cursor_is_logical(CXCursor c)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);

	return op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
}
