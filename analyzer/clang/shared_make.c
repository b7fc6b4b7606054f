// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

#include "base/fs.h"
#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Making a shared header: the precompiled one, and what is known of it. */

struct word_decl {
	uint32_t word;
	struct info_decl d;
};

struct build {
	struct shared_source *src;
	struct arena *arena;
	struct word_table words, paths;
	struct pair_map ids; /* CXFile to number of file */
	VEC(CXFile) files;
	VEC(struct pair) edges; /* from file to file */
	VEC(uint32_t) roots;
	VEC(struct pair) defs; /* from word to file */
	VEC(struct pair) code; /* from file to word */
	VEC(struct word_decl) decls;
	VEC(uint32_t) said_by;	/* by word: the last file that said it, or none */
	VEC(bool) other;	/* by word: it is a macro for something else than itself */
	VEC(bool) object;	/* by word: it is a macro without arguments */
	VEC(bool) no_text;	/* by word: it is a macro that makes no text */
	VEC(struct pair) users; /* from word to the macro whose body says it */
	uint32_t macro;		/* whose body is being read */
	uint32_t file;		/* being read */
	const char *text, *end; /* of that file */
	struct text_parts skipped;
};

static uint32_t file_id(struct build *b, CXFile file)
{
	uint32_t *id = pair_map_at(&b->ids, (uintptr_t)file, 0);
	CXString s;

	if (*id != FACTS_NONE)
		return *id;
	s = clang_getFileName(file);
	*id = word_table_add(&b->paths, clang_getCString(s), strlen(clang_getCString(s)));
	clang_disposeString(s);
	if (*id == b->files.n)
		vec_push(&b->files, file);
	return *id;
}

static uint32_t word_id(struct build *b, const char *word, size_t len)
{
	uint32_t id = word_table_add(&b->words, word, len);

	if (id == b->said_by.n) {
		vec_push(&b->said_by, FACTS_NONE);
		vec_push(&b->other, false);
		vec_push(&b->object, false);
		vec_push(&b->no_text, false);
	}
	return id;
}

static void add_included(struct build *b, CXCursor c)
{
	CXFile to = clang_getIncludedFile(c), from = NULL;
	unsigned int line = 0;
	struct pair edge;

	if (!to)
		return;
	clang_getFileLocation(clang_getCursorLocation(c), &from, &line, NULL, NULL);
	edge.b = file_id(b, to);
	if (!from) {
		vec_push(&b->roots, edge.b);
		return;
	}
	edge.a = file_id(b, from);
	if (strcmp(word_table_text(&b->paths, edge.a), b->src->header) != 0)
		vec_push(&b->edges, edge);
	else if (line <= b->src->prelude_lines)
		vec_push(&b->roots, edge.b);
}

static void add_macro(struct build *b, CXCursor c)
{
	CXString s = clang_getCursorSpelling(c);
	const char *name = clang_getCString(s);
	CXFile file = NULL;
	struct pair def;

	clang_getFileLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
	if (file) {
		def.a = word_id(b, name, strlen(name));
		def.b = file_id(b, file);
		vec_push(&b->defs, def);
		if (!clang_Cursor_isMacroFunctionLike(c))
			b->object.v[def.a] = true;
	}
	clang_disposeString(s);
}

static void add_decl(struct build *b, CXCursor c)
{
	struct word_decl wd = {.d.is_func = clang_getCursorKind(c) == CXCursor_FunctionDecl};
	CXFile file = NULL;
	CXString s;

	clang_getExpansionLocation(clang_getCursorLocation(c), &file, &wd.d.line, &wd.d.col, NULL);
	if (!file)
		return;
	wd.d.file = file_id(b, file);
	s = clang_getCursorSpelling(c);
	wd.word = word_id(b, clang_getCString(s), strlen(clang_getCString(s)));
	clang_disposeString(s);
	vec_push(&b->decls, wd);
}

static enum CXChildVisitResult visit_entity(CXCursor c, CXCursor parent, CXClientData data)
{
	struct build *b = data;

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_InclusionDirective)
		add_included(b, c);
	else if (clang_getCursorKind(c) == CXCursor_MacroDefinition)
		add_macro(b, c);
	else if (clang_getCursorKind(c) == CXCursor_FunctionDecl ||
		 clang_getCursorKind(c) == CXCursor_VarDecl)
		add_decl(b, c);
	return CXChildVisit_Continue;
}

static void add_entered(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	file_id(data, file);
}

