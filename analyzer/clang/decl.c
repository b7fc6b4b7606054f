// SPDX-License-Identifier: MIT
#include "clang/lower.h"

/* --- Attributes --- */

/* What the children of a declaration say. */
struct decl_attrs {
	struct unit *u;
	uint32_t flags; /* FF_* */
	uint32_t section;
	bool body;
	VEC(uint32_t) other; /* strings */
	VEC(struct fact_claim) claims;
};

/* Where the first of the arguments at @s ends: at a comma outside of parentheses, or with the text. */
static size_t argument_len(const char *s)
{
	unsigned int depth = 0;
	size_t i;

	for (i = 0; s[i] && (s[i] != ',' || depth); i++) {
		if (s[i] == '(' || s[i] == '[')
			depth++;
		else if (s[i] == ')' || s[i] == ']')
			depth -= depth > 0;
	}
	return i;
}

/* "NUMBER:MACRO:ARGUMENTS"; @loc: of the annotation. A claim for each argument, where they are locks. */
static void read_claim(struct decl_attrs *a, const char *text, CXSourceLocation loc)
{
	const char *macro = strchr(text, ':');
	const char *args = macro ? strchr(macro + 1, ':') : NULL;
	struct fact_claim c = { .loc = unit_loc(a->u, loc) };

	if (!args || *text < '0' || *text > '0' + FCLAIM_UNCHECKED)
		return;
	c.does = (uint32_t)(*text - '0');
	c.macro = facts_string_n(a->u->f, macro + 1, (size_t)(args - macro - 1));
	do {
		size_t len;

		args += 1 + strspn(args + 1, " ");
		len = c.does == FCLAIM_TRY_ACQUIRES ? strlen(args) : argument_len(args);
		c.text = facts_string_n(a->u->f, args, len);
		vec_push(&a->claims, c);
		args += len;
	} while (*args);
}

static void read_annotation(struct decl_attrs *a, const char *text, CXSourceLocation loc)
{
	if (strncmp(text, ANN_PREFIX, strlen(ANN_PREFIX)) != 0) {
		vec_push(&a->other, facts_string(a->u->f, text));
		return;
	}
	if (!strncmp(text, ANN_CLAIM, strlen(ANN_CLAIM)))
		read_claim(a, text + strlen(ANN_CLAIM), loc);
	else if (!strncmp(text, ANN_SECTION, strlen(ANN_SECTION)))
		a->section = facts_string(a->u->f, text + strlen(ANN_SECTION));
	else if (!strcmp(text, ANN_NOTRACE) || !strcmp(text, ANN_PATCHABLE "0"))
		a->flags |= FF_NOTRACE;
	else if (!strcmp(text, ANN_ALWAYS_INLINE))
		a->flags |= FF_ALWAYS_INLINE;
	else if (!strcmp(text, ANN_NOINLINE))
		a->flags |= FF_NOINLINE;
	else if (!strcmp(text, ANN_NORETURN))
		a->flags |= FF_NORETURN;
	else if (!strcmp(text, ANN_WEAK))
		a->flags |= FF_WEAK;
}

static enum CXChildVisitResult read_attr(CXCursor c, CXCursor parent, CXClientData data)
{
	struct decl_attrs *a = data;

	(void)parent;
	switch (clang_getCursorKind(c)) {
	case CXCursor_AnnotateAttr: {
		CXString s = clang_getCursorSpelling(c);

		read_annotation(a, clang_getCString(s), clang_getCursorLocation(c));
		clang_disposeString(s);
		break;
	}
	case CXCursor_CompoundStmt:
		a->body = true;
		break;
	default:
		break;
	}
	return CXChildVisit_Continue;
}

uint32_t unit_spelling(struct unit *u, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *text = clang_getCString(s);
	uint32_t ret = text ? facts_string(u->f, text) : 0;

	clang_disposeString(s);
	return ret;
}

/* --- Functions --- */

