// SPDX-License-Identifier: MIT
#include "clang/unit.h"

/* --- Expressions of the facts: equal ones are one. --- */

static size_t expr_hash(const struct fact_expr *e)
{
	uint64_t h = e->op | (uint64_t)e->sub << 8 | (uint64_t)e->type << 16;

	h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u + e->a;
	h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u + e->b;
	h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u + e->sym;
	h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u + e->sym2;
	h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u + (uint64_t)e->val;
	return (size_t)(h ^ h >> 33);
}

static bool expr_same(const struct fact_expr *a, const struct fact_expr *b)
{
	return a->op == b->op && a->sub == b->sub && a->type == b->type && a->a == b->a &&
	       a->b == b->b && a->sym == b->sym && a->sym2 == b->sym2 && a->val == b->val;
}

static void expr_grow(struct unit *u)
{
	size_t mask = u->expr_mask ? 2 * u->expr_mask + 1 : 4095;
	uint32_t *slot = xcalloc(mask + 1, sizeof(*slot));

	for (size_t i = 0; i < u->f->exprs.n; i++) {
		size_t at = expr_hash(&u->f->exprs.v[i]) & mask;

		while (slot[at])
			at = (at + 1) & mask;
		slot[at] = (uint32_t)i + 1;
	}
	free(u->expr_slot);
	u->expr_slot = slot;
	u->expr_mask = mask;
}

uint32_t expr_add(struct unit *u, struct fact_expr e)
{
	struct facts *f = u->f;
	size_t at;

	if (f->exprs.n * 2 >= u->expr_mask)
		expr_grow(u);
	at = expr_hash(&e) & u->expr_mask;
	for (; u->expr_slot[at]; at = (at + 1) & u->expr_mask)
		if (expr_same(&f->exprs.v[u->expr_slot[at] - 1], &e))
			return u->expr_slot[at] - 1;
	vec_push(&f->exprs, e);
	u->expr_slot[at] = (uint32_t)f->exprs.n;
	return (uint32_t)f->exprs.n - 1;
}

static const struct fact_type *type_of(const struct unit *u, uint32_t t)
{
	static const struct fact_type none = { .kind = FT_OTHER, .to = FACTS_NONE };

	return t == FACTS_NONE ? &none : &u->f->types.v[t];
}

static const struct fact_expr *expr_of(const struct unit *u, uint32_t e)
{
	return &u->f->exprs.v[e];
}

/* @val as an object of the type holds it. */
static int64_t fit(const struct fact_type *t, int64_t val)
{
	if (t->kind != FT_INT || t->bits >= 64 || !t->bits)
		return val;
	if (t->bits == 1)
		return val != 0;
	val = (int64_t)((uint64_t)val << (64 - t->bits));
	return t->is_signed ? val >> (64 - t->bits) :
			      (int64_t)((uint64_t)val >> (64 - t->bits));
}

uint32_t expr_int(struct unit *u, int64_t val, uint32_t type)
{
	struct fact_expr e = { .op = FX_INT, .type = type };

	e.a = e.b = FACTS_NONE;
	e.val = fit(type_of(u, type), val);
	return expr_add(u, e);
}

bool expr_is_int(const struct unit *u, uint32_t e, int64_t *ret)
{
	if (e == FACTS_NONE || expr_of(u, e)->op != FX_INT)
		return false;
	*ret = expr_of(u, e)->val;
	return true;
}

uint32_t expr_unknown(struct unit *u, uint32_t type)
{
	return expr_add(u, (struct fact_expr){
				   .op = FX_UNKNOWN, .type = type, .a = FACTS_NONE, .b = FACTS_NONE });
}

uint32_t expr_local(struct unit *u, uint32_t local, uint32_t type)
{
	return expr_add(u, (struct fact_expr){
				   .op = FX_LOCAL, .type = type, .a = local, .b = FACTS_NONE });
}

uint32_t expr_addr(struct unit *u, uint32_t place)
{
	struct fact_expr e = *expr_of(u, place);
	int64_t index;
	uint32_t type;

	switch (e.op) {
	case FX_DEREF:
		return e.a;
	case FX_STR:
	case FX_FUNC:
		return place;
	case FX_UNKNOWN:
		return expr_unknown(u, FACTS_NONE);
	case FX_INDEX:
		/* &p[0] is p; &array[0] stays, it is not the array's own address type. */
		if (expr_of(u, e.a)->op == FX_DEREF && expr_is_int(u, e.b, &index) && !index)
			return expr_of(u, e.a)->a;
		break;
	default:
		break;
	}
	type = e.type;
	if (type_of(u, type)->kind == FT_ARRAY)
		type = type_of(u, type)->to;
	return expr_add(u, (struct fact_expr){ .op = FX_ADDR,
					       .type = unit_type_ptr(u, type),
					       .a = place,
					       .b = FACTS_NONE });
}

static bool is_place(const struct unit *u, uint32_t e)
{
	switch (expr_of(u, e)->op) {
	case FX_LOCAL:
	case FX_GLOBAL:
	case FX_FIELD:
	case FX_DEREF:
	case FX_INDEX:
		return true;
	default:
		return false;
	}
}

uint32_t expr_deref(struct unit *u, uint32_t ptr, uint32_t type)
{
	struct fact_expr e = *expr_of(u, ptr); /* the table may move */

	/* Of an array's address it is the first element, unless the array itself is wanted. */
	if (e.op == FX_ADDR && type_of(u, expr_of(u, e.a)->type)->kind == FT_ARRAY &&
	    type_of(u, type)->kind != FT_ARRAY)
		return expr_index(u, e.a, expr_int(u, 0, u->t_int), type);
	if (e.op == FX_ADDR)
		return e.a;
	return expr_add(u, (struct fact_expr){
				   .op = FX_DEREF, .type = type, .a = ptr, .b = FACTS_NONE });
}

uint32_t expr_index(struct unit *u, uint32_t place, uint32_t index, uint32_t type)
{
	return expr_add(u, (struct fact_expr){
				   .op = FX_INDEX, .type = type, .a = place, .b = index });
}

static uint32_t spelling(struct unit *u, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *text = clang_getCString(s);
	uint32_t ret = text ? facts_string(u->f, text) : 0;

	clang_disposeString(s);
	return ret;
}

uint32_t expr_field(struct unit *u, uint32_t place, CXCursor field)
{
	struct fact_expr e = { .op = FX_FIELD, .a = place, .b = FACTS_NONE };

	e.sym = spelling(u, field);
	e.sym2 = unit_field_record(u, field);
	e.type = unit_type(u, clang_getCursorType(field));
	return expr_add(u, e);
}

