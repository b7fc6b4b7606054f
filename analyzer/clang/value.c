// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* The three ways to lower an expression: its value, its place, its effects; and conditions. */

uint32_t lower_evaluated(struct lower *l, CXCursor c)
{
	int64_t val;

	if (cursor_evaluate(c, &val))
		return expr_int(l->u, val, cursor_type_id(l, c));
	return expr_unknown(l->u, cursor_type_id(l, c));
}

uint32_t lower_temp(struct lower *l, uint32_t type)
{
	struct fact_local loc = { 0, type };

	if (l->global)
		return expr_unknown(l->u, type);
	vec_push(&l->locals, loc);
	return expr_local(l->u, (uint32_t)l->locals.n - 1, type);
}

struct fact_insn lower_insn_at(struct lower *l, CXCursor at, uint8_t op)
{
	struct fact_insn in = { .op = op, .dst = FACTS_NONE, .val = FACTS_NONE };

	in.loc = unit_loc_macro(l->u, clang_getCursorLocation(at), &in.macro);
	return in;
}

void lower_assign(struct lower *l, uint32_t dst, uint32_t val, CXCursor at)
{
	struct fact_insn in;

	if (l->global)
		return;
	if (dst == val)
		return;
	in = lower_insn_at(l, at, expr_is_place(l->u, dst) ? FI_ASSIGN : FI_CLOBBER);
	if (in.op == FI_ASSIGN) {
		in.dst = dst;
		in.val = val;
	}
	lower_emit(l, in);
}

void lower_clobber(struct lower *l, uint32_t place, CXCursor at)
{
	struct fact_insn in;

	if (l->global)
		return;
	in = lower_insn_at(l, at, FI_CLOBBER);
	in.dst = place != FACTS_NONE && expr_is_place(l->u, place) ? place : FACTS_NONE;
	lower_emit(l, in);
}

static bool is_boolean(const struct unit *u, uint32_t e)
{
	const struct fact_expr *x = expr_at(u, e);
	const struct fact_type *t = type_at(u, x->type);

	if (t->kind == FT_INT && t->bits == 1)
		return true;
	return (x->op == FX_UN && x->sub == FU_NOT) || (x->op == FX_BIN && x->sub >= FB_LT);
}

/* @v converted to @type, as an implicit cast does it. */
uint32_t lower_convert(struct unit *u, uint32_t v, uint32_t type)
{
	const struct fact_type *t = type_at(u, type);
	int64_t val;

	if (expr_is_int(u, v, &val)) {
		if (t->kind == FT_INT || t->kind == FT_PTR)
			return expr_int(u, val, type);
		return v;
	}
	if (t->kind == FT_INT && t->bits == 1 && !is_boolean(u, v)) {
		uint32_t from = expr_at(u, v)->type;

		if (type_at(u, from)->kind != FT_INT && type_at(u, from)->kind != FT_PTR)
			from = u->t_int;
		return expr_binary(u, FB_NE, v, expr_int(u, 0, from), type);
	}
	return v;
}

/* The name of the record that a pointer points to, or 0. */
static uint32_t pointee_record(const struct unit *u, uint32_t type)
{
	const struct fact_type *t = type_at(u, type);

	if (t->kind != FT_PTR || t->to == FACTS_NONE || type_at(u, t->to)->kind != FT_RECORD)
		return 0;
	return type_at(u, t->to)->name;
}

/* An explicit cast stays where it says something: which record is pointed to. */
static uint32_t explicit_cast(struct unit *u, uint32_t v, uint32_t type)
{
	uint32_t record = pointee_record(u, type);

	if (expr_at(u, v)->op == FX_INT || !record)
		return lower_convert(u, v, type);
	if (expr_at(u, v)->op == FX_UNKNOWN)
		return expr_unknown(u, type);
	if (pointee_record(u, expr_at(u, v)->type) == record)
		return v;
	if (expr_at(u, v)->op == FX_CAST)
		v = expr_at(u, v)->a;
	if (pointee_record(u, expr_at(u, v)->type) == record)
		return v;
	return expr_add(u, (struct fact_expr){
				   .op = FX_CAST, .type = type, .a = v, .b = FACTS_NONE });
}