static void add_annotations(struct unit *u, struct fact_func *fn, const struct decl_attrs *a)
{
	struct facts *f = u->f;
	uint32_t first = (uint32_t)f->strlist.n;

	if (!a->other.n)
		return;
	/* The earlier ones again, so that all stand together. */
	for (uint32_t i = 0; i < fn->n_annotations; i++)
		vec_push(&f->strlist, f->strlist.v[fn->annotations + i]);
	for (size_t i = 0; i < a->other.n; i++) {
		bool have = false;

		for (size_t j = first; j < f->strlist.n; j++)
			have |= f->strlist.v[j] == a->other.v[i];
		if (!have)
			vec_push(&f->strlist, a->other.v[i]);
	}
	fn->annotations = first;
	fn->n_annotations = (uint32_t)f->strlist.n - first;
}

/* What a declaration says is said of the definition again, by the compiler. */
static bool same_claim(const struct fact_claim *a, const struct fact_claim *b)
{
	return a->does == b->does && a->macro == b->macro && a->text == b->text;
}

static void add_claims(struct unit *u, struct fact_func *fn, const struct decl_attrs *a)
{
	struct facts *f = u->f;
	uint32_t first = (uint32_t)f->claims.n;

	if (!a->claims.n)
		return;
	/* The earlier ones again, so that all stand together. */
	for (uint32_t i = 0; i < fn->n_claims; i++)
		vec_push(&f->claims, f->claims.v[fn->claims + i]);
	for (size_t i = 0; i < a->claims.n; i++) {
		size_t j = first;

		while (j < f->claims.n && !same_claim(&f->claims.v[j], &a->claims.v[i]))
			j++;
		if (j == f->claims.n)
			vec_push(&f->claims, a->claims.v[i]);
		else
			f->claims.v[j].loc = a->claims.v[i].loc; /* the definition's comes last */
	}
	fn->claims = first;
	fn->n_claims = (uint32_t)f->claims.n - first;
}

/* Adds what this declaration of the function says to what others said. */
static void merge_func(struct unit *u, uint32_t id, CXCursor decl)
{
	struct decl_attrs a = { .u = u };
	struct fact_func *fn;

	if (clang_Cursor_hasAttrs(decl))
		clang_visitChildren(decl, read_attr, &a);
	fn = &u->f->funcs.v[id];
	fn->flags |= a.flags;
	if (a.section)
		fn->section = a.section;
	add_annotations(u, fn, &a);
	add_claims(u, fn, &a);
	if (clang_Cursor_isFunctionInlined(decl))
		fn->flags |= FF_INLINE;
	if (clang_getCursorLinkage(decl) == CXLinkage_Internal)
		fn->flags |= FF_STATIC;
	if (clang_Cursor_isVariadic(decl))
		fn->flags |= FF_VARIADIC;
	vec_release(&a.claims);
	vec_release(&a.other);
}

/* The place of a definition. */
static void locate_func(struct unit *u, uint32_t id, CXCursor def)
{
	CXSourceLocation l = clang_getCursorLocation(def);
	const struct unit_file *file = unit_file_of(u, l);
	struct fact_func *fn = &u->f->funcs.v[id];
	uint32_t macro;

	fn->loc = unit_loc_macro(u, l, &macro);
	fn->macro = macro;
	if (macro)
		fn->flags |= FF_MACRO;
	if (file && !file->own)
		fn->flags |= FF_HEADER;
}

