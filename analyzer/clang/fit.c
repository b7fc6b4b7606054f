// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

/*
 * Whether a unit parsed on shared headers means what it means when its headers
 * are parsed in their own order, each once it is included:
 *
 * - a macro that the unit or a header of its own defines must not be one that a
 *   shared header, included after it, looks at;
 * - no macro of a shared header that the unit does not include, or not yet, may
 *   be named like anything in the unit.
 *
 * What such a header declares is hidden (place.c).
 */

/* A macro of the unit's own whose body says one of a header that the unit does not include. */
struct fit_body {
	const char *macro;
	size_t len;
};

/* Where something of the unit's own is. */
struct fit_place {
	unsigned int main; /* offset in the main file: there, or of the #include that leads there */
	CXFile file;
	unsigned int offset;
};

struct fit {
	struct unit *u;
	const struct shared *s;
	struct fit_place *since; /* by file: where it is included first; roots: before everything */
	struct pair_map own;	 /* CXFile of the unit's own to its offset in the main file */
	struct fit_place at;	 /* of the text that is being looked through */
	const char *text;
	size_t size;
	bool *defined; /* by word: a macro of the unit's own, so far */
	unsigned int *own_def; /* by word: where the main file defines it first, + 1; 0: nowhere */
	VEC(struct fit_body) bodies;
	struct fit_body body;		     /* that is being read */
	struct text_parts skipped, expanded; /* if known */
	bool skipped_known, expanded_known;
	size_t n_defined;
	VEC(uint32_t) todo;
};

static bool unfit(struct fit *f, const char *why, const char *what)
{
	if (!f->u->unfit)
		f->u->unfit = arena_printf(&f->u->arena, "%s %s", why, what);
	return false;
}

static const char *word_text(const struct shared *s, uint32_t word)
{
	return s->text + s->words[word].text;
}

static void check_file(struct fit *f, uint32_t file)
{
	const struct info_file *i = &f->s->files[file];

	for (uint32_t k = 0; f->n_defined && k < i->n_code; k++)
		if (f->defined[f->s->code[i->code + k]])
			unfit(f, f->s->text + i->path,
			      word_text(f->s, f->s->code[i->code + k]));
}

/* The unit includes @file at @at, and so all that this one includes. */
static void see(struct fit *f, uint32_t file, const struct fit_place *at)
{
	const struct shared *s = f->s;

	if (f->u->seen[file])
		return;
	f->u->seen[file] = true;
	f->since[file] = *at;
	vec_push(&f->todo, file);
	while (f->todo.n) {
		const struct info_file *i = &s->files[f->todo.v[--f->todo.n]];

		check_file(f, (uint32_t)(i - s->files));
		for (uint32_t k = 0; k < i->n_edges; k++) {
			uint32_t to = s->edges[i->edges + k];

			if (f->u->seen[to])
				continue;
			f->u->seen[to] = true;
			f->since[to] = *at;
			vec_push(&f->todo, to);
		}
	}
}

/* Where in the main file the text of @file, one of the unit's own, comes in. */
static unsigned int main_offset(struct fit *f, CXFile file)
{
	uint32_t known = *pair_map_at(&f->own, (uintptr_t)file, 0);

	return known == FACTS_NONE ? 0 : known;
}

static void meet_include(struct fit *f, CXCursor c)
{
	CXFile file = clang_getIncludedFile(c);
	struct fit_place at = { 0 };
	uint32_t id, *own;
	CXString s;

	if (!file)
		return;
	clang_getFileLocation(clang_getCursorLocation(c), &at.file, NULL, NULL, &at.offset);
	at.main = at.file == f->u->main_file ? at.offset : main_offset(f, at.file);
	s = clang_getFileName(file);
	id = word_table_find(&f->s->paths, clang_getCString(s), strlen(clang_getCString(s)));
	clang_disposeString(s);
	if (id != FACTS_NONE)
		see(f, id, &at);
	own = pair_map_at(&f->own, (uintptr_t)file, 0);
	if (*own == FACTS_NONE)
		*own = at.main;
}

/*
 * The macro means something else now, and so do those that are made of it. A
 * text that became another text changes nothing in the facts (lower_string()), if
 * the headers have nothing else for it.
 */
static void define(struct fit *f, uint32_t word, bool text)
{
	VEC(uint32_t) todo = { 0 };

	vec_push(&todo, word);
	while (todo.n) {
		const struct info_word *w;

		word = todo.v[--todo.n];
		if (f->defined[word])
			continue;
		f->defined[word] = true;
		f->n_defined++;
		w = &f->s->words[word];
		for (uint32_t i = 0; i < w->n_users && !text; i++)
			vec_push(&todo, f->s->users[w->users + i]);
	}
	vec_release(&todo);
}

