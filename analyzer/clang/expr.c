// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Expressions of the facts: equal ones are one. */

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

const struct fact_type *type_at(const struct unit *u, uint32_t t)
{
	static const struct fact_type none = { .kind = FT_OTHER, .to = FACTS_NONE };

	return t == FACTS_NONE ? &none : &u->f->types.v[t];
}

const struct fact_expr *expr_at(const struct unit *u, uint32_t e)
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
	e.val = fit(type_at(u, type), val);
	return expr_add(u, e);
}

bool expr_is_int(const struct unit *u, uint32_t e, int64_t *ret)
{
	if (e == FACTS_NONE || expr_at(u, e)->op != FX_INT)
		return false;
	*ret = expr_at(u, e)->val;
	return true;
}

uint32_t expr_unknown(struct unit *u, uint32_t type)
{
	return expr_add(u, (struct fact_expr){ .op = FX_UNKNOWN,
					       .type = type,
					       .a = FACTS_NONE,
					       .b = FACTS_NONE });
}

uint32_t expr_local(struct unit *u, uint32_t local, uint32_t type)
{
	return expr_add(u, (struct fact_expr){
				   .op = FX_LOCAL, .type = type, .a = local, .b = FACTS_NONE });
}

uint32_t expr_addr(struct unit *u, uint32_t place)
{
	struct fact_expr e = *expr_at(u, place);
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
		if (!expr_is_int(u, e.b, &index) || index)
			break;
		/* &p[0] is p, and &array[0] is the array's address. */
		if (expr_at(u, e.a)->op == FX_DEREF)
			return expr_at(u, e.a)->a;
		if (type_at(u, expr_at(u, e.a)->type)->kind == FT_ARRAY &&
		    type_at(u, e.type)->kind != FT_ARRAY)
			return expr_addr(u, e.a);
		break;
	default:
		break;
	}
	type = e.type;
	if (type_at(u, type)->kind == FT_ARRAY)
		type = type_at(u, type)->to;
	return expr_add(u, (struct fact_expr){ .op = FX_ADDR,
					       .type = unit_type_ptr(u, type),
					       .a = place,
					       .b = FACTS_NONE });
}

bool expr_is_place(const struct unit *u, uint32_t e)
{
	switch (expr_at(u, e)->op) {
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
	struct fact_expr e = *expr_at(u, ptr); /* the table may move */

	/* Of an array's address it is the first element, unless the array itself is wanted. */
	if (e.op == FX_ADDR && type_at(u, expr_at(u, e.a)->type)->kind == FT_ARRAY &&
	    type_at(u, type)->kind != FT_ARRAY)
		return expr_index(u, e.a, expr_int(u, 0, u->t_int), type);
	if (e.op == FX_ADDR)
		return e.a;
	if (e.op == FX_STR)
		return expr_index(u, ptr, expr_int(u, 0, u->t_int), type);
	return expr_add(u, (struct fact_expr){
				   .op = FX_DEREF, .type = type, .a = ptr, .b = FACTS_NONE });
}

uint32_t expr_index(struct unit *u, uint32_t place, uint32_t index, uint32_t type)
{
	return expr_add(u, (struct fact_expr){
				   .op = FX_INDEX, .type = type, .a = place, .b = index });
}

uint32_t expr_field(struct unit *u, uint32_t place, CXCursor field)
{
	struct fact_expr e = { .op = FX_FIELD, .a = place, .b = FACTS_NONE };

	e.sym = unit_spelling(u, field);
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

uint32_t expr_unary(struct unit *u, enum fact_un op, uint32_t a, uint32_t type)
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

uint32_t expr_binary(struct unit *u, enum fact_bin op, uint32_t a, uint32_t b,
			    uint32_t type)
{
	int64_t va, vb, val;

	if (expr_is_int(u, a, &va) && expr_is_int(u, b, &vb) &&
	    fold_binary(op, va, vb, type_at(u, expr_at(u, a)->type), &val))
		return expr_int(u, val, type);
	return expr_add(u, (struct fact_expr){
				   .op = FX_BIN, .sub = (uint8_t)op, .type = type, .a = a, .b = b,
			   });
}

/* The value in a place; an array's is its address. */
uint32_t expr_load(struct unit *u, uint32_t place)
{
	if (type_at(u, expr_at(u, place)->type)->kind == FT_ARRAY)
		return expr_addr(u, place);
	return place;
}