uint32_t unit_func(struct unit *u, CXCursor decl)
{
	uint32_t *slot = cursor_map_at(&u->func_ids, decl);
	struct unit_func uf = { .decl = decl };
	struct fact_func fn = { 0 };
	CXCursor def;
	uint32_t id, name;

	if (*slot != FACTS_NONE)
		return *slot;
	name = unit_spelling(u, decl);
	id = *pair_map_at(&u->func_names, name, 0);
	if (id == FACTS_NONE) {
		id = (uint32_t)u->f->funcs.n;
		*pair_map_at(&u->func_names, name, 0) = id;
		fn.name = name;
		fn.ret_type = unit_type(u, clang_getCursorResultType(decl));
		vec_push(&u->f->funcs, fn);
		vec_push(&u->funcs, uf);
	}
	*cursor_map_at(&u->func_ids, decl) = id;
	merge_func(u, id, decl);
	def = clang_getCursorDefinition(decl);
	if (clang_Cursor_isNull(def) || unit_hides(u, def) || u->funcs.v[id].defined)
		return id;
	u->funcs.v[id].decl = def;
	u->funcs.v[id].defined = true;
	u->funcs.v[id].queued = true;
	locate_func(u, id, def);
	vec_push(&u->func_queue, id);
	if (!clang_equalCursors(def, decl)) {
		*cursor_map_at(&u->func_ids, def) = id;
		merge_func(u, id, def);
	}
	return id;
}

uint32_t unit_func_by_name(struct unit *u, const char *name)
{
	uint32_t id = *pair_map_at(&u->func_names, facts_string(u->f, name), 0);
	CXCursor c;

	if (id != FACTS_NONE)
		return id;
	/* Only cleanup functions are known by nothing but their name. */
	return unit_named(u, name, &c) ? unit_func(u, c) : FACTS_NONE;
}

/*
 * What is declared only has the place of one of its declarations. Which one is
 * met first, or last, depends on the order in which headers are read, and it may
 * be in one that the unit does not see: so it is named nowhere before this.
 */
static void settle_places(struct unit *u)
{
	for (size_t i = 0; i < u->funcs.n; i++) {
		struct fact_func *fn = &u->f->funcs.v[i];

		if (!u->funcs.v[i].defined &&
		    !unit_declared_at(u, facts_str(u->f, fn->name), &fn->loc))
			fn->loc = unit_loc(u, clang_getCursorLocation(u->funcs.v[i].decl));
	}
	for (size_t i = 0; i < u->vars.n; i++) {
		struct fact_var *v = &u->f->vars.v[i];

		if ((v->flags & FV_EXTERN) &&
		    !unit_declared_at(u, facts_str(u->f, v->name), &v->loc))
			v->loc = unit_loc(u, clang_getCursorLocation(u->vars.v[i].decl));
	}
}

/* The parameters of functions without a body are locals too. */
static void declare_params(struct unit *u)
{
	for (size_t i = 0; i < u->funcs.n; i++) {
		CXCursor decl = u->funcs.v[i].decl;
		int n;

		if (u->f->funcs.v[i].n_blocks)
			continue;
		n = clang_Cursor_getNumArguments(decl);
		u->f->funcs.v[i].locals = (uint32_t)u->f->locals.n;
		for (int j = 0; j < n; j++) {
			CXCursor p = clang_Cursor_getArgument(decl, (unsigned int)j);
			struct fact_local local = { unit_spelling(u, p), 0 };

			local.type = unit_type(u, clang_getCursorType(p));
			unit_want_type(u, clang_getCursorType(p));
			vec_push(&u->f->locals, local);
		}
		u->f->funcs.v[i].n_locals = n > 0 ? (uint32_t)n : 0;
		u->f->funcs.v[i].n_params = n > 0 ? (uint32_t)n : 0;
	}
}

/* --- Variables --- */

#define PERCPU_SECTION ".data..percpu"

static void merge_var(struct unit *u, uint32_t id, CXCursor decl)
{
	struct decl_attrs a = { .u = u };
	enum CX_StorageClass sc = clang_Cursor_getStorageClass(decl);
	struct fact_var *v;

	if (clang_Cursor_hasAttrs(decl))
		clang_visitChildren(decl, read_attr, &a);
	v = &u->f->vars.v[id];
	if (a.section) {
		v->section = a.section;
		if (!strncmp(facts_str(u->f, a.section), PERCPU_SECTION, strlen(PERCPU_SECTION)))
			v->flags |= FV_PERCPU;
	}
	if (sc == CX_SC_Static)
		v->flags |= FV_STATIC;
	if (sc != CX_SC_Extern || !clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(decl))) {
		if (v->flags & FV_EXTERN) {
			v->type = unit_type(u, clang_getCursorType(decl));
			v->loc = unit_loc(u, clang_getCursorLocation(decl));
		}
		v->flags &= ~(uint32_t)FV_EXTERN;
	}
	vec_release(&a.claims);
	vec_release(&a.other);
}