static void meet_macro(struct fit *f, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *name = clang_getCString(s);
	uint32_t id = word_table_find(&f->s->names, name, strlen(name));
	unsigned int offset;
	const char *text;
	size_t size = 0;
	CXFile file;

	clang_disposeString(s);
	if (id == FACTS_NONE)
		return;
	clang_getFileLocation(clang_getCursorLocation(c), &file, NULL, NULL, &offset);
	text = file ? clang_getFileContents(f->u->tu, file, &size) : NULL;
	define(f, id,
	       !f->s->words[id].no_text && text && offset < size &&
		       words_defines_text(text + offset, text + size));
	if (file == f->u->main_file && !f->own_def[id])
		f->own_def[id] = offset + 1;
}

static enum CXChildVisitResult visit_entity(CXCursor c, CXCursor parent, CXClientData data)
{
	struct fit *f = data;

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_InclusionDirective)
		meet_include(f, c);
	else if (clang_getCursorKind(c) == CXCursor_MacroDefinition)
		meet_macro(f, c);
	else if (!clang_isPreprocessing(clang_getCursorKind(c)))
		return CXChildVisit_Break;
	return CXChildVisit_Continue;
}

/* Whether shared header @file is included behind the word at @offset of the text. */
static bool is_behind(const struct fit *f, uint32_t file, unsigned int offset)
{
	const struct fit_place *since = &f->since[file];
	unsigned int main = f->at.file == f->u->main_file ? offset : f->at.main;

	if (since->main != main)
		return since->main > main;
	return since->file == f->at.file && since->offset > offset;
}

static bool is_skipped(struct fit *f, enum word_kind kind, unsigned int offset)
{
	if (!parts_quiet(kind))
		return false;
	if (!f->skipped_known)
		parts_skipped(f->u->tu, &f->skipped);
	f->skipped_known = true;
	return parts_have(&f->skipped, f->at.file, offset);
}

/*
 * Can a macro that takes arguments not be one where the word that ends before @next is? Within
 * another macro's arguments what follows it there may not be what follows it in the end.
 */
static bool has_no_arguments(struct fit *f, unsigned int offset, size_t len)
{
	const char *end = f->text + f->size;
	const char *next = words_skip_space(f->text + offset + len, end);

	if (next == end || strchr("(#\\", *next))
		return false;
	if (!f->expanded_known)
		parts_expanded(f->u->tu, &f->expanded);
	f->expanded_known = true;
	return !parts_have(&f->expanded, f->at.file, offset);
}

/* Did the main file define the macro @id of its own before that place? */
static bool is_own_by_then(const struct fit *f, uint32_t id, unsigned int offset)
{
	unsigned int main = f->at.file == f->u->main_file ? offset : f->at.main;

	return f->own_def[id] && f->own_def[id] - 1 <= main;
}

/*
 * Whether the word means the same although a header that is not there yet, or
 * never, has a macro of this name.
 */
static bool means_same(struct fit *f, enum word_kind kind, uint32_t id, unsigned int offset,
		       size_t len, bool never)
{
	if (is_skipped(f, kind, offset))
		return true;
	if (kind == WORD_CODE && !f->s->words[id].object && has_no_arguments(f, offset, len))
		return true;
	if (!never)
		return false;
	if (is_own_by_then(f, id, offset))
		return true;
	/* It matters if that macro is used: check_bodies(). */
	if (kind == WORD_BODY)
		vec_push(&f->bodies, f->body);
	return kind == WORD_BODY;
}

static void check_word(void *data, enum word_kind kind, const char *word, size_t len)
{
	struct fit *f = data;
	uint32_t id = word_table_find(&f->s->names, word, len);
	unsigned int offset = (unsigned int)(word - f->text);
	bool hidden = false, seen = false, early = true;
	const struct info_word *w;

	if (kind == WORD_DEFINE)
		f->body = (struct fit_body){word, len};
	if (id == FACTS_NONE)
		return;
	w = &f->s->words[id];
	/* Only who asks whether there is such a macro sees a difference. */
	if (w->itself && kind == WORD_CODE)
		return;
	for (uint32_t i = 0; i < w->n_defs; i++) {
		uint32_t file = f->s->defs[w->defs + i];

		if (!f->u->seen[file]) {
			hidden = true;
			continue;
		}
		seen = true;
		early &= is_behind(f, file, offset);
	}
	if (hidden && !seen && !means_same(f, kind, id, offset, len, true))
		unfit(f, "macro of a header that is not included:", word_text(f->s, id));
	/* What a macro stands for is looked at where it is used; a #define is met by itself. */
	else if (seen && early && kind != WORD_BODY && kind != WORD_DEFINE &&
		 kind != WORD_DEFINE_SAME && !means_same(f, kind, id, offset, len, false))
		unfit(f, "macro of a header that is included later:", word_text(f->s, id));
}