static void read_word(void *data, enum word_kind kind, const char *word, size_t len)
{
	struct build *b = data;
	uint32_t id = word_id(b, word, len);
	struct pair p = {b->file, id};

	if (kind == WORD_DEFINE || kind == WORD_DEFINE_SAME) {
		b->macro = id;
		if (kind == WORD_DEFINE)
			b->other.v[id] = true;
	}
	/* What was not compiled here is not where a unit has these headers, as conditions count. */
	if (parts_quiet(kind) &&
	    parts_have(&b->skipped, b->files.v[b->file], (unsigned int)(word - b->text)))
		return;
	if (kind == WORD_DEFINE && !words_defines_text(word, b->end))
		b->no_text.v[id] = true;
	if (kind == WORD_BODY) {
		p.a = id;
		p.b = b->macro;
		vec_push(&b->users, p);
	}
	if (kind != WORD_CODE && kind != WORD_CONDITION && kind != WORD_UNDEF)
		return;
	if (b->said_by.v[id] != b->file)
		vec_push(&b->code, p);
	b->said_by.v[id] = b->file;
}

static int by_first(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->a != y->a ? (x->a < y->a ? -1 : 1) : x->b < y->b ? -1 : x->b > y->b;
}

static int by_word(const void *a, const void *b)
{
	const struct word_decl *x = a, *y = b;

	return x->word != y->word ? (x->word < y->word ? -1 : 1) : 0;
}

/* Where the pairs of each @n begin and how many there are. Their order stays but for the first. */
static struct pair *index_pairs(const struct pair *v, size_t n_pairs, uint32_t n)
{
	struct pair *ret = xcalloc(n + 1, sizeof(*ret));

	for (size_t i = 0; i < n_pairs; i++)
		ret[v[i].a].b++;
	for (uint32_t i = 1; i < n; i++)
		ret[i].a = ret[i - 1].a + ret[i - 1].b;
	return ret;
}

/* The second of each pair, by the first, in their order otherwise. */
static void put_seconds(struct strbuf *out, const struct pair *v, size_t n_pairs,
			const struct pair *index, uint32_t n)
{
	uint32_t *ret = xcalloc(n_pairs + 1, sizeof(*ret)), *used = xcalloc(n + 1, sizeof(*used));

	for (size_t i = 0; i < n_pairs; i++)
		ret[index[v[i].a].a + used[v[i].a]++] = v[i].b;
	strbuf_add(out, ret, n_pairs * sizeof(*ret));
	free(ret);
	free(used);
}

static void encode(struct build *b, const struct deps *deps, const char *pch, struct strbuf *out)
{
	uint32_t n_files = (uint32_t)b->files.n, n_words = (uint32_t)b->words.at.n;
	struct info_head head = {.n_files = n_files, .n_words = n_words};
	uint32_t *named = xcalloc(n_words + 1, sizeof(*named));
	struct pair *edges, *code, *defs, *users;
	struct strbuf bytes = STRBUF_INIT;
	char sum[SHARED_HEX + 1];

	for (uint32_t i = 0; i < b->src->named.n; i++) {
		uint32_t word =
			word_table_find(&b->words, b->src->named.v[i], strlen(b->src->named.v[i]));

		if (word != FACTS_NONE)
			named[word] = b->src->named_line + i;
	}
	qsort(b->defs.v, b->defs.n, sizeof(*b->defs.v), by_first);
	edges = index_pairs(b->edges.v, b->edges.n, n_files);
	code = index_pairs(b->code.v, b->code.n, n_files);
	users = index_pairs(b->users.v, b->users.n, n_words);
	defs = index_pairs(b->defs.v, b->defs.n, n_words);
	if (b->decls.n)
		qsort(b->decls.v, b->decls.n, sizeof(*b->decls.v), by_word);
	deps_encode(deps, &bytes);
	memcpy(head.magic, SHARED_MAGIC, sizeof(head.magic));
	memcpy(head.pch, pch, SHARED_HEX);
	head.n_decls = (uint32_t)b->decls.n;
	head.n_edges = (uint32_t)b->edges.n;
	head.n_roots = (uint32_t)b->roots.n;
	head.n_code = (uint32_t)b->code.n;
	head.n_defs = (uint32_t)b->defs.n;
	head.n_users = (uint32_t)b->users.n;
	head.n_text =
		(uint32_t)(b->paths.text.len + b->words.text.len + strlen(b->src->header) + 1);
	head.n_deps = (uint32_t)bytes.len;
	strbuf_add(out, &head, sizeof(head));
	for (uint32_t i = 0; i < n_files; i++) {
		struct info_file f = {.path = b->paths.at.v[i]};
		struct stat st;

		if (stat(word_table_text(&b->paths, i), &st) == 0) {
			f.size = st.st_size;
			f.sec = st.st_mtim.tv_sec;
			f.nsec = st.st_mtim.tv_nsec;
		}
		f.edges = edges[i].a;
		f.n_edges = edges[i].b;
		f.code = code[i].a;
		f.n_code = code[i].b;
		strbuf_add(out, &f, sizeof(f));
	}
	for (uint32_t i = 0, decl = 0; i < n_words; i++) {
		struct info_word w = {.decls = decl,
				      .text = (uint32_t)b->paths.text.len + b->words.at.v[i],
				      .defs = defs[i].a,
				      .n_defs = defs[i].b,
				      .users = users[i].a,
				      .n_users = users[i].b};

		while (decl < b->decls.n && b->decls.v[decl].word == i)
			decl++;
		w.n_decls = decl - w.decls;
		w.named = named[i];
		w.itself = !b->other.v[i];
		w.object = b->object.v[i];
		w.no_text = b->no_text.v[i];
		strbuf_add(out, &w, sizeof(w));
	}
	for (size_t i = 0; i < b->decls.n; i++)
		strbuf_add(out, &b->decls.v[i].d, sizeof(b->decls.v[i].d));
	put_seconds(out, b->edges.v, b->edges.n, edges, n_files);
	strbuf_add(out, b->roots.v, b->roots.n * sizeof(*b->roots.v));
	put_seconds(out, b->code.v, b->code.n, code, n_files);
	put_seconds(out, b->defs.v, b->defs.n, defs, n_words);
	put_seconds(out, b->users.v, b->users.n, users, n_words);
	strbuf_add(out, b->paths.text.buf, b->paths.text.len);
	strbuf_add(out, b->words.text.buf, b->words.text.len);
	strbuf_add(out, b->src->header, strlen(b->src->header) + 1);
	strbuf_add(out, bytes.buf, bytes.len);
	hash128_hex(out->buf + offsetof(struct info_head, pch),
		    out->len - offsetof(struct info_head, pch), sum);
	memcpy(out->buf + offsetof(struct info_head, sum), sum, SHARED_HEX);
	strbuf_release(&bytes);
	free(named);
	free(edges);
	free(code);
	free(defs);
	free(users);
}