static bool in_header_macro(struct unit *u, CXCursor c)
{
	CXSourceLocation l = clang_getCursorLocation(c);
	const struct unit_file *file = unit_file_of(u, l);
	uint32_t macro = 0;

	if (file && !file->own)
		unit_loc_macro(u, l, &macro);
	return macro != 0;
}

static uint32_t lower_string(struct lower *l, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *text = clang_getCString(s);
	struct fact_expr e = { .op = FX_STR, .a = FACTS_NONE, .b = FACTS_NONE };
	char *buf;
	size_t n = 0;

	text = text ? text : "";
	/* What a macro makes of a text in a header may depend on who includes it. */
	if (in_header_macro(l->u, c))
		text = "";
	buf = arena_alloc(&l->u->scratch, strlen(text) + 1);
	/* The spelling is quoted and escaped as clang prints it, perhaps with a prefix. */
	while (*text && *text != '"')
		text++;
	if (*text)
		text++;
	for (; *text && *text != '"'; text++) {
		if (*text != '\\' || !text[1]) {
			buf[n++] = *text;
			continue;
		}
		text++;
		switch (*text) {
		case 'n':
			buf[n++] = '\n';
			break;
		case 't':
			buf[n++] = '\t';
			break;
		case 'r':
			buf[n++] = '\r';
			break;
		case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
			unsigned int v = 0;

			for (int i = 0; i < 3 && *text >= '0' && *text <= '7'; i++)
				v = v * 8 + (unsigned int)(*text++ - '0');
			text--;
			buf[n++] = (char)v;
			break;
		}
		default:
			buf[n++] = *text;
			break;
		}
	}
	clang_disposeString(s);
	e.sym = facts_string_n(l->u->f, buf, n);
	e.type = unit_type_ptr(l->u, unit_type_int(l->u, 8, true));
	return expr_add(l->u, e);
}

static uint32_t lower_offsetof(struct lower *l, CXCursor c)
{
	struct kids k = unit_kids(l->u, c);
	struct fact_expr e = { .op = FX_OFFSETOF, .a = FACTS_NONE, .b = FACTS_NONE };
	char *path = NULL;

	for (unsigned int i = 0; i < k.n; i++) {
		enum CXCursorKind kind = clang_getCursorKind(k.v[i]);

		if (kind == CXCursor_MemberRef) {
			CXCursor field = clang_getCursorReferenced(k.v[i]);
			CXString s;

			if (clang_getCursorKind(field) != CXCursor_FieldDecl ||
			    unit_is_unnamed(field))
				continue;
			s = clang_getCursorSpelling(field);
			if (!path)
				e.sym2 = unit_field_record(l->u, field);
			path = arena_printf(&l->u->scratch, "%s%s%s", path ? path : "",
					    path ? "." : "", clang_getCString(s));
			clang_disposeString(s);
		} else if (path && clang_isExpression(kind)) {
			int64_t val;

			if (expr_is_int(l->u, lower_value(l, k.v[i]), &val))
				path = arena_printf(&l->u->scratch, "%s[%lld]", path,
						    (long long)val);
			else
				path = arena_printf(&l->u->scratch, "%s[]", path);
		}
	}
	if (!path)
		return lower_evaluated(l, c);
	e.sym = facts_string(l->u->f, path);
	e.type = cursor_type_id(l, c);
	return expr_add(l->u, e);
}

uint32_t lower_other(struct lower *l, CXCursor c)
{
	struct kids k = cursor_operands(l, c);
	uint32_t first = FACTS_NONE;
	int64_t val;

	/* Builtins on types have operands too, those of typeof(), which are not evaluated. */
	if (cursor_evaluate(c, &val))
		return expr_int(l->u, val, cursor_type_id(l, c));

	for (unsigned int i = 0; i < k.n; i++) {
		uint32_t v = lower_value(l, k.v[i]);
		CXType t = cursor_type(k.v[i]);

		if (!i && t.kind == CXType_Pointer)
			first = expr_deref(l->u, v, unit_type(l->u, clang_getPointeeType(t)));
	}
	if (first != FACTS_NONE)
		lower_clobber(l, first, c);
	return expr_unknown(l->u, cursor_type_id(l, c));
}

