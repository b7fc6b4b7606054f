// SPDX-License-Identifier: MIT
#include "clang/unit.h"

static uint32_t intern_type(struct unit *u, struct fact_type t)
{
	uintptr_t a, b;
	uint32_t *id;

	a = (uintptr_t)t.kind | (uintptr_t)t.bits << 8 | (uintptr_t)t.is_signed << 16 |
	    (uintptr_t)t.is_const << 17 | (uintptr_t)t.name << 24;
	b = (uintptr_t)t.to | (uintptr_t)t.count << 32;
	id = pair_map_at(&u->type_keys, a, b);
	if (*id == FACTS_NONE) {
		*id = (uint32_t)u->f->types.n;
		vec_push(&u->f->types, t);
	}
	return *id;
}

uint32_t unit_type_int(struct unit *u, unsigned int bits, bool is_signed)
{
	return intern_type(u, (struct fact_type){ .kind = FT_INT,
						  .bits = (uint8_t)bits,
						  .is_signed = is_signed,
						  .to = FACTS_NONE });
}

uint32_t unit_type_ptr(struct unit *u, uint32_t to)
{
	if (to == FACTS_NONE)
		to = intern_type(u, (struct fact_type){ .kind = FT_VOID, .to = FACTS_NONE });
	return intern_type(u, (struct fact_type){ .kind = FT_PTR, .to = to });
}

static bool int_kind(enum CXTypeKind kind, CXType t, struct fact_type *ret)
{
	bool is_signed;
	long long size;

	switch (kind) {
	case CXType_Bool:
		ret->kind = FT_INT;
		ret->bits = 1;
		return true;
	case CXType_Char_S:
	case CXType_SChar:
	case CXType_Short:
	case CXType_Int:
	case CXType_Long:
	case CXType_LongLong:
	case CXType_Int128:
		is_signed = true;
		break;
	case CXType_Char_U:
	case CXType_UChar:
	case CXType_Char16:
	case CXType_Char32:
	case CXType_UShort:
	case CXType_UInt:
	case CXType_ULong:
	case CXType_ULongLong:
	case CXType_UInt128:
		is_signed = false;
		break;
	default:
		return false;
	}
	size = clang_Type_getSizeOf(t);
	if (size < 1 || size > 8) {
		ret->kind = FT_OTHER;
		return true;
	}
	ret->kind = FT_INT;
	ret->bits = (uint8_t)(size * 8);
	ret->is_signed = is_signed;
	return true;
}

static uint32_t record_name(struct unit *u, CXCursor decl)
{
	uint32_t id = unit_record(u, decl); /* moves the table */

	return u->records.v[id].name;
}

/* The typedef that @t, a pointer to a function, is written as, or 0. */
static uint32_t pointer_typedef(struct unit *u, CXType t)
{
	CXCursor decl = clang_getTypeDeclaration(t);
	CXString s;
	uint32_t name;

	if (clang_getCursorKind(decl) != CXCursor_TypedefDecl)
		return 0;
	s = clang_getCursorSpelling(decl);
	name = facts_string(u->f, clang_getCString(s));
	clang_disposeString(s);
	return name;
}

static uint32_t make_type(struct unit *u, CXType t)
{
	struct fact_type ft = { .to = FACTS_NONE };
	CXType c = clang_getCanonicalType(t);
	long long n;

	ft.is_const = clang_isConstQualifiedType(c) != 0;
	switch (c.kind) {
	case CXType_Void:
		ft.kind = FT_VOID;
		break;
	case CXType_Pointer:
		ft.kind = FT_PTR;
		ft.to = unit_type(u, clang_getPointeeType(c));
		if (ft.to != FACTS_NONE && u->f->types.v[ft.to].kind == FT_FUNC)
			ft.name = pointer_typedef(u, t);
		break;
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray:
		ft.kind = FT_ARRAY;
		n = clang_getArraySize(c);
		ft.count = n > 0 && n < UINT32_MAX ? (uint32_t)n : 0;
		ft.to = unit_type(u, clang_getArrayElementType(c));
		break;
	case CXType_Record:
		ft.kind = FT_RECORD;
		ft.name = record_name(u, clang_getTypeDeclaration(c));
		break;
	case CXType_Enum:
		if (!int_kind(clang_getCanonicalType(clang_getEnumDeclIntegerType(
					clang_getTypeDeclaration(c))).kind,
			      c, &ft)) {
			ft.kind = FT_INT;
			ft.bits = 32;
		}
		break;
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		ft.kind = FT_FUNC;
		ft.to = unit_type(u, clang_getResultType(c));
		break;
	default:
		if (!int_kind(c.kind, c, &ft))
			ft.kind = FT_OTHER;
		break;
	}
	if ((ft.kind == FT_PTR || ft.kind == FT_ARRAY || ft.kind == FT_FUNC) &&
	    ft.to == FACTS_NONE)
		ft.kind = FT_OTHER;
	return intern_type(u, ft);
}