static void check_text(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	struct fit *f = data;
	size_t size = 0;

	f->text = clang_getFileContents(f->u->tu, file, &size);
	f->size = size;
	f->at = (struct fit_place){ .file = file, .main = main_offset(f, file) };
	if (f->text)
		words_scan(f->text, size, check_word, f);
}

/* Whether a word uses one of f->bodies, which then has to mean what it means in a plain parse. */
static void check_body_word(void *data, enum word_kind kind, const char *word, size_t len)
{
	struct fit *f = data;

	if (kind == WORD_DEFINE || kind == WORD_UNDEF)
		return;
	for (size_t i = 0; i < f->bodies.n; i++)
		if (f->bodies.v[i].len == len && !memcmp(f->bodies.v[i].macro, word, len))
			unfit(f, "macro of a header that is not included in",
			      arena_strndup(&f->u->arena, word, len));
}

static void check_body_text(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	struct fit *f = data;
	size_t size = 0;
	const char *text = clang_getFileContents(f->u->tu, file, &size);

	if (text)
		words_scan(text, size, check_body_word, f);
}

/* Whether macros of the unit's own that are made of what it does not include are used nowhere. */
static void check_bodies(struct fit *f)
{
	for (size_t i = 0; i < f->bodies.n; i++)
		if (word_table_find(&f->s->names, f->bodies.v[i].macro, f->bodies.v[i].len) !=
		    FACTS_NONE)
			unfit(f, "macro of a header that is not included in",
			      arena_strndup(&f->u->arena, f->bodies.v[i].macro,
					    f->bodies.v[i].len));
	if (f->bodies.n && !f->u->unfit)
		clang_getInclusions(f->u->tu, check_body_text, f);
}

static bool is_hidden(const struct unit *u, const char *path)
{
	uint32_t id = u->seen ? word_table_find(&u->shared->paths, path, strlen(path)) : FACTS_NONE;

	return id != FACTS_NONE && !u->seen[id];
}

bool unit_hides(struct unit *u, CXCursor c)
{
	CXFile file = NULL;
	uint32_t *known;
	CXString s;

	if (!u->shared || clang_Cursor_isNull(c))
		return false;
	clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
	if (!file)
		return false;
	known = pair_map_at(&u->hidden_files, (uintptr_t)file, 0);
	if (*known == FACTS_NONE) {
		s = clang_getFileName(file);
		*known = is_hidden(u, clang_getCString(s));
		clang_disposeString(s);
	}
	return *known != 0;
}

bool unit_hides_macro(struct unit *u, const char *name, size_t len)
{
	const struct shared *s = u->shared;
	uint32_t id = s && u->seen ? word_table_find(&s->names, name, len) : FACTS_NONE;

	if (id == FACTS_NONE || !s->words[id].itself || !s->words[id].n_defs)
		return false;
	for (uint32_t i = 0; i < s->words[id].n_defs; i++)
		if (u->seen[s->defs[s->words[id].defs + i]])
			return false;
	return true;
}

bool fit_command(struct unit *u)
{
	struct deps d;
	bool ret;

	deps_init(&d, u->cu->directory, u->cu->argv);
	ret = deps_fit(&d, &u->shared->deps, u->shared->view);
	if (!ret)
		u->unfit = "a folder of its own has a header that the shared ones look for";
	deps_release(&d);
	return ret;
}

bool fit_unit(struct unit *u)
{
	struct fit f = { .u = u, .s = u->shared };
	struct fit_place first = { 0 };

	u->seen = ARENA_ARRAY(&u->arena, bool, f.s->n_files);
	f.defined = ARENA_ARRAY(&u->arena, bool, f.s->n_words);
	f.own_def = ARENA_ARRAY(&u->arena, unsigned int, f.s->n_words);
	f.since = ARENA_ARRAY(&u->arena, struct fit_place, f.s->n_files);
	for (uint32_t i = 0; i < f.s->n_roots; i++)
		see(&f, f.s->roots[i], &first);
	clang_visitChildren(clang_getTranslationUnitCursor(u->tu), visit_entity, &f);
	if (!u->unfit)
		clang_getInclusions(u->tu, check_text, &f);
	if (!u->unfit)
		check_bodies(&f);
	parts_release(&f.skipped);
	parts_release(&f.expanded);
	vec_release(&f.bodies);
	vec_release(&f.todo);
	pair_map_release(&f.own);
	return !u->unfit;
}