static void read_files(struct build *b, CXTranslationUnit tu, struct deps *deps)
{
	parts_skipped(tu, &b->skipped);
	for (size_t i = 0; i < b->files.n; i++) {
		const char *path = word_table_text(&b->paths, (uint32_t)i);
		size_t size = 0;
		const char *text = clang_getFileContents(tu, b->files.v[i], &size);

		if (!text) {
			deps->unknown = true;
		} else if (!strcmp(path, b->src->header)) {
			deps_add_text(deps, text, size);
		} else {
			deps_add_file(deps, path, text, size);
			b->file = (uint32_t)i;
			b->text = text;
			b->end = text + size;
			words_scan(text, size, read_word, b);
		}
	}
}

/* Writes the precompiled header and what is known of it. */
static int write_out(struct build *b, CXTranslationUnit tu, const struct deps *deps)
{
	char *aside = arena_printf(b->arena, "%s.pch.%d", b->src->g->path, (int)getpid());
	char *pch = arena_printf(b->arena, "%s.pch", b->src->g->path);
	struct strbuf info = STRBUF_INIT;
	char hex[SHARED_HEX + 1];
	int err;

	if (clang_saveTranslationUnit(tu, aside, CXSaveTranslationUnit_None))
		return -EIO;
	err = shared_hash_file(aside, hex);
	if (!err) {
		encode(b, deps, hex, &info);
		err = rename(aside, pch) ? -errno : 0;
	}
	if (!err)
		err = fs_write(arena_printf(b->arena, "%s.info", b->src->g->path), info.buf,
			       info.len);
	else
		unlink(aside);
	strbuf_release(&info);
	return err;
}

static void build_release(struct build *b)
{
	word_table_release(&b->words);
	word_table_release(&b->paths);
	pair_map_release(&b->ids);
	vec_release(&b->files);
	vec_release(&b->edges);
	vec_release(&b->roots);
	vec_release(&b->defs);
	vec_release(&b->code);
	vec_release(&b->decls);
	vec_release(&b->said_by);
	vec_release(&b->other);
	vec_release(&b->object);
	vec_release(&b->no_text);
	parts_release(&b->skipped);
	vec_release(&b->users);
}

int shared_build(const struct shared_group *g, const struct kbuild *kb, const char *prelude)
{
	CXIndex index = clang_createIndex(0, 0);
	struct arena arena = ARENA_INIT;
	struct shared_source src = {
		.g = g, .kb = kb, .prelude = prelude, .index = index, .arena = &arena};
	struct build b = {.src = &src, .arena = &arena};
	CXTranslationUnit tu;
	struct timespec since;
	struct deps deps;
	int err = -EINVAL;

	word_table_init(&b.words);
	word_table_init(&b.paths);
	clock_gettime(CLOCK_REALTIME, &since);
	deps_init(&deps, g->cu.directory, g->cu.argv);
	tu = shared_parse(&src);
	if (tu) {
		clang_visitChildren(clang_getTranslationUnitCursor(tu), visit_entity, &b);
		clang_getInclusions(tu, add_entered, &b);
		read_files(&b, tu, &deps);
		if (deps_finish(&deps, &since))
			err = write_out(&b, tu, &deps);
		clang_disposeTranslationUnit(tu);
	}
	deps_release(&deps);
	clang_disposeIndex(index);
	build_release(&b);
	vec_release(&src.named);
	arena_release(&arena);
	return err;
}