static bool fold_unary(enum fact_un op, int64_t a, int64_t *ret)
{
	switch (op) {
	case FU_NOT:
		*ret = !a;
		return true;
	case FU_COMPL:
		*ret = ~a;
		return true;
	case FU_NEG:
		*ret = (int64_t)(0 - (uint64_t)a);
		return true;
	}
	return false;
}

static uint32_t make_unary(struct unit *u, enum fact_un op, uint32_t a, uint32_t type)
{
	int64_t val;

	if (expr_is_int(u, a, &val) && fold_unary(op, val, &val))
		return expr_int(u, val, type);
	return expr_add(u, (struct fact_expr){ .op = FX_UN,
					       .sub = (uint8_t)op,
					       .type = type,
					       .a = a,
					       .b = FACTS_NONE });
}

/* @t: the type that both operands were brought to. */
static bool fold_binary(enum fact_bin op, int64_t a, int64_t b, const struct fact_type *t,
			int64_t *ret)
{
	bool is_signed = t->kind == FT_INT && t->is_signed;
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (op) {
	case FB_ADD:
		*ret = (int64_t)(ua + ub);
		return true;
	case FB_SUB:
		*ret = (int64_t)(ua - ub);
		return true;
	case FB_MUL:
		*ret = (int64_t)(ua * ub);
		return true;
	case FB_DIV:
	case FB_REM:
		if (!b || (is_signed && b == -1))
			return false;
		if (op == FB_DIV)
			*ret = is_signed ? a / b : (int64_t)(ua / ub);
		else
			*ret = is_signed ? a % b : (int64_t)(ua % ub);
		return true;
	case FB_SHL:
	case FB_SHR:
		if (b < 0 || b > 63)
			return false;
		if (op == FB_SHL)
			*ret = (int64_t)(ua << b);
		else
			*ret = is_signed ? a >> b : (int64_t)(ua >> b);
		return true;
	case FB_AND:
		*ret = a & b;
		return true;
	case FB_OR:
		*ret = a | b;
		return true;
	case FB_XOR:
		*ret = a ^ b;
		return true;
	case FB_LT:
		*ret = is_signed ? a < b : ua < ub;
		return true;
	case FB_GT:
		*ret = is_signed ? a > b : ua > ub;
		return true;
	case FB_LE:
		*ret = is_signed ? a <= b : ua <= ub;
		return true;
	case FB_GE:
		*ret = is_signed ? a >= b : ua >= ub;
		return true;
	case FB_EQ:
		*ret = a == b;
		return true;
	case FB_NE:
		*ret = a != b;
		return true;
	}
	return false;
}

static uint32_t make_binary(struct unit *u, enum fact_bin op, uint32_t a, uint32_t b,
			    uint32_t type)
{
	int64_t va, vb, val;

	if (expr_is_int(u, a, &va) && expr_is_int(u, b, &vb) &&
	    fold_binary(op, va, vb, type_of(u, expr_of(u, a)->type), &val))
		return expr_int(u, val, type);
	return expr_add(u, (struct fact_expr){
				   .op = FX_BIN, .sub = (uint8_t)op, .type = type, .a = a, .b = b });
}

/* --- Cursors --- */

static uint32_t ctype(struct lower *l, CXCursor c)
{
	return unit_type(l->u, clang_getCursorType(c));
}

static CXType canonical(CXCursor c)
{
	return clang_getCanonicalType(clang_getCursorType(c));
}

static bool is_function_type(CXType t)
{
	return t.kind == CXType_FunctionProto || t.kind == CXType_FunctionNoProto;
}

static bool is_array_type(CXType t)
{
	return t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray ||
	       t.kind == CXType_VariableArray;
}

static bool is_aggregate(CXType t)
{
	return t.kind == CXType_Record || is_array_type(t);
}

/* The children that are expressions: no types, no attributes. */
static struct kids expr_kids(struct lower *l, CXCursor c)
{
	struct kids k = unit_kids(l->u, c);
	CXCursor *out = (CXCursor *)k.v;
	unsigned int n = 0;

	for (unsigned int i = 0; i < k.n; i++)
		if (clang_isExpression(clang_getCursorKind(k.v[i])))
			out[n++] = k.v[i];
	k.n = n;
	return k;
}

/* Children that begin with those of a type (casts, literals) end with the operand. */
static bool last_kid(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k = expr_kids(l, c);

	if (!k.n)
		return false;
	*ret = k.v[k.n - 1];
	return true;
}

static bool evaluate(CXCursor c, int64_t *ret)
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

static uint32_t evaluated(struct lower *l, CXCursor c)
{
	int64_t val;

	if (evaluate(c, &val))
		return expr_int(l->u, val, ctype(l, c));
	return expr_unknown(l->u, ctype(l, c));
}

enum unexposed {
	UX_CAST,     /* implicit, or something else around one expression */
	UX_OFFSETOF,
	UX_CHOOSE,   /* __builtin_choose_expr */
	UX_ELVIS,    /* a ?: b */
	UX_NONE,     /* no operands: __builtin_types_compatible_p, ... */
	UX_OTHER,    /* va_arg, __atomic_*, ... */
};

static bool same_extent(CXCursor a, CXCursor b)
{
	return clang_equalRanges(clang_getCursorExtent(a), clang_getCursorExtent(b)) != 0;
}

static bool is_va_list(CXCursor c)
{
	CXType t = canonical(c);
	CXString s;
	bool ret;

	if (t.kind == CXType_Pointer)
		t = clang_getPointeeType(t);
	if (is_array_type(t))
		t = clang_getArrayElementType(t);
	if (t.kind != CXType_Record)
		return false;
	s = clang_getTypeSpelling(t);
	ret = strstr(clang_getCString(s), "va_list") != NULL;
	clang_disposeString(s);
	return ret;
}

/* What an unexposed expression is; @ret gets its operands. */
static enum unexposed classify(struct lower *l, CXCursor c, struct kids *ret)
{
	struct kids k = unit_kids(l->u, c);

