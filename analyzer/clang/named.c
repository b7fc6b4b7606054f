// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

/*
 * Declarations at file scope by name. Which of several is first in the source
 * depends on the order of the headers, so the first by place is taken: in the
 * order of files' names, then lines.
 */

struct named {
	const char *path;
	unsigned int line, col;
	CXCursor func; /* a null cursor: none is known, or it is a variable */
	bool is_func;
};

struct unit_names {
	struct word_table words;
	VEC(struct named) v; /* by word */
	struct pair_map path_ids;
	VEC(const char *) paths;
};

static const char *path_of(struct unit *u, CXFile file)
{
	struct unit_names *names = u->names;
	uint32_t *id = pair_map_at(&names->path_ids, (uintptr_t)file, 0);

	if (*id == FACTS_NONE) {
		CXString s = clang_getFileName(file);

		*id = (uint32_t)names->paths.n;
		vec_push(&names->paths, arena_strdup(&u->arena, clang_getCString(s)));
		clang_disposeString(s);
	}
	return names->paths.v[*id];
}

static bool is_before(const struct named *a, const struct named *b)
{
	int cmp = a->path == b->path ? 0 : strcmp(a->path, b->path);

	if (cmp)
		return cmp < 0;
	return a->line != b->line ? a->line < b->line : a->col < b->col;
}

static enum CXChildVisitResult note_name(CXCursor c, CXCursor parent, CXClientData data)
{
	struct unit *u = data;
	enum CXCursorKind kind = clang_getCursorKind(c);
	struct named n = { .func = clang_getNullCursor() };
	CXFile file = NULL;
	uint32_t id;
	CXString s;

	(void)parent;
	if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	clang_getExpansionLocation(clang_getCursorLocation(c), &file, &n.line, &n.col, NULL);
	if (!file)
		return CXChildVisit_Continue;
	n.path = path_of(u, file);
	n.is_func = kind == CXCursor_FunctionDecl;
	if (n.is_func)
		n.func = c;
	s = clang_getCursorSpelling(c);
	id = word_table_add(&u->names->words, clang_getCString(s), strlen(clang_getCString(s)));
	clang_disposeString(s);
	if (id == u->names->v.n)
		vec_push(&u->names->v, n);
	else if (is_before(&n, &u->names->v.v[id]))
		u->names->v.v[id] = n;
	return CXChildVisit_Continue;
}

/* What the shared headers declare by this name where the unit sees it. */
static bool find_shared(const struct unit *u, const char *name, struct named *best)
{
	const struct shared *s = u->shared;
	uint32_t word = s ? word_table_find(&s->names, name, strlen(name)) : FACTS_NONE;
	bool found = false;

	if (word == FACTS_NONE)
		return false;
	for (uint32_t i = 0; i < s->words[word].n_decls; i++) {
		const struct info_decl *d = &s->decls[s->words[word].decls + i];
		struct named n = { .path = s->text + s->files[d->file].path, .line = d->line,
				   .col = d->col, .func = clang_getNullCursor(),
				   .is_func = d->is_func };

		if (!u->seen[d->file] || (found && !is_before(&n, best)))
			continue;
		*best = n;
		found = true;
	}
	return found;
}

static bool find(struct unit *u, const char *name, struct named *ret)
{
	struct named shared;
	bool found;
	uint32_t id;

	if (!u->names) {
		u->names = xcalloc(1, sizeof(*u->names));
		word_table_init(&u->names->words);
		clang_visitChildren(clang_getTranslationUnitCursor(u->tu), note_name, u);
	}
	found = find_shared(u, name, &shared);
	id = word_table_find(&u->names->words, name, strlen(name));
	if (id == FACTS_NONE && !found)
		return false;
	*ret = id == FACTS_NONE || (found && is_before(&shared, &u->names->v.v[id])) ?
		       shared :
		       u->names->v.v[id];
	return true;
}

static bool is_func_of(CXCursor c, const char *name)
{
	CXString s = clang_getCursorSpelling(c);
	bool ret = clang_getCursorKind(c) == CXCursor_FunctionDecl &&
		   !strcmp(clang_getCString(s), name);

	clang_disposeString(s);
	return ret;
}

static enum CXChildVisitResult find_reference(CXCursor c, CXCursor parent, CXClientData data)
{
	CXCursor *ret = data;

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_DeclRefExpr)
		*ret = clang_getCanonicalCursor(clang_getCursorReferenced(c));
	return CXChildVisit_Recurse;
}

/* The function that the shared header refers to for units that have to find it. */
static CXCursor find_referred(const struct unit *u, const char *name)
{
	const struct shared *s = u->shared;
	uint32_t word = s ? word_table_find(&s->names, name, strlen(name)) : FACTS_NONE;
	CXCursor ret = clang_getNullCursor(), var;
	CXFile file;

	if (word == FACTS_NONE || !s->words[word].named)
		return ret;
	file = clang_getFile(u->tu, s->header);
	var = clang_getCursor(u->tu, clang_getLocation(u->tu, file, s->words[word].named, 1));
	clang_visitChildren(var, find_reference, &ret);
	return ret;
}

bool unit_named(struct unit *u, const char *name, CXCursor *ret)
{
	struct named n;
	CXFile file;

	if (!find(u, name, &n) || !n.is_func)
		return false;
	*ret = n.func;
	if (clang_Cursor_isNull(n.func)) {
		file = clang_getFile(u->tu, n.path);
		*ret = clang_getCursor(u->tu, clang_getLocation(u->tu, file, n.line, n.col));
	}
	if (is_func_of(*ret, name))
		return true;
	/* Of several declarations that one macro makes, it gives the first only. */
	*ret = find_referred(u, name);
	if (is_func_of(*ret, name))
		return true;
	u->unfit = arena_printf(
		&u->arena, "a cleanup function that a macro of a shared header declares: %s", name);
	return false;
}

bool unit_declared_at(struct unit *u, const char *name, struct fact_loc *ret)
{
	struct named n;

	if (!find(u, name, &n))
		return false;
	ret->file = unit_file_name(u, n.path);
	ret->line = ret->file ? n.line : 0;
	ret->col = ret->file ? n.col : 0;
	return true;
}

void unit_names_release(struct unit *u)
{
	if (!u->names)
		return;
	word_table_release(&u->names->words);
	vec_release(&u->names->v);
	pair_map_release(&u->names->path_ids);
	vec_release(&u->names->paths);
	free(u->names);
}