static bool is_const(CXType t)
{
	t = clang_getCanonicalType(t);
	/* Of a constant array either the array or its elements say so. */
	while (!clang_isConstQualifiedType(t) &&
	       (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray))
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	return clang_isConstQualifiedType(t) != 0;
}

uint32_t unit_var(struct unit *u, CXCursor decl, const char *func)
{
	uint32_t id = *cursor_map_at(&u->var_ids, decl), name;
	struct unit_var uv = { .decl = decl };
	struct fact_var v = { .flags = FV_EXTERN };
	CXCursor def;

	if (id != FACTS_NONE)
		return id;
	name = unit_spelling(u, decl);
	/* The same name may mean different statics in different functions, and even blocks. */
	if (clang_getCursorLinkage(decl) == CXLinkage_NoLinkage && func) {
		char *full = arena_printf(&u->arena, "%s.%s", func, facts_str(u->f, name));

		name = facts_string(u->f, full);
		for (int n = 2; *pair_map_at(&u->var_names, name, 0) != FACTS_NONE; n++)
			name = facts_string(u->f, arena_printf(&u->arena, "%s.%d", full, n));
	}
	id = *pair_map_at(&u->var_names, name, 0);
	if (id == FACTS_NONE) {
		id = (uint32_t)u->f->vars.n;
		*pair_map_at(&u->var_names, name, 0) = id;
		v.name = name;
		v.type = unit_type(u, clang_getCursorType(decl));
		if (is_const(clang_getCursorType(decl)))
			v.flags |= FV_CONST;
		vec_push(&u->f->vars, v);
		vec_push(&u->vars, uv);
		unit_want_type(u, clang_getCursorType(decl));
	}
	*cursor_map_at(&u->var_ids, decl) = id;
	merge_var(u, id, decl);
	def = clang_getCursorDefinition(decl);
	if (clang_Cursor_isNull(def) || unit_hides(u, def) || u->vars.v[id].queued)
		return id;
	u->vars.v[id].decl = def;
	u->vars.v[id].queued = true;
	if (!clang_equalCursors(def, decl)) {
		*cursor_map_at(&u->var_ids, def) = id;
		merge_var(u, id, def);
	}
	vec_push(&u->var_queue, id);
	return id;
}

static void lower_var(struct unit *u, uint32_t id)
{
	CXCursor decl = u->vars.v[id].decl;
	CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
	struct lower l = { .u = u, .global = true };

	if (clang_Cursor_isNull(init))
		return;
	l.func = arena_strdup(&u->scratch, facts_str(u->f, u->f->vars.v[id].name));
	lower_global_init(&l, id, clang_getCursorType(decl), init);
}

/* --- BTF ids: see prelude.c for how they come to be enums --- */

struct btf_enum {
	struct unit *u;
	struct fact_btf b;
	bool found;
};

/* "KIND:PREFIX:NAME" */
static bool parse_btf(struct unit *u, const char *text, struct fact_btf *b)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} kinds[] = {
		{ "set_start", FBTF_SET_START },
		{ "set_end", FBTF_SET_END },
		{ "list", FBTF_LIST },
		{ "id", FBTF_ID },
	};
	const char *prefix, *name;
	size_t i;

	if (strncmp(text, ANN_BTF, strlen(ANN_BTF)) != 0)
		return false;
	text += strlen(ANN_BTF);
	prefix = strchr(text, ':');
	name = prefix ? strchr(prefix + 1, ':') : NULL;
	if (!name)
		return false;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strlen(kinds[i].name) == (size_t)(prefix - text) &&
		    !strncmp(kinds[i].name, text, (size_t)(prefix - text)))
			break;
	if (i == ARRAY_SIZE(kinds))
		return false;
	b->kind = kinds[i].kind;
	b->prefix = facts_string_n(u->f, prefix + 1, (size_t)(name - prefix - 1));
	b->name = facts_string(u->f, name + 1);
	return true;
}