uint32_t unit_type(struct unit *u, CXType t)
{
	uint32_t id;

	if (t.kind == CXType_Invalid)
		return FACTS_NONE;
	/* Not kept over make_type(): the table may move. */
	id = *pair_map_at(&u->type_ids, (uintptr_t)t.data[0], 0);
	if (id == FACTS_NONE) {
		id = make_type(u, t);
		*pair_map_at(&u->type_ids, (uintptr_t)t.data[0], 0) = id;
	}
	return id;
}

static bool is_record(CXCursor c)
{
	enum CXCursorKind k = clang_getCursorKind(c);

	return k == CXCursor_StructDecl || k == CXCursor_UnionDecl;
}

/* Neither a tag nor a typedef names it. */
static bool unnamed_spelling(CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *name = clang_getCString(s);
	bool ret = !name || !*name || strchr(name, '(') != NULL;

	clang_disposeString(s);
	return ret;
}

/* The record that a type is, or is an array of or pointer to. */
static bool record_behind(CXType t, CXCursor *ret)
{
	for (;;) {
		t = clang_getCanonicalType(t);
		switch (t.kind) {
		case CXType_Pointer:
			t = clang_getPointeeType(t);
			break;
		case CXType_ConstantArray:
		case CXType_IncompleteArray:
		case CXType_VariableArray:
			t = clang_getArrayElementType(t);
			break;
		case CXType_Record:
			*ret = clang_getTypeDeclaration(t);
			return true;
		default:
			return false;
		}
	}
}

struct find_field {
	CXCursor record;
	CXCursor field;
	bool found;
};

static enum CXVisitorResult find_field_of(CXCursor c, CXClientData data)
{
	struct find_field *ff = data;
	CXCursor decl;

	if (!record_behind(clang_getCursorType(c), &decl) ||
	    !clang_equalCursors(decl, ff->record))
		return CXVisit_Continue;
	ff->field = c;
	ff->found = true;
	return CXVisit_Break;
}

/* "outer.field" for the unnamed type of a named field; where there is no field, its place. */
static uint32_t name_unnamed(struct unit *u, CXCursor decl, bool *ret_anonymous)
{
	CXCursor parent = clang_getCursorSemanticParent(decl);
	struct fact_loc loc;

	if (is_record(parent)) {
		struct find_field ff = { .record = decl };

		clang_Type_visitFields(clang_getCursorType(parent), find_field_of, &ff);
		if (ff.found && unit_is_unnamed(ff.field)) {
			*ret_anonymous = true;
			return record_name(u, parent);
		}
		if (ff.found) {
			CXString s = clang_getCursorSpelling(ff.field);
			uint32_t outer = record_name(u, parent);
			char *name = arena_printf(&u->arena, "%s.%s", facts_str(u->f, outer),
						  clang_getCString(s));

			clang_disposeString(s);
			return facts_string(u->f, name);
		}
	}
	loc = unit_loc(u, clang_getCursorLocation(decl));
	return facts_string(u->f, arena_printf(&u->arena, "%s:%u:%u", facts_str(u->f, loc.file),
					       loc.line, loc.col));
}

bool unit_is_unnamed(CXCursor field)
{
	return unnamed_spelling(field);
}

uint32_t unit_record(struct unit *u, CXCursor decl)
{
	CXCursor def = clang_getCursorDefinition(decl);
	struct unit_record r = { 0 };
	uint32_t id;

	r.hidden = unit_hides(u, def);
	if (!clang_Cursor_isNull(def) && !r.hidden)
		decl = def;
	else
		decl = clang_getCanonicalCursor(decl);
	id = *cursor_map_at(&u->record_ids, decl);
	if (id != FACTS_NONE)
		return id;
	r.decl = decl;
	r.type = clang_getCursorType(decl);
	r.is_union = clang_getCursorKind(decl) == CXCursor_UnionDecl;
	if (unnamed_spelling(decl)) {
		r.name = name_unnamed(u, decl, &r.anonymous);
	} else {
		CXString s = clang_getCursorSpelling(decl);

		r.name = facts_string(u->f, clang_getCString(s));
		clang_disposeString(s);
	}
	id = (uint32_t)u->records.n;
	vec_push(&u->records, r);
	*cursor_map_at(&u->record_ids, decl) = id;
	return id;
}