	*ret = k;
	for (unsigned int i = 0; i < k.n; i++)
		if (clang_getCursorKind(k.v[i]) == CXCursor_MemberRef)
			return UX_OFFSETOF;
	*ret = k = expr_kids(l, c);
	switch (k.n) {
	case 0:
		return UX_NONE;
	case 1:
		if (canonical(k.v[0]).kind != CXType_Invalid && is_va_list(k.v[0]) && !is_va_list(c))
			return UX_OTHER;
		return UX_CAST;
	case 3:
		if (canonical(c).kind == CXType_Invalid)
			return UX_OTHER;
		return canonical(k.v[0]).kind == CXType_Pointer ? UX_OTHER : UX_CHOOSE;
	case 4:
		/* Condition and result are the same operand, said again. */
		if (same_extent(k.v[0], k.v[1]) && same_extent(k.v[0], k.v[2]))
			return UX_ELVIS;
		return UX_OTHER;
	default:
		return UX_OTHER;
	}
}

static bool chosen(const struct kids *k, CXCursor *ret)
{
	int64_t val;

	if (!evaluate(k->v[0], &val))
		return false;
	*ret = k->v[val ? 1 : 2];
	return true;
}

/* The association of a _Generic that was taken: the one with the type of the whole. */
static bool generic_choice(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k = expr_kids(l, c);
	CXType want = clang_getUnqualifiedType(canonical(c));

	for (unsigned int i = 1; i < k.n; i++) {
		if (clang_equalTypes(clang_getUnqualifiedType(canonical(k.v[i])), want)) {
			*ret = k.v[i];
			return true;
		}
	}
	return false;
}

/* Without parentheses and __extension__. */
static CXCursor strip(struct lower *l, CXCursor c)
{
	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(c);
		struct kids k;

		if (kind != CXCursor_ParenExpr &&
		    (kind != CXCursor_UnaryOperator ||
		     clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_Extension))
			return c;
		k = expr_kids(l, c);
		if (!k.n)
			return c;
		c = k.v[0];
	}
}

/* Without parentheses and implicit casts as well. */
static CXCursor strip_casts(struct lower *l, CXCursor c)
{
	for (;;) {
		struct kids k;

		c = strip(l, c);
		if (clang_getCursorKind(c) != CXCursor_UnexposedExpr ||
		    classify(l, c, &k) != UX_CAST)
			return c;
		c = k.v[0];
	}
}

/* --- Values --- */

uint32_t lower_temp(struct lower *l, uint32_t type)
{
	struct fact_local loc = { 0, type };

	if (l->global)
		return expr_unknown(l->u, type);
	vec_push(&l->locals, loc);
	return expr_local(l->u, (uint32_t)l->locals.n - 1, type);
}

static struct fact_insn insn_at(struct lower *l, CXCursor at, uint8_t op)
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
	in = insn_at(l, at, is_place(l->u, dst) ? FI_ASSIGN : FI_CLOBBER);
	if (in.op == FI_ASSIGN) {
		in.dst = dst;
		in.val = val;
	}
	lower_emit(l, in);
}

static void clobber(struct lower *l, uint32_t place, CXCursor at)
{
	struct fact_insn in;

	if (l->global)
		return;
	in = insn_at(l, at, FI_CLOBBER);
	in.dst = place != FACTS_NONE && is_place(l->u, place) ? place : FACTS_NONE;
	lower_emit(l, in);
}

/* The value in a place; an array's is its address. */
static uint32_t load(struct unit *u, uint32_t place)
{
	if (type_of(u, expr_of(u, place)->type)->kind == FT_ARRAY)
		return expr_addr(u, place);
	return place;
}

static bool is_boolean(const struct unit *u, uint32_t e)
{
	const struct fact_expr *x = expr_of(u, e);
	const struct fact_type *t = type_of(u, x->type);

	if (t->kind == FT_INT && t->bits == 1)
		return true;
	return (x->op == FX_UN && x->sub == FU_NOT) || (x->op == FX_BIN && x->sub >= FB_LT);
}

/* @v converted to @type, as an implicit cast does it. */
static uint32_t convert(struct unit *u, uint32_t v, uint32_t type)
{
	const struct fact_type *t = type_of(u, type);
	int64_t val;

	if (expr_is_int(u, v, &val)) {
		if (t->kind == FT_INT || t->kind == FT_PTR)
			return expr_int(u, val, type);
		return v;
	}
	if (t->kind == FT_INT && t->bits == 1 && !is_boolean(u, v)) {
		uint32_t from = expr_of(u, v)->type;

		if (type_of(u, from)->kind != FT_INT && type_of(u, from)->kind != FT_PTR)
			from = u->t_int;
		return make_binary(u, FB_NE, v, expr_int(u, 0, from), type);
	}
	return v;
}

/* The name of the record that a pointer points to, or 0. */
static uint32_t pointee_record(const struct unit *u, uint32_t type)
{
	const struct fact_type *t = type_of(u, type);

	if (t->kind != FT_PTR || t->to == FACTS_NONE || type_of(u, t->to)->kind != FT_RECORD)
		return 0;
	return type_of(u, t->to)->name;
}

/* An explicit cast stays where it says something: which record is pointed to. */
static uint32_t explicit_cast(struct unit *u, uint32_t v, uint32_t type)
{
	uint32_t record = pointee_record(u, type);

	if (expr_of(u, v)->op == FX_INT || !record)
		return convert(u, v, type);
	if (expr_of(u, v)->op == FX_UNKNOWN)
		return expr_unknown(u, type);
	if (pointee_record(u, expr_of(u, v)->type) == record)
		return v;
	if (expr_of(u, v)->op == FX_CAST)
		v = expr_of(u, v)->a;
	if (pointee_record(u, expr_of(u, v)->type) == record)
		return v;
	return expr_add(u, (struct fact_expr){
				   .op = FX_CAST, .type = type, .a = v, .b = FACTS_NONE });
}

static uint32_t lower_string(struct lower *l, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *text = clang_getCString(s);
	struct fact_expr e = { .op = FX_STR, .a = FACTS_NONE, .b = FACTS_NONE };
	char *buf;
	size_t n = 0;

	text = text ? text : "";
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

			if (clang_getCursorKind(field) != CXCursor_FieldDecl || unit_is_unnamed(field))
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
		return evaluated(l, c);
	e.sym = facts_string(l->u->f, path);
	e.type = ctype(l, c);
	return expr_add(l->u, e);
}

static uint32_t lower_other(struct lower *l, CXCursor c)
{
	struct kids k = expr_kids(l, c);
	uint32_t first = FACTS_NONE;

	for (unsigned int i = 0; i < k.n; i++) {
		uint32_t v = lower_value(l, k.v[i]);

		if (!i && canonical(k.v[0]).kind == CXType_Pointer)
			first = expr_deref(l->u, v,
					   unit_type(l->u, clang_getPointeeType(canonical(k.v[0]))));
	}
	if (first != FACTS_NONE)
		clobber(l, first, c);
	return expr_unknown(l->u, ctype(l, c));
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
		return expr_unknown(l->u, ctype(l, decl));
	e.a = unit_var(l->u, decl, l->func);
	e.sym = l->u->f->vars.v[e.a].name;
	e.type = l->u->f->vars.v[e.a].type;
	return expr_add(l->u, e);
}