static uint32_t var_place(struct lower *l, CXCursor decl)
{
	struct fact_expr e = { .op = FX_GLOBAL, .b = FACTS_NONE };
	uint32_t local;

	if (!l->global) {
		local = *cursor_map_at(&l->local_ids, decl);
		if (local != FACTS_NONE)
			return expr_local(l->u, local, l->locals.v[local].type);
	}
	if (clang_getCursorKind(decl) == CXCursor_ParmDecl ||
	    !clang_Cursor_hasVarDeclGlobalStorage(decl))
		return expr_unknown(l->u, cursor_type_id(l, decl));
	e.a = unit_var(l->u, decl, l->func);
	e.sym = l->u->f->vars.v[e.a].name;
	e.type = l->u->f->vars.v[e.a].type;
	return expr_add(l->u, e);
}

uint32_t lower_func_value(struct lower *l, CXCursor decl)
{
	uint32_t id = unit_func(l->u, decl);

	return expr_add(l->u, (struct fact_expr){ .op = FX_FUNC,
						  .type = FACTS_NONE,
						  .sym = l->u->f->funcs.v[id].name,
						  .a = FACTS_NONE,
						  .b = FACTS_NONE });
}

static uint32_t lower_declref(struct lower *l, CXCursor c)
{
	CXCursor ref = clang_getCursorReferenced(c);
	uint32_t id;

	switch (clang_getCursorKind(ref)) {
	case CXCursor_EnumConstantDecl:
		unit_want_enum(l->u, ref);
		return expr_int(l->u, clang_getEnumConstantDeclValue(ref), cursor_type_id(l, c));
	case CXCursor_FunctionDecl:
		id = unit_func(l->u, ref);
		l->u->f->funcs.v[id].flags |= FF_ADDR_TAKEN;
		return lower_func_value(l, ref);
	case CXCursor_VarDecl:
	case CXCursor_ParmDecl:
		return var_place(l, ref);
	default:
		return expr_unknown(l->u, cursor_type_id(l, c));
	}
}

static uint32_t lower_member(struct lower *l, CXCursor c)
{
	CXCursor field = clang_getCursorReferenced(c);
	struct kids k = cursor_operands(l, c);
	uint32_t place;

	if (!k.n || clang_getCursorKind(field) != CXCursor_FieldDecl)
		return expr_unknown(l->u, cursor_type_id(l, c));
	if (cursor_type(k.v[0]).kind == CXType_Pointer)
		place = expr_deref(l->u, lower_value(l, k.v[0]),
				   unit_type(l->u, clang_getPointeeType(cursor_type(k.v[0]))));
	else
		place = lower_place(l, k.v[0]);
	/* Members of an unnamed struct or union are the outer record's. */
	if (unit_is_unnamed(field))
		return place;
	return expr_field(l->u, place, field);
}

/* The place @v points to, as the base of an index. */
static uint32_t pointed_place(struct lower *l, uint32_t v, uint32_t elem)
{
	if (expr_at(l->u, v)->op == FX_ADDR)
		return expr_at(l->u, v)->a;
	if (expr_at(l->u, v)->op == FX_STR)
		return v;
	return expr_deref(l->u, v, elem);
}

uint32_t lower_element(struct lower *l, uint32_t v, uint32_t index, uint32_t elem)
{
	struct unit *u = l->u;
	const struct fact_expr *x = expr_at(u, v);
	uint32_t base;
	int64_t at;

	if (x->op == FX_ADDR && expr_is_int(u, index, &at) && !at &&
	    type_at(u, expr_at(u, x->a)->type)->kind != FT_ARRAY)
		return x->a;
	/* (&array[i])[j] is array[i + j]. */
	if (x->op == FX_ADDR && expr_at(u, x->a)->op == FX_INDEX &&
	    type_at(u, expr_at(u, x->a)->type)->kind != FT_ARRAY) {
		struct fact_expr in = *expr_at(u, x->a);

		return expr_index(u, in.a, expr_binary(u, FB_ADD, in.b, index, u->t_int), elem);
	}
	base = pointed_place(l, v, elem);
	if (expr_at(u, base)->op == FX_DEREF && expr_is_int(u, index, &at) && !at)
		return base;
	return expr_index(u, base, index, elem);
}

static uint32_t lower_subscript(struct lower *l, CXCursor c)
{
	struct kids k = cursor_operands(l, c);
	unsigned int base = 0;
	uint32_t v, index;

	if (k.n != 2)
		return expr_unknown(l->u, cursor_type_id(l, c));
	/* 2[array] is array[2]. */
	if (cursor_type(k.v[0]).kind != CXType_Pointer)
		base = 1;
	v = lower_value(l, k.v[base]);
	index = lower_value(l, k.v[1 - base]);
	return lower_element(l, v, index, cursor_type_id(l, c));
}