struct collect_fields {
	VEC(struct unit_field) v;
	struct unit *u;
};

static enum CXVisitorResult collect_field(CXCursor c, CXClientData data)
{
	struct collect_fields *cf = data;
	struct unit_field f = { .decl = c, .type = clang_getCursorType(c) };
	CXString s = clang_getCursorSpelling(c);
	const char *name = clang_getCString(s);

	if (name && *name && !strchr(name, '('))
		f.name = facts_string(cf->u->f, name);
	else
		f.padding = clang_Cursor_isBitField(c) != 0;
	clang_disposeString(s);
	vec_push(&cf->v, f);
	return CXVisit_Continue;
}

const struct unit_record *unit_record_fields(struct unit *u, uint32_t id)
{
	struct unit_record *r = &u->records.v[id];
	struct collect_fields cf = { .u = u };

	if (r->fields_known)
		return r;
	r->fields_known = true;
	if (!r->hidden)
		clang_Type_visitFields(r->type, collect_field, &cf);
	r->n_fields = (uint32_t)cf.v.n;
	if (cf.v.n)
		r->fields = arena_memdup(&u->arena, cf.v.v, cf.v.n * sizeof(*cf.v.v));
	vec_release(&cf.v);
	return r;
}

uint32_t unit_field_record(struct unit *u, CXCursor field)
{
	CXCursor parent = clang_getCursorSemanticParent(field);
	uint32_t id = unit_record(u, parent);

	while (u->records.v[id].anonymous) {
		parent = clang_getCursorSemanticParent(u->records.v[id].decl);
		id = unit_record(u, parent);
	}
	u->records.v[id].wanted = true;
	return u->records.v[id].name;
}

void unit_want_type(struct unit *u, CXType t)
{
	CXCursor decl;

	uint32_t id;

	if (!record_behind(t, &decl))
		return;
	id = unit_record(u, decl);
	u->records.v[id].wanted = true;
}

static enum CXChildVisitResult emit_enumerator(CXCursor c, CXCursor parent, CXClientData data)
{
	struct unit *u = data;
	struct fact_enumerator e = { 0 };
	CXString s;

	if (clang_getCursorKind(c) != CXCursor_EnumConstantDecl)
		return CXChildVisit_Continue;
	if (!unnamed_spelling(parent)) {
		s = clang_getCursorSpelling(parent);
		e.enum_name = facts_string(u->f, clang_getCString(s));
		clang_disposeString(s);
	}
	s = clang_getCursorSpelling(c);
	e.name = facts_string(u->f, clang_getCString(s));
	clang_disposeString(s);
	e.value = clang_getEnumConstantDeclValue(c);
	vec_push(&u->f->enumerators, e);
	return CXChildVisit_Continue;
}

void unit_want_enum(struct unit *u, CXCursor enumerator)
{
	CXCursor decl = clang_getCursorSemanticParent(enumerator);
	uint32_t *seen = cursor_map_at(&u->enums, decl);

	if (*seen != FACTS_NONE)
		return;
	*seen = 1;
	clang_visitChildren(decl, emit_enumerator, u);
}

/* The members of @id and, in their place, those of its unnamed structs and unions. */
static void emit_fields(struct unit *u, uint32_t id, bool in_union)
{
	const struct unit_record *r = unit_record_fields(u, id);
	uint32_t n = r->n_fields;
	const struct unit_field *fields = r->fields;

	for (uint32_t i = 0; i < n; i++) {
		CXCursor inner;

		if (fields[i].name) {
			struct fact_field ff = { fields[i].name, unit_type(u, fields[i].type),
						 in_union };

			vec_push(&u->f->fields, ff);
		} else if (!fields[i].padding && record_behind(fields[i].type, &inner)) {
			uint32_t to = unit_record(u, inner);

			emit_fields(u, to, in_union || u->records.v[to].is_union);
		}
	}
}

void unit_emit_records(struct unit *u)
{
	size_t touched = u->records.n;

	for (size_t i = 0; i < touched; i++) {
		struct fact_record fr = { 0 };

		if (!u->records.v[i].wanted || u->records.v[i].anonymous)
			continue;
		fr.name = u->records.v[i].name;
		fr.is_union = u->records.v[i].is_union;
		fr.fields = (uint32_t)u->f->fields.n;
		emit_fields(u, (uint32_t)i, false);
		fr.n_fields = (uint32_t)u->f->fields.n - fr.fields;
		if (fr.n_fields)
			vec_push(&u->f->records, fr);
	}
}