static uint32_t func_value(struct lower *l, CXCursor decl)
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
		return expr_int(l->u, clang_getEnumConstantDeclValue(ref), ctype(l, c));
	case CXCursor_FunctionDecl:
		id = unit_func(l->u, ref);
		l->u->f->funcs.v[id].flags |= FF_ADDR_TAKEN;
		return func_value(l, ref);
	case CXCursor_VarDecl:
	case CXCursor_ParmDecl:
		return var_place(l, ref);
	default:
		return expr_unknown(l->u, ctype(l, c));
	}
}

static uint32_t lower_member(struct lower *l, CXCursor c)
{
	CXCursor field = clang_getCursorReferenced(c);
	struct kids k = expr_kids(l, c);
	uint32_t place;

	if (!k.n || clang_getCursorKind(field) != CXCursor_FieldDecl)
		return expr_unknown(l->u, ctype(l, c));
	if (canonical(k.v[0]).kind == CXType_Pointer)
		place = expr_deref(l->u, lower_value(l, k.v[0]),
				   unit_type(l->u, clang_getPointeeType(canonical(k.v[0]))));
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
	if (expr_of(l->u, v)->op == FX_ADDR)
		return expr_of(l->u, v)->a;
	if (expr_of(l->u, v)->op == FX_STR)
		return v;
	return expr_deref(l->u, v, elem);
}

static uint32_t element(struct lower *l, uint32_t v, uint32_t index, uint32_t elem)
{
	struct unit *u = l->u;
	const struct fact_expr *x = expr_of(u, v);
	uint32_t base;
	int64_t at;

	if (x->op == FX_ADDR && expr_is_int(u, index, &at) && !at &&
	    type_of(u, expr_of(u, x->a)->type)->kind != FT_ARRAY)
		return x->a;
	/* (&array[i])[j] is array[i + j]. */
	if (x->op == FX_ADDR && expr_of(u, x->a)->op == FX_INDEX &&
	    type_of(u, expr_of(u, x->a)->type)->kind != FT_ARRAY) {
		struct fact_expr in = *expr_of(u, x->a);

		return expr_index(u, in.a, make_binary(u, FB_ADD, in.b, index, u->t_int), elem);
	}
	base = pointed_place(l, v, elem);
	if (expr_of(u, base)->op == FX_DEREF && expr_is_int(u, index, &at) && !at)
		return base;
	return expr_index(u, base, index, elem);
}

static uint32_t lower_subscript(struct lower *l, CXCursor c)
{
	struct kids k = expr_kids(l, c);
	unsigned int base = 0;
	uint32_t v, index;

	if (k.n != 2)
		return expr_unknown(l->u, ctype(l, c));
	if (canonical(k.v[0]).kind != CXType_Pointer && canonical(k.v[1]).kind == CXType_Pointer)
		base = 1;
	v = lower_value(l, k.v[base]);
	index = lower_value(l, k.v[1 - base]);
	return element(l, v, index, ctype(l, c));
}

/* --- Initialisers --- */

/* Where the part of an object that is being initialised lies. */
struct init_at {
	uint32_t place;	  /* of a local; FACTS_NONE for a global */
	const char *path; /* of a global */
	uint32_t record, field;
	int64_t index;
};

struct init_walk {
	struct lower *l;
	bool global;
	bool in_list;
	CXCursor stmt; /* the assignment or declaration of a local */
	VEC(struct fact_init) out;
};

static void init_any(struct init_walk *w, struct init_at at, CXType t, CXCursor c);

static struct init_at at_field(struct init_walk *w, struct init_at at, CXCursor field)
{
	struct unit *u = w->l->u;

	if (unit_is_unnamed(field))
		return at;
	if (!w->global) {
		at.place = expr_field(u, at.place, field);
		return at;
	}
	at.record = unit_field_record(u, field);
	at.field = spelling(u, field);
	at.path = arena_printf(&u->scratch, "%s%s%s", at.path, *at.path ? "." : "",
			       facts_str(u->f, at.field));
	return at;
}

static struct init_at at_index(struct init_walk *w, struct init_at at, CXType elem, int64_t i)
{
	struct unit *u = w->l->u;

	if (!w->global) {
		at.place = expr_index(u, at.place, expr_int(u, i, u->t_int), unit_type(u, elem));
		return at;
	}
	if (at.index < 0)
		at.index = i;
	at.path = arena_printf(&u->scratch, "%s[%lld]", at.path, (long long)i);
	return at;
}

static void init_leaf(struct init_walk *w, struct init_at at, CXType t, CXCursor c)
{
	struct unit *u = w->l->u;
	struct fact_init in = { 0 };
	uint32_t v;

	if (!w->global) {
		if (clang_getCursorKind(strip(w->l, c)) == CXCursor_StringLiteral)
			v = lower_string(w->l, strip(w->l, c));
		else
			v = convert(u, lower_value(w->l, c), unit_type(u, t));
		lower_assign(w->l, at.place, v, w->in_list ? c : w->stmt);
		return;
	}
	in.record = at.record;
	in.field = at.field;
	in.path = facts_string(u->f, at.path);
	in.index = at.index;
	in.value = convert(u, lower_value(w->l, c), unit_type(u, t));
	in.loc = unit_loc(u, clang_getCursorLocation(c));
	vec_push(&w->out, in);
}

static bool is_designated(CXCursor c)
{
	return clang_getCursorKind(c) == CXCursor_UnexposedExpr &&
	       clang_getCursorType(c).kind == CXType_Void;
}

/* Does @c initialise all of an object of type @t, without braces of its own? */
static bool whole(struct init_walk *w, CXType t, CXCursor c)
{
	CXType ct = clang_getUnqualifiedType(canonical(c));

	c = strip(w->l, c);
	if (!is_aggregate(t) || clang_getCursorKind(c) == CXCursor_InitListExpr)
		return true;
	if (is_array_type(t))
		return clang_getCursorKind(strip_casts(w->l, c)) == CXCursor_StringLiteral;
	return clang_equalTypes(ct, clang_getUnqualifiedType(t)) != 0;
}