static enum CXChildVisitResult read_btf_enum(CXCursor c, CXCursor parent, CXClientData data)
{
	struct btf_enum *e = data;
	CXString s;

	(void)parent;
	switch (clang_getCursorKind(c)) {
	case CXCursor_AnnotateAttr:
		s = clang_getCursorSpelling(c);
		e->found |= parse_btf(e->u, clang_getCString(s), &e->b);
		clang_disposeString(s);
		break;
	case CXCursor_EnumConstantDecl:
		e->b.flags = clang_getEnumConstantDeclUnsignedValue(c);
		break;
	default:
		break;
	}
	return CXChildVisit_Continue;
}

static void walk_enum(struct unit *u, CXCursor c)
{
	struct btf_enum e = { .u = u };

	if (!clang_Cursor_hasAttrs(c))
		return;
	clang_visitChildren(c, read_btf_enum, &e);
	if (!e.found)
		return;
	e.b.loc = unit_loc(u, clang_getCursorLocation(c));
	vec_push(&u->f->btf, e.b);
}

/* --- The unit --- */

/*
 * A function of a header that other units call by its name, as no two can have it:
 * the header is a part of this unit (kernel/rcu/tree_plugin.h).
 */
static bool is_defined_here(struct unit *u, CXCursor c)
{
	return clang_isCursorDefinition(c) && clang_getCursorLinkage(c) == CXLinkage_External &&
	       !clang_Cursor_isFunctionInlined(c) && !unit_hides(u, c);
}

static enum CXChildVisitResult walk_decl(CXCursor c, CXCursor parent, CXClientData data)
{
	struct unit *u = data;
	enum CXCursorKind kind = clang_getCursorKind(c);
	const struct unit_file *file;

	(void)parent;
	if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl && kind != CXCursor_EnumDecl)
		return CXChildVisit_Continue;
	file = unit_file_of(u, clang_getCursorLocation(c));
	if (!file || !file->own) {
		if (file && kind == CXCursor_FunctionDecl && is_defined_here(u, c))
			unit_func(u, c);
		return CXChildVisit_Continue;
	}
	switch (kind) {
	case CXCursor_FunctionDecl:
		/* A declaration that nobody uses says nothing, but it may add an attribute. */
		if (clang_isCursorDefinition(c) ||
		    *pair_map_at(&u->func_names, unit_spelling(u, c), 0) != FACTS_NONE)
			unit_func(u, c);
		break;
	case CXCursor_VarDecl:
		if (clang_Cursor_getStorageClass(c) != CX_SC_Extern ||
		    clang_isCursorDefinition(c))
			unit_var(u, c, NULL);
		break;
	default:
		walk_enum(u, c);
		break;
	}
	return CXChildVisit_Continue;
}

void unit_walk(struct unit *u)
{
	size_t func = 0, var = 0;

	u->t_int = unit_type_int(u, 32, true);
	clang_visitChildren(clang_getTranslationUnitCursor(u->tu), walk_decl, u);
	/* What is met on the way joins the queues, until nothing new is met. */
	while (func < u->func_queue.n || var < u->var_queue.n) {
		if (func < u->func_queue.n)
			lower_function(u, u->func_queue.v[func++]);
		else
			lower_var(u, u->var_queue.v[var++]);
		arena_release(&u->scratch);
	}
	declare_params(u);
	settle_places(u);
	unit_emit_records(u);
}