uint32_t lower_place(struct lower *l, CXCursor c)
{
	struct unit *u = l->u;
	struct kids k;
	CXCursor inner;
	uint32_t v, tmp;

	c = cursor_strip(l, c);
	switch (clang_getCursorKind(c)) {
	case CXCursor_DeclRefExpr:
		return lower_declref(l, c);
	case CXCursor_MemberRefExpr:
		return lower_member(l, c);
	case CXCursor_ArraySubscriptExpr:
		return lower_subscript(l, c);
	case CXCursor_CompoundLiteralExpr:
		return lower_literal(l, c);
	case CXCursor_StringLiteral:
		return lower_string(l, c);
	case CXCursor_UnaryOperator:
		if (clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_Deref)
			break;
		k = cursor_operands(l, c);
		if (k.n != 1)
			break;
		return expr_deref(u, lower_value(l, k.v[0]), cursor_type_id(l, c));
	case CXCursor_UnexposedExpr:
		switch (cursor_classify(l, c, &k)) {
		case UX_CAST:
			/* A change of qualifiers, or a struct's value: the place stays. */
			if (cursor_type(c).kind != CXType_Pointer ||
			    cursor_type(k.v[0]).kind == CXType_Pointer)
				return lower_place(l, k.v[0]);
			break;
		case UX_CHOOSE:
			if (cursor_chosen(&k, &inner))
				return lower_place(l, inner);
			break;
		default:
			break;
		}
		break;
	case CXCursor_GenericSelectionExpr:
		if (cursor_generic_choice(l, c, &inner))
			return lower_place(l, inner);
		break;
	default:
		break;
	}
	/* The value of a call or the like, whose address or member is wanted. */
	v = lower_value(l, c);
	if (expr_is_place(u, v) || expr_at(u, v)->op == FX_UNKNOWN)
		return v;
	tmp = lower_temp(l, cursor_type_id(l, c));
	lower_assign(l, tmp, v, c);
	return tmp;
}

/*
 * Keeps the address of each variable with a static lifetime that @c names. What is not lowered may
 * write these, and who asks for variables that nobody writes goes by their addresses.
 */
static void keep_named(struct lower *l, CXCursor c)
{
	CXCursor ref = clang_getCursorReferenced(c);
	struct kids k = unit_kids(l->u, c);
	uint32_t addr;

	if (clang_getCursorKind(c) == CXCursor_DeclRefExpr &&
	    clang_getCursorKind(ref) == CXCursor_VarDecl &&
	    clang_Cursor_hasVarDeclGlobalStorage(ref) == 1) {
		addr = expr_addr(l->u, lower_declref(l, c));
		if (!l->global)
			lower_assign(l, lower_temp(l, expr_at(l->u, addr)->type), addr, c);
	}
	for (unsigned int i = 0; i < k.n; i++)
		keep_named(l, k.v[i]);
}

/* A _Generic, and nobody knows which association was taken. */
static uint32_t lower_undecided(struct lower *l, CXCursor c)
{
	struct kids k = cursor_operands(l, c);

	for (unsigned int i = 1; i < k.n; i++)
		keep_named(l, k.v[i]);
	return lower_evaluated(l, c);
}

static uint32_t lower_unexposed(struct lower *l, CXCursor c)
{
	struct kids k;
	CXCursor inner;
	CXType from;

	switch (cursor_classify(l, c, &k)) {
	case UX_CAST:
		from = cursor_type(k.v[0]);
		if (type_is_array(from) && !type_is_array(cursor_type(c)))
			return expr_addr(l->u, lower_place(l, k.v[0]));
		if (type_is_function(from))
			return lower_value(l, k.v[0]);
		return lower_convert(l->u, lower_value(l, k.v[0]), cursor_type_id(l, c));
	case UX_OFFSETOF:
		return lower_offsetof(l, c);
	case UX_CHOOSE:
		if (cursor_chosen(&k, &inner))
			return lower_value(l, inner);
		return lower_other(l, c);
	case UX_ELVIS:
		return lower_conditional(l, c, k.v[0], k.v[0], k.v[3], true, true);
	case UX_NONE:
		return lower_evaluated(l, c);
	default:
		return lower_other(l, c);
	}
}