/* Initialises an object of type @t from kids[*i] on, which stand there without braces. */
static void init_elided(struct init_walk *w, struct init_at at, CXType t, const struct kids *k,
			unsigned int *i)
{
	t = clang_getCanonicalType(t);
	if (*i >= k->n || is_designated(k->v[*i]))
		return;
	if (whole(w, t, k->v[*i])) {
		init_any(w, at, t, k->v[(*i)++]);
		return;
	}
	if (t.kind == CXType_Record) {
		uint32_t id = unit_record(w->l->u, clang_getTypeDeclaration(t));
		const struct unit_record *r = unit_record_fields(w->l->u, id);
		const struct unit_field *fields = r->fields;
		uint32_t n = r->is_union && r->n_fields ? 1 : r->n_fields;

		for (uint32_t j = 0; j < n; j++)
			if (!fields[j].padding)
				init_elided(w, at_field(w, at, fields[j].decl), fields[j].type, k, i);
	} else {
		CXType elem = clang_getArrayElementType(t);
		long long n = clang_getArraySize(t);

		for (long long j = 0; j < n && *i < k->n; j++)
			init_elided(w, at_index(w, at, elem, j), elem, k, i);
	}
}

#define RANGE_MAX 64 /* longer [a ... b] ranges give their first element only */

/* One designator after the other from kids[i] on; the last child is the value. */
static void init_designators(struct init_walk *w, struct init_at at, CXType t,
			     const struct kids *k, unsigned int i, int64_t *ret_last)
{
	struct lower *l = w->l;
	int64_t lo, hi;
	CXType elem;

	if (i + 1 >= k->n) {
		if (i < k->n)
			init_any(w, at, t, k->v[i]);
		return;
	}
	if (clang_getCursorKind(k->v[i]) == CXCursor_MemberRef) {
		CXCursor field = clang_getCursorReferenced(k->v[i]);

		if (clang_getCursorKind(field) == CXCursor_FieldDecl)
			init_designators(w, at_field(w, at, field), clang_getCursorType(field), k,
					 i + 1, NULL);
		return;
	}
	t = clang_getCanonicalType(t);
	if (!is_array_type(t) || !expr_is_int(l->u, lower_value(l, k->v[i]), &lo))
		return;
	elem = clang_getArrayElementType(t);
	hi = lo;
	i++;
	/* A second number is the end of a range, unless the elements are arrays. */
	if (i + 1 < k->n && clang_isExpression(clang_getCursorKind(k->v[i])) &&
	    !is_array_type(clang_getCanonicalType(elem))) {
		if (!expr_is_int(l->u, lower_value(l, k->v[i]), &hi))
			return;
		i++;
	}
	if (ret_last)
		*ret_last = hi;
	if (hi < lo || hi - lo >= RANGE_MAX)
		hi = lo;
	for (int64_t j = lo; j <= hi; j++)
		init_designators(w, at_index(w, at, elem, j), elem, k, i, NULL);
}

/* The number of the field of @r that the first designator of @k names or is within. */
static uint32_t designated_field(struct unit *u, const struct unit_record *r, const struct kids *k)
{
	CXCursor field = clang_getCursorReferenced(k->v[0]);
	uint32_t n = r->n_fields;
	const struct unit_field *fields = r->fields;

	(void)u;
	for (uint32_t i = 0; i < n; i++)
		if (clang_equalCursors(fields[i].decl, field))
			return i;
	return n;
}

static void init_list(struct init_walk *w, struct init_at at, CXType t, CXCursor list)
{
	struct unit *u = w->l->u;
	struct kids k = expr_kids(w->l, list);
	const struct unit_record *r = NULL;
	struct unit_record rec = { 0 };
	int64_t next = 0;
	CXType elem = { 0 };

	w->in_list = true;
	t = clang_getCanonicalType(t);
	if (t.kind == CXType_Record) {
		r = unit_record_fields(u, unit_record(u, clang_getTypeDeclaration(t)));
		rec = *r; /* the table may move */
		unit_want_type(u, t);
	} else if (is_array_type(t)) {
		elem = clang_getArrayElementType(t);
	} else {
		if (k.n)
			init_any(w, at, t, k.v[0]);
		return;
	}
	/* "{ "text" }" for an array of characters */
	if (!r && k.n == 1 && clang_getCursorKind(strip(w->l, k.v[0])) == CXCursor_StringLiteral &&
	    clang_getCanonicalType(elem).kind != CXType_Pointer && !is_aggregate(clang_getCanonicalType(elem))) {
		init_leaf(w, at, t, k.v[0]);
		return;
	}
	for (unsigned int i = 0; i < k.n;) {
		if (is_designated(k.v[i])) {
			struct kids d = unit_kids(u, k.v[i++]);
			int64_t last = next;

			if (!d.n)
				continue;
			init_designators(w, at, t, &d, 0, &last);
			next = r ? designated_field(u, &rec, &d) + (int64_t)1 : last + 1;
			continue;
		}
		if (!r) {
			init_elided(w, at_index(w, at, elem, next), elem, &k, &i);
			next++;
			continue;
		}
		while (next < rec.n_fields && rec.fields[next].padding)
			next++;
		if (next >= rec.n_fields || (rec.is_union && next > 0))
			break;
		init_elided(w, at_field(w, at, rec.fields[next].decl), rec.fields[next].type, &k,
			    &i);
		next++;
	}
}

static void init_any(struct init_walk *w, struct init_at at, CXType t, CXCursor c)
{
	CXCursor inner = strip_casts(w->l, c), list;

	t = clang_getCanonicalType(t);
	if (clang_getCursorKind(inner) == CXCursor_InitListExpr) {
		init_list(w, at, t, inner);
		return;
	}
	/* The object takes over the contents of a literal of its own type. */
	if (is_aggregate(t) && clang_getCursorKind(inner) == CXCursor_CompoundLiteralExpr &&
	    last_kid(w->l, inner, &list) && clang_getCursorKind(list) == CXCursor_InitListExpr) {
		init_list(w, at, t, list);
		return;
	}
	init_leaf(w, at, t, c);
}

static uint32_t lower_call(struct lower *l, CXCursor c, bool want_value, uint32_t dst);

