// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* Initialisers: of locals as assignments, of variables as rows. */

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
	at.field = unit_spelling(u, field);
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
		if (clang_getCursorKind(cursor_strip(w->l, c)) == CXCursor_StringLiteral)
			v = lower_value(w->l, cursor_strip(w->l, c));
		else
			v = lower_convert(u, lower_value(w->l, c), unit_type(u, t));
		lower_assign(w->l, at.place, v, w->in_list ? c : w->stmt);
		return;
	}
	in.record = at.record;
	in.field = at.field;
	in.path = facts_string(u->f, at.path);
	in.index = at.index;
	in.value = lower_convert(u, lower_value(w->l, c), unit_type(u, t));
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
	CXType ct = clang_getUnqualifiedType(cursor_type(c));

	c = cursor_strip(w->l, c);
	if (!type_is_aggregate(t) || clang_getCursorKind(c) == CXCursor_InitListExpr)
		return true;
	if (type_is_array(t))
		return clang_getCursorKind(cursor_strip_casts(w->l, c)) == CXCursor_StringLiteral;
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
				init_elided(w, at_field(w, at, fields[j].decl), fields[j].type, k,
					    i);
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
	if (!type_is_array(t) || !expr_is_int(l->u, lower_value(l, k->v[i]), &lo))
		return;
	elem = clang_getArrayElementType(t);
	hi = lo;
	i++;
	/* A second number is the end of a range, unless the elements are arrays. */
	if (i + 1 < k->n && clang_isExpression(clang_getCursorKind(k->v[i])) &&
	    !type_is_array(clang_getCanonicalType(elem))) {
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

/* More would push out what is known of memory (STATE_MAX_CELLS in flow/state.h). */
#define ZERO_MAX 16

/* The members of @kind of a local of @r that its initialiser @list leaves out are 0: @n more at most. */
static unsigned int init_rest(struct init_walk *w, struct init_at at, const struct unit_record *r,
			      const bool *given, CXCursor list, enum CXTypeKind kind,
			      unsigned int n)
{
	struct unit *u = w->l->u;

	for (uint32_t i = 0; i < r->n_fields && n; i++) {
		const struct unit_field *field = &r->fields[i];
		CXType t = clang_getCanonicalType(field->type);

		if (given[i] || !field->name || t.kind != kind)
			continue;
		lower_assign(w->l, at_field(w, at, field->decl).place,
			     expr_int(u, 0, unit_type(u, field->type)), list);
		n--;
	}
	return n;
}

static void init_list(struct init_walk *w, struct init_at at, CXType t, CXCursor list)
{
	struct unit *u = w->l->u;
	struct kids k = cursor_operands(w->l, list);
	const struct unit_record *r = NULL;
	struct unit_record rec = { 0 };
	bool *given = NULL;
	int64_t next = 0;
	CXType elem = { 0 };

	w->in_list = true;
	t = clang_getCanonicalType(t);
	if (t.kind == CXType_Record) {
		r = unit_record_fields(u, unit_record(u, clang_getTypeDeclaration(t)));
		rec = *r; /* the table may move */
		given = ARENA_ARRAY(&u->scratch, bool, rec.n_fields + 1);
		unit_want_type(u, t);
	} else if (type_is_array(t)) {
		elem = clang_getCanonicalType(clang_getArrayElementType(t));
	} else {
		if (k.n)
			init_any(w, at, t, k.v[0]);
		return;
	}
	/* "{ "text" }" for an array of characters */
	if (!r && k.n == 1 && !type_is_aggregate(elem) && elem.kind != CXType_Pointer &&
	    clang_getCursorKind(cursor_strip(w->l, k.v[0])) == CXCursor_StringLiteral) {
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
			if (r)
				given[next - 1] = true;
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
		given[next] = true;
		init_elided(w, at_field(w, at, rec.fields[next].decl), rec.fields[next].type, &k,
			    &i);
		next++;
	}
	/* Numbers seldom decide what happens to a lock; what is true or false does. */
	if (r && !w->global && !rec.is_union)
		init_rest(w, at, &rec, given, list, CXType_Bool,
			  init_rest(w, at, &rec, given, list, CXType_Pointer, ZERO_MAX));
}

static void init_any(struct init_walk *w, struct init_at at, CXType t, CXCursor c)
{
	CXCursor inner = cursor_strip_casts(w->l, c), list;

	t = clang_getCanonicalType(t);
	if (clang_getCursorKind(inner) == CXCursor_InitListExpr) {
		init_list(w, at, t, inner);
		return;
	}
	/*
	 * The object takes over the contents of a literal of its own type. What
	 * the literal does not mention is 0 then, not what was there before.
	 */
	if (type_is_aggregate(t) && clang_getCursorKind(inner) == CXCursor_CompoundLiteralExpr &&
	    cursor_last_operand(w->l, inner, &list) &&
	    clang_getCursorKind(list) == CXCursor_InitListExpr) {
		if (!w->global)
			lower_clobber(w->l, at.place, inner);
		init_list(w, at, t, list);
		return;
	}
	init_leaf(w, at, t, c);
}

void lower_init(struct lower *l, uint32_t dst, CXType t, CXCursor init, CXCursor whole)
{
	struct init_walk w = { .l = l, .stmt = whole };
	struct init_at at = { .place = dst, .path = "", .index = -1 };
	CXCursor inner = cursor_strip_casts(l, init);
	bool to_bool = clang_getCanonicalType(t).kind == CXType_Bool &&
		       cursor_type(inner).kind != CXType_Bool;

	/* The result of a call goes straight into the local, unless it is made a bool. */
	if (expr_at(l->u, dst)->op == FX_LOCAL && !to_bool &&
	    clang_getCursorKind(inner) == CXCursor_CallExpr) {
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
uint32_t lower_literal(struct lower *l, CXCursor c)
{
	struct unit *u = l->u;
	CXCursor list;
	uint32_t place;

	if (!cursor_last_operand(l, c, &list))
		return expr_unknown(u, cursor_type_id(l, c));
	if (!l->global) {
		place = lower_temp(l, cursor_type_id(l, c));
		lower_init(l, place, clang_getCursorType(c), list, c);
		return place;
	}
	{
		struct fact_var v = { .flags = FV_STATIC, .type = cursor_type_id(l, c) };
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