uint32_t lower_value(struct lower *l, CXCursor c)
{
	struct unit *u = l->u;
	struct kids k;
	CXCursor inner;

	switch (clang_getCursorKind(c)) {
	case CXCursor_IntegerLiteral:
	case CXCursor_CharacterLiteral:
	case CXCursor_UnaryExpr: /* sizeof, alignof */
		return lower_evaluated(l, c);
	case CXCursor_StringLiteral:
		return lower_string(l, c);
	case CXCursor_ParenExpr:
		k = cursor_operands(l, c);
		return k.n ? lower_value(l, k.v[0]) : expr_unknown(u, cursor_type_id(l, c));
	case CXCursor_UnexposedExpr:
		return lower_unexposed(l, c);
	case CXCursor_DeclRefExpr:
		return expr_load(u, lower_declref(l, c));
	case CXCursor_MemberRefExpr:
		return expr_load(u, lower_member(l, c));
	case CXCursor_ArraySubscriptExpr:
		return expr_load(u, lower_subscript(l, c));
	case CXCursor_CallExpr:
		return lower_call(l, c, true, FACTS_NONE);
	case CXCursor_UnaryOperator:
		return lower_unary(l, c, true);
	case CXCursor_BinaryOperator:
		return lower_binary(l, c);
	case CXCursor_CompoundAssignOperator:
		return lower_compound_assign(l, c);
	case CXCursor_ConditionalOperator:
		k = cursor_operands(l, c);
		if (k.n != 3)
			return expr_unknown(u, cursor_type_id(l, c));
		return lower_conditional(l, c, k.v[0], k.v[1], k.v[2], false, true);
	case CXCursor_CStyleCastExpr:
		if (!cursor_last_operand(l, c, &inner))
			return expr_unknown(u, cursor_type_id(l, c));
		if (cursor_is_void(c)) {
			lower_effect(l, inner);
			return expr_unknown(u, cursor_type_id(l, c));
		}
		return explicit_cast(u, lower_value(l, inner), cursor_type_id(l, c));
	case CXCursor_CompoundLiteralExpr:
		return expr_load(u, lower_literal(l, c));
	case CXCursor_InitListExpr:
		/* { x } for a scalar */
		k = cursor_operands(l, c);
		return k.n == 1 ? lower_value(l, k.v[0]) : expr_unknown(u, cursor_type_id(l, c));
	case CXCursor_StmtExpr:
		if (l->global)
			return lower_evaluated(l, c);
		{
			uint32_t v = lower_stmt_expr(l, c, true);

			return v != FACTS_NONE ? v : expr_unknown(u, cursor_type_id(l, c));
		}
	case CXCursor_GenericSelectionExpr:
		if (cursor_generic_choice(l, c, &inner))
			return lower_value(l, inner);
		return lower_undecided(l, c);
	case CXCursor_AddrLabelExpr:
	case CXCursor_FloatingLiteral:
		return expr_unknown(u, cursor_type_id(l, c));
	default:
		return lower_other(l, c);
	}
}

/* A statement that tells checkers of locks what they cannot see, as prelude.c makes it. */
static void note_vouch(struct lower *l, CXCursor c)
{
	CXCursor ref = clang_getCursorReferenced(c);
	uint32_t id;
	CXString s;

	if (l->global || clang_getCursorKind(ref) != CXCursor_EnumConstantDecl)
		return;
	s = clang_getCursorSpelling(ref);
	id = *pair_map_at(&l->u->func_names, facts_string(l->u->f, l->func), 0);
	if (!strcmp(clang_getCString(s), VOUCH_NAME) && id != FACTS_NONE)
		l->u->f->funcs.v[id].flags |= FF_VOUCHES;
	clang_disposeString(s);
}