void lower_init(struct lower *l, uint32_t dst, CXType t, CXCursor init, CXCursor whole)
{
	struct init_walk w = { .l = l, .stmt = whole };
	struct init_at at = { .place = dst, .index = -1 };
	CXCursor inner = strip_casts(l, init);

	/* The result of a call goes straight into the local, unless it is made a bool. */
	if (expr_of(l->u, dst)->op == FX_LOCAL && clang_getCursorKind(inner) == CXCursor_CallExpr &&
	    (clang_getCanonicalType(t).kind != CXType_Bool || canonical(inner).kind == CXType_Bool)) {
		lower_assign(l, dst, lower_call(l, inner, true, dst), whole);
		return;
	}
	init_any(&w, at, t, init);
}

void lower_global_init(struct lower *l, uint32_t var, CXType t, CXCursor init)
{
	struct init_walk w = { .l = l, .global = true };
	struct init_at at = { .place = FACTS_NONE, .path = "", .index = -1 };
	struct facts *f = l->u->f;

	init_any(&w, at, t, init);
	f->vars.v[var].inits = (uint32_t)f->inits.n;
	f->vars.v[var].n_inits = (uint32_t)w.out.n;
	for (size_t i = 0; i < w.out.n; i++)
		vec_push(&f->inits, w.out.v[i]);
	vec_release(&w.out);
}

/* (type){ ... }: a local of its own, or a variable of its own at file scope. */
static uint32_t lower_literal(struct lower *l, CXCursor c)
{
	struct unit *u = l->u;
	CXCursor list;
	uint32_t place;

	if (!last_kid(l, c, &list))
		return expr_unknown(u, ctype(l, c));
	if (!l->global) {
		place = lower_temp(l, ctype(l, c));
		lower_init(l, place, clang_getCursorType(c), list, c);
		return place;
	}
	{
		struct fact_var v = { .flags = FV_STATIC, .type = ctype(l, c) };
		struct unit_var uv = { .decl = c, .queued = true };
		struct fact_expr e = { .op = FX_GLOBAL, .b = FACTS_NONE };

		v.name = facts_string(u->f,
				      arena_printf(&u->scratch, "%s.%u", l->func, l->literals++));
		v.loc = unit_loc(u, clang_getCursorLocation(c));
		e.a = (uint32_t)u->f->vars.n;
		vec_push(&u->f->vars, v);
		vec_push(&u->vars, uv);
		lower_global_init(l, e.a, clang_getCursorType(c), list);
		e.sym = v.name;
		e.type = v.type;
		return expr_add(u, e);
	}
}

/* --- Operators --- */

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
		return is_function_type(p);
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
	if (byte_pointer(t) || expr_of(u, p)->op == FX_INT || expr_of(u, p)->op == FX_UNKNOWN)
		return make_binary(u, minus ? FB_SUB : FB_ADD, p, i, type);
	if (minus)
		i = make_unary(u, FU_NEG, i, u->t_int);
	elem = unit_type(u, clang_getPointeeType(t));
	return expr_addr(u, element(l, p, i, elem));
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
	return make_binary(l->u, op, a, b, type);
}

static uint32_t lower_assignment(struct lower *l, CXCursor c, const struct kids *k)
{
	uint32_t dst = lower_place(l, k->v[0]);

	lower_init(l, dst, clang_getCursorType(k->v[0]), k->v[1], c);
	return load(l->u, dst);
}

/* && and || for a value: 1 or 0, by way of branches. */
static uint32_t lower_logical(struct lower *l, CXCursor c)
{
	struct fact_loc loc = unit_loc(l->u, clang_getCursorLocation(c));
	uint32_t type = ctype(l, c), yes, no, end, tmp;

	if (l->global)
		return evaluated(l, c);
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

static uint32_t lower_binary(struct lower *l, CXCursor c)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
	struct kids k = expr_kids(l, c);
	enum fact_bin bin;
	uint32_t a, b;
	int64_t val;

	if (k.n != 2)
		return expr_unknown(l->u, ctype(l, c));
	switch (op) {
	case CXBinaryOperator_Assign:
		return lower_assignment(l, c, &k);
	case CXBinaryOperator_Comma:
		lower_effect(l, k.v[0]);
		return lower_value(l, k.v[1]);
	case CXBinaryOperator_LAnd:
	case CXBinaryOperator_LOr:
		/* A constant made of constants needs no branches. */
		if (clang_getCursorKind(strip_casts(l, k.v[0])) != CXCursor_CallExpr &&
		    evaluate(c, &val))
			return expr_int(l->u, val, ctype(l, c));
		return lower_logical(l, c);
	default:
		if (!binary_op(op, &bin))
			return lower_other(l, c);
		a = lower_value(l, k.v[0]);
		b = lower_value(l, k.v[1]);
		return arithmetic(l, bin, a, canonical(k.v[0]), b, canonical(k.v[1]), ctype(l, c));
	}
}

static uint32_t lower_compound_assign(struct lower *l, CXCursor c)
{
	struct kids k = expr_kids(l, c);
	enum fact_bin bin;
	uint32_t place, v;

	if (k.n != 2 || !binary_op(clang_getCursorBinaryOperatorKind(c), &bin))
		return lower_other(l, c);
	v = lower_value(l, k.v[1]);
	place = lower_place(l, k.v[0]);
	lower_assign(l, place,
		     arithmetic(l, bin, place, canonical(k.v[0]), v, canonical(k.v[1]), ctype(l, c)),
		     c);
	return place;
}

static uint32_t lower_step(struct lower *l, CXCursor c, CXCursor operand, bool minus, bool post,
			   bool want_value)
{
	struct unit *u = l->u;
	uint32_t place = lower_place(l, operand), old = place, one = expr_int(u, 1, u->t_int);
	CXType t = canonical(operand);
	uint32_t v;

	if (post && want_value) {
		old = lower_temp(l, ctype(l, c));
		lower_assign(l, old, place, c);
	}
	if (t.kind == CXType_Pointer)
		v = pointer_add(l, t, place, one, minus);
	else
		v = make_binary(u, minus ? FB_SUB : FB_ADD, place, one, ctype(l, c));
	lower_assign(l, place, v, c);
	return old;
}

static uint32_t lower_unary(struct lower *l, CXCursor c, bool want_value)
{
	struct kids k = expr_kids(l, c);
	uint32_t type = ctype(l, c), v;

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
		if (is_function_type(canonical(k.v[0])))
			return lower_value(l, k.v[0]);
		v = lower_place(l, k.v[0]);
		/* &array has the array's address; its type is a pointer to the array. */
		return expr_addr(l->u, v);
	case CXUnaryOperator_Deref:
		v = lower_value(l, k.v[0]);
		if (is_function_type(canonical(c)))
			return v;
		return load(l->u, expr_deref(l->u, v, type));
	case CXUnaryOperator_Plus:
	case CXUnaryOperator_Extension:
		return lower_value(l, k.v[0]);
	case CXUnaryOperator_Minus:
		return make_unary(l->u, FU_NEG, lower_value(l, k.v[0]), type);
	case CXUnaryOperator_Not:
		return make_unary(l->u, FU_COMPL, lower_value(l, k.v[0]), type);
	case CXUnaryOperator_LNot:
		return make_unary(l->u, FU_NOT, lower_value(l, k.v[0]), type);
	default:
		lower_effect(l, k.v[0]);
		return expr_unknown(l->u, type);
	}
}

static bool is_void(CXCursor c)
{
	return canonical(c).kind == CXType_Void;
}

/* cond ? a : b, or with @elvis cond ?: b. */
static uint32_t lower_conditional(struct lower *l, CXCursor c, CXCursor cond, CXCursor a,
				  CXCursor b, bool elvis, bool want_value)
{
	struct fact_loc loc = unit_loc(l->u, clang_getCursorLocation(c));
	uint32_t type = ctype(l, c), yes, no, end, tmp = FACTS_NONE, v = FACTS_NONE;
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(strip_casts(l, cond));
	bool logical = op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
	int64_t val;

	want_value = want_value && !is_void(c);
	if (l->global) {
		if (evaluate(cond, &val))
			return lower_value(l, val ? a : b);
		return evaluated(l, c);
	}
	if (!logical || elvis) {
		v = lower_value(l, cond);
		if (expr_is_int(l->u, v, &val)) {
			if (elvis && val)
				return convert(l->u, v, type);
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

static bool is_logical(CXCursor c)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);

	return op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
}

/* --- Calls --- */

enum builtin {
	BI_NONE,
	BI_EXPECT,	/* its first argument */
	BI_CONSTANT_P,
	BI_OBJECT_SIZE, /* unknown, which is SIZE_MAX */
	BI_UNREACHABLE,
	BI_NOTHING,	/* without meaning here */
	BI_ADDRESS,	/* __builtin_addressof and others that return their argument */
};

static enum builtin builtin_of(const char *name)
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
	};

	if (strncmp(name, "__builtin_", 10) != 0)
		return BI_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(name + 10, table[i].name))
			return table[i].is;
	return BI_NONE;
}