void lower_effect(struct lower *l, CXCursor c)
{
	struct kids k;
	CXCursor inner;

	c = cursor_strip(l, c);
	switch (clang_getCursorKind(c)) {
	case CXCursor_DeclRefExpr:
		note_vouch(l, c);
		return;
	case CXCursor_IntegerLiteral:
	case CXCursor_StringLiteral:
	case CXCursor_UnaryExpr:
		return;
	case CXCursor_CallExpr:
		lower_call(l, c, false, FACTS_NONE);
		return;
	case CXCursor_UnaryOperator:
		lower_unary(l, c, false);
		return;
	case CXCursor_CStyleCastExpr:
		if (cursor_last_operand(l, c, &inner))
			lower_effect(l, inner);
		return;
	case CXCursor_UnexposedExpr:
		switch (cursor_classify(l, c, &k)) {
		case UX_CAST:
			lower_effect(l, k.v[0]);
			return;
		case UX_CHOOSE:
			if (cursor_chosen(&k, &inner))
				lower_effect(l, inner);
			return;
		case UX_ELVIS:
			lower_conditional(l, c, k.v[0], k.v[0], k.v[3], true, false);
			return;
		default:
			lower_value(l, c);
			return;
		}
	case CXCursor_BinaryOperator:
		k = cursor_operands(l, c);
		if (k.n == 2 && clang_getCursorBinaryOperatorKind(c) == CXBinaryOperator_Comma) {
			lower_effect(l, k.v[0]);
			lower_effect(l, k.v[1]);
			return;
		}
		if (cursor_is_logical(c)) {
			uint32_t end = lower_new_block(l);

			lower_cond(l, c, end, end);
			l->cur = end;
			return;
		}
		lower_value(l, c);
		return;
	case CXCursor_ConditionalOperator:
		k = cursor_operands(l, c);
		if (k.n == 3)
			lower_conditional(l, c, k.v[0], k.v[1], k.v[2], false, false);
		return;
	case CXCursor_StmtExpr:
		if (!l->global)
			lower_stmt_expr(l, c, false);
		return;
	case CXCursor_GenericSelectionExpr:
		if (cursor_generic_choice(l, c, &inner))
			lower_effect(l, inner);
		else
			lower_undecided(l, c);
		return;
	default:
		lower_value(l, c);
		return;
	}
}

void lower_cond(struct lower *l, CXCursor c, uint32_t yes, uint32_t no)
{
	struct fact_loc loc;
	struct kids k;
	CXCursor inner;
	uint32_t mid;

	for (;;) {
		c = cursor_strip_casts(l, c);
		if (lower_is_expect(l, c, &inner)) {
			c = inner;
		} else if (clang_getCursorUnaryOperatorKind(c) == CXUnaryOperator_LNot) {
			uint32_t swap = yes;

			k = cursor_operands(l, c);
			if (k.n != 1)
				break;
			c = k.v[0];
			yes = no;
			no = swap;
		} else {
			break;
		}
	}
	loc = unit_loc(l->u, clang_getCursorLocation(c));
	switch (clang_getCursorKind(c)) {
	case CXCursor_BinaryOperator:
		k = cursor_operands(l, c);
		if (k.n != 2)
			break;
		switch (clang_getCursorBinaryOperatorKind(c)) {
		case CXBinaryOperator_LAnd:
			mid = lower_new_block(l);
			lower_cond(l, k.v[0], mid, no);
			l->cur = mid;
			lower_cond(l, k.v[1], yes, no);
			return;
		case CXBinaryOperator_LOr:
			mid = lower_new_block(l);
			lower_cond(l, k.v[0], yes, mid);
			l->cur = mid;
			lower_cond(l, k.v[1], yes, no);
			return;
		case CXBinaryOperator_Comma:
			lower_effect(l, k.v[0]);
			lower_cond(l, k.v[1], yes, no);
			return;
		default:
			break;
		}
		break;
	case CXCursor_CStyleCastExpr:
		/* (bool) and casts of pointers do not change what is true. */
		if (cursor_type(c).kind != CXType_Bool || !cursor_last_operand(l, c, &inner))
			break;
		lower_cond(l, inner, yes, no);
		return;
	case CXCursor_ConditionalOperator: {
		uint32_t a, b;

		k = cursor_operands(l, c);
		if (k.n != 3)
			break;
		a = lower_new_block(l);
		b = lower_new_block(l);
		lower_cond(l, k.v[0], a, b);
		l->cur = a;
		lower_cond(l, k.v[1], yes, no);
		l->cur = b;
		lower_cond(l, k.v[2], yes, no);
		return;
	}
	default:
		break;
	}
	lower_branch(l, lower_value(l, c), yes, no, loc);
}