/* The function that a callee expression names, through parentheses and casts of any kind. */
static bool direct_callee(struct lower *l, CXCursor c, CXCursor *ret)
{
	for (;;) {
		CXCursor ref, inner;
		struct kids k;

		c = strip_casts(l, c);
		switch (clang_getCursorKind(c)) {
		case CXCursor_DeclRefExpr:
			ref = clang_getCursorReferenced(c);
			if (clang_getCursorKind(ref) != CXCursor_FunctionDecl)
				return false;
			*ret = ref;
			return true;
		case CXCursor_CStyleCastExpr:
			if (!last_kid(l, c, &inner))
				return false;
			c = inner;
			break;
		case CXCursor_UnaryOperator:
			if (clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_AddrOf &&
			    clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_Deref)
				return false;
			k = expr_kids(l, c);
			if (k.n != 1 || (clang_getCursorUnaryOperatorKind(c) ==
						 CXUnaryOperator_Deref &&
					 !is_function_type(canonical(c))))
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
	uint32_t type = ctype(l, c);
	int64_t val;

	switch (is) {
	case BI_EXPECT:
	case BI_ADDRESS:
		return k->n > 1 ? lower_value(l, k->v[1]) : expr_unknown(l->u, type);
	case BI_CONSTANT_P:
		return expr_int(l->u, evaluate(c, &val) ? val : 0, type);
	case BI_OBJECT_SIZE:
		return expr_int(l->u, evaluate(c, &val) ? val : -1, type);
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

/* @dst: a local for the result, or FACTS_NONE for a new one. */
static uint32_t lower_call(struct lower *l, CXCursor c, bool want_value, uint32_t dst)
{
	struct unit *u = l->u;
	struct kids k = expr_kids(l, c);
	uint32_t func = FACTS_NONE, type = ctype(l, c);
	struct fact_insn in;
	uint32_t *args;
	CXCursor callee;

	if (!k.n)
		return expr_unknown(u, type);
	if (direct_callee(l, k.v[0], &callee)) {
		enum builtin is;

		func = unit_func(u, callee);
		is = builtin_of(facts_str(u->f, u->f->funcs.v[func].name));
		if (is != BI_NONE)
			return lower_builtin(l, c, is, &k);
	}
	if (l->global)
		return evaluated(l, c);
	in = insn_at(l, c, FI_CALL);
	in.val = func != FACTS_NONE ? func_value(l, callee) : lower_value(l, k.v[0]);
	in.n_args = k.n - 1;
	args = ARENA_ARRAY(&u->scratch, uint32_t, in.n_args + 1);
	for (unsigned int i = 0; i < in.n_args; i++)
		args[i] = lower_value(l, k.v[i + 1]);
	in.args = (uint32_t)u->f->arglist.n;
	for (unsigned int i = 0; i < in.n_args; i++)
		vec_push(&u->f->arglist, args[i]);
	if (is_void(c))
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

/* --- The three ways to lower an expression --- */

uint32_t lower_place(struct lower *l, CXCursor c)
{
	struct unit *u = l->u;
	struct kids k;
	CXCursor inner;
	uint32_t v, tmp;

	c = strip(l, c);
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
		k = expr_kids(l, c);
		if (k.n != 1)
			break;
		return expr_deref(u, lower_value(l, k.v[0]), ctype(l, c));
	case CXCursor_UnexposedExpr:
		switch (classify(l, c, &k)) {
		case UX_CAST:
			/* A change of qualifiers, or a struct's value: the place stays. */
			if (canonical(c).kind != CXType_Pointer ||
			    canonical(k.v[0]).kind == CXType_Pointer)
				return lower_place(l, k.v[0]);
			break;
		case UX_CHOOSE:
			if (chosen(&k, &inner))
				return lower_place(l, inner);
			break;
		default:
			break;
		}
		break;
	case CXCursor_GenericSelectionExpr:
		if (generic_choice(l, c, &inner))
			return lower_place(l, inner);
		break;
	default:
		break;
	}
	/* The value of a call or the like, whose address or member is wanted. */
	v = lower_value(l, c);
	if (is_place(u, v) || expr_of(u, v)->op == FX_UNKNOWN)
		return v;
	tmp = lower_temp(l, ctype(l, c));
	lower_assign(l, tmp, v, c);
	return tmp;
}

static uint32_t lower_unexposed(struct lower *l, CXCursor c)
{
	struct kids k;
	CXCursor inner;
	CXType from;

	switch (classify(l, c, &k)) {
	case UX_CAST:
		from = canonical(k.v[0]);
		if (is_array_type(from) && !is_array_type(canonical(c)))
			return expr_addr(l->u, lower_place(l, k.v[0]));
		if (is_function_type(from))
			return lower_value(l, k.v[0]);
		return convert(l->u, lower_value(l, k.v[0]), ctype(l, c));
	case UX_OFFSETOF:
		return lower_offsetof(l, c);
	case UX_CHOOSE:
		if (chosen(&k, &inner))
			return lower_value(l, inner);
		return lower_other(l, c);
	case UX_ELVIS:
		return lower_conditional(l, c, k.v[0], k.v[0], k.v[3], true, true);
	case UX_NONE:
		return evaluated(l, c);
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
		return evaluated(l, c);
	case CXCursor_StringLiteral:
		return lower_string(l, c);
	case CXCursor_ParenExpr:
		k = expr_kids(l, c);
		return k.n ? lower_value(l, k.v[0]) : expr_unknown(u, ctype(l, c));
	case CXCursor_UnexposedExpr:
		return lower_unexposed(l, c);
	case CXCursor_DeclRefExpr:
		return load(u, lower_declref(l, c));
	case CXCursor_MemberRefExpr:
		return load(u, lower_member(l, c));
	case CXCursor_ArraySubscriptExpr:
		return load(u, lower_subscript(l, c));
	case CXCursor_CallExpr:
		return lower_call(l, c, true, FACTS_NONE);
	case CXCursor_UnaryOperator:
		return lower_unary(l, c, true);
	case CXCursor_BinaryOperator:
		return lower_binary(l, c);
	case CXCursor_CompoundAssignOperator:
		return lower_compound_assign(l, c);
	case CXCursor_ConditionalOperator:
		k = expr_kids(l, c);
		if (k.n != 3)
			return expr_unknown(u, ctype(l, c));
		return lower_conditional(l, c, k.v[0], k.v[1], k.v[2], false, true);
	case CXCursor_CStyleCastExpr:
		if (!last_kid(l, c, &inner))
			return expr_unknown(u, ctype(l, c));
		if (is_void(c)) {
			lower_effect(l, inner);
			return expr_unknown(u, ctype(l, c));
		}
		return explicit_cast(u, lower_value(l, inner), ctype(l, c));
	case CXCursor_CompoundLiteralExpr:
		return load(u, lower_literal(l, c));
	case CXCursor_InitListExpr:
		/* { x } for a scalar */
		k = expr_kids(l, c);
		return k.n == 1 ? lower_value(l, k.v[0]) : expr_unknown(u, ctype(l, c));
	case CXCursor_StmtExpr:
		if (l->global)
			return evaluated(l, c);
		{
			uint32_t v = lower_stmt_expr(l, c, true);

			return v != FACTS_NONE ? v : expr_unknown(u, ctype(l, c));
		}
	case CXCursor_GenericSelectionExpr:
		if (generic_choice(l, c, &inner))
			return lower_value(l, inner);
		return evaluated(l, c);
	case CXCursor_GNUNullExpr:
		return expr_int(u, 0, u->t_voidp);
	case CXCursor_AddrLabelExpr:
	case CXCursor_FloatingLiteral:
		return expr_unknown(u, ctype(l, c));
	default:
		return lower_other(l, c);
	}
}

void lower_effect(struct lower *l, CXCursor c)
{
	struct kids k;
	CXCursor inner;

	c = strip(l, c);
	switch (clang_getCursorKind(c)) {
	case CXCursor_IntegerLiteral:
	case CXCursor_DeclRefExpr:
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
		if (last_kid(l, c, &inner))
			lower_effect(l, inner);
		return;
	case CXCursor_UnexposedExpr:
		switch (classify(l, c, &k)) {
		case UX_CAST:
			lower_effect(l, k.v[0]);
			return;
		case UX_CHOOSE:
			if (chosen(&k, &inner))
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
		k = expr_kids(l, c);
		if (k.n == 2 && clang_getCursorBinaryOperatorKind(c) == CXBinaryOperator_Comma) {
			lower_effect(l, k.v[0]);
			lower_effect(l, k.v[1]);
			return;
		}
		if (is_logical(c)) {
			uint32_t end = lower_new_block(l);

			lower_cond(l, c, end, end);
			l->cur = end;
			return;
		}
		lower_value(l, c);
		return;
	case CXCursor_ConditionalOperator:
		k = expr_kids(l, c);
		if (k.n == 3)
			lower_conditional(l, c, k.v[0], k.v[1], k.v[2], false, false);
		return;
	case CXCursor_StmtExpr:
		if (!l->global)
			lower_stmt_expr(l, c, false);
		return;
	case CXCursor_GenericSelectionExpr:
		if (generic_choice(l, c, &inner))
			lower_effect(l, inner);
		return;
	default:
		lower_value(l, c);
		return;
	}
}

/* __builtin_expect() around a condition changes nothing. */
static bool is_expect(struct lower *l, CXCursor c, CXCursor *ret)
{
	struct kids k;
	CXCursor callee;
	uint32_t id;

	if (clang_getCursorKind(c) != CXCursor_CallExpr)
		return false;
	k = expr_kids(l, c);
	if (k.n < 2 || !direct_callee(l, k.v[0], &callee))
		return false;
	id = unit_func(l->u, callee);
	if (builtin_of(facts_str(l->u->f, l->u->f->funcs.v[id].name)) != BI_EXPECT)
		return false;
	*ret = k.v[1];
	return true;
}

void lower_cond(struct lower *l, CXCursor c, uint32_t yes, uint32_t no)
{
	struct fact_loc loc;
	struct kids k;
	CXCursor inner;
	uint32_t mid;

	for (;;) {
		c = strip_casts(l, c);
		if (is_expect(l, c, &inner)) {
			c = inner;
		} else if (clang_getCursorUnaryOperatorKind(c) == CXUnaryOperator_LNot) {
			uint32_t swap = yes;

			k = expr_kids(l, c);
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
		k = expr_kids(l, c);
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
		if (canonical(c).kind != CXType_Bool || !last_kid(l, c, &inner))
			break;
		lower_cond(l, inner, yes, no);
		return;
	case CXCursor_ConditionalOperator: {
		uint32_t a, b;

		k = expr_kids(l, c);
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
