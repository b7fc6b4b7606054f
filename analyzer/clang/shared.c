// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

#include "base/fs.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define ATTEMPTS 5 /* at headers that do not fit together */
#define HEX 32

struct info_head {
	char magic[8];
	char sum[HEX]; /* of all behind it */
	char pch[HEX];
	uint32_t n_files, n_words, n_decls, n_edges, n_roots, n_code, n_defs, n_users, n_text, n_deps;
};

static const char magic[8] = "relock\nH";

/* --- Making it --- */

struct pair {
	uint32_t a, b;
};

struct word_decl {
	uint32_t word;
	struct info_decl d;
};

struct build {
	const struct shared_group *g;
	struct arena arena;
	char *header;
	unsigned int prelude_lines;
	struct word_table words, paths;
	struct pair_map ids; /* CXFile to number of file */
	VEC(CXFile) files;
	VEC(struct pair) edges; /* from file to file */
	VEC(uint32_t) roots;
	VEC(struct pair) defs;	/* from word to file */
	VEC(struct pair) code;	/* from file to word */
	VEC(struct word_decl) decls;
	VEC(uint32_t) said_by;	/* by word: the last file that said it, or none */
	VEC(struct pair) users; /* from word to the macro whose body says it */
	uint32_t macro;		/* whose body is being read */
	uint32_t file;		/* being read */
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

	if (id == b->said_by.n)
		vec_push(&b->said_by, FACTS_NONE);
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
	if (strcmp(word_table_text(&b->paths, edge.a), b->header) != 0)
		vec_push(&b->edges, edge);
	else if (line <= b->prelude_lines)
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
	}
	clang_disposeString(s);
}

static void add_decl(struct build *b, CXCursor c)
{
	struct word_decl wd = { .d.is_func = clang_getCursorKind(c) == CXCursor_FunctionDecl };
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
	struct pair p = { b->file, id };

	if (kind == WORD_DEFINE) {
		b->macro = id;
	} else if (kind == WORD_BODY) {
		p.a = id;
		p.b = b->macro;
		vec_push(&b->users, p);
	}
	if (kind != WORD_CODE && kind != WORD_UNDEF)
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
	struct info_head head = { .n_files = n_files, .n_words = n_words };
	struct pair *edges, *code, *defs, *users;
	struct strbuf bytes = STRBUF_INIT;
	char sum[HEX + 1];

	qsort(b->defs.v, b->defs.n, sizeof(*b->defs.v), by_first);
	edges = index_pairs(b->edges.v, b->edges.n, n_files);
	code = index_pairs(b->code.v, b->code.n, n_files);
	users = index_pairs(b->users.v, b->users.n, n_words);
	defs = index_pairs(b->defs.v, b->defs.n, n_words);
	if (b->decls.n)
		qsort(b->decls.v, b->decls.n, sizeof(*b->decls.v), by_word);
	deps_encode(deps, &bytes);
	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.pch, pch, HEX);
	head.n_decls = (uint32_t)b->decls.n;
	head.n_edges = (uint32_t)b->edges.n;
	head.n_roots = (uint32_t)b->roots.n;
	head.n_code = (uint32_t)b->code.n;
	head.n_defs = (uint32_t)b->defs.n;
	head.n_users = (uint32_t)b->users.n;
	head.n_text = (uint32_t)(b->paths.text.len + b->words.text.len + strlen(b->header) + 1);
	head.n_deps = (uint32_t)bytes.len;
	strbuf_add(out, &head, sizeof(head));
	for (uint32_t i = 0; i < n_files; i++) {
		struct info_file f = { .path = b->paths.at.v[i] };
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
		struct info_word w = { .decls = decl,
				       .text = (uint32_t)b->paths.text.len + b->words.at.v[i],
				       .defs = defs[i].a, .n_defs = defs[i].b,
				       .users = users[i].a, .n_users = users[i].b };

		while (decl < b->decls.n && b->decls.v[decl].word == i)
			decl++;
		w.n_decls = decl - w.decls;
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
	strbuf_add(out, b->header, strlen(b->header) + 1);
	strbuf_add(out, bytes.buf, bytes.len);
	hash128_hex(out->buf + offsetof(struct info_head, pch),
		    out->len - offsetof(struct info_head, pch), sum);
	memcpy(out->buf + offsetof(struct info_head, sum), sum, HEX);
	strbuf_release(&bytes);
	free(edges);
	free(code);
	free(defs);
	free(users);
}

/* The text of the header itself: the prelude, then each header on a line of its own. */
static void write_text(struct build *b, const char *prelude, const bool *left_out,
		       struct strbuf *out)
{
	strbuf_addstr(out, prelude);
	b->prelude_lines = 0;
	for (const char *s = prelude; (s = strchr(s, '\n')); s++)
		b->prelude_lines++;
	for (size_t i = 0; i < b->g->headers.n; i++)
		strbuf_addf(out, left_out[i] ? "\n" : "#include <%s>\n", b->g->headers.v[i]);
}

struct find_line {
	CXFile file;
	unsigned int line;
};

static void find_includer(CXFile file, CXSourceLocation *stack, unsigned int n, CXClientData data)
{
	struct find_line *f = data;

	if (n && !f->line && clang_File_isEqual(file, f->file))
		clang_getFileLocation(stack[n - 1], NULL, &f->line, NULL, NULL);
}

/* Leaves out the headers that errors are in. Returns how many there are, -1 if it is not them. */
static int leave_out(struct build *b, CXTranslationUnit tu, bool *left_out)
{
	unsigned int n = clang_getNumDiagnostics(tu);
	int ret = 0;

	for (unsigned int i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(tu, i);
		struct find_line f = { NULL, 0 };
		CXString name;

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
			clang_getExpansionLocation(clang_getDiagnosticLocation(d), &f.file, &f.line,
						   NULL, NULL);
			name = clang_getFileName(f.file);
			if (!f.file || strcmp(clang_getCString(name), b->header) != 0) {
				f.line = 0;
				clang_getInclusions(tu, find_includer, &f);
			}
			clang_disposeString(name);
			if (f.line <= b->prelude_lines) {
				clang_disposeDiagnostic(d);
				return -1;
			}
			ret += !left_out[f.line - b->prelude_lines - 1];
			left_out[f.line - b->prelude_lines - 1] = true;
		}
		clang_disposeDiagnostic(d);
	}
	return ret;
}

static CXTranslationUnit parse_header(struct build *b, CXIndex index, const struct kbuild *kb)
{
	struct unit_args args;
	CXTranslationUnit tu = NULL;
	enum CXErrorCode code;

	unit_args_make(&args, &b->g->cu, kb, true);
	vec_push(&args.v, "-x");
	vec_push(&args.v, "c-header");
	code = clang_parseTranslationUnit2(index, b->header, args.v.v, (int)args.v.n, NULL, 0,
					   CXTranslationUnit_DetailedPreprocessingRecord |
						   CXTranslationUnit_ForSerialization,
					   &tu);
	unit_args_release(&args);
	return code ? NULL : tu;
}

/* Parses the headers, those that fit together. NULL: none do. */
static CXTranslationUnit parse_fitting(struct build *b, CXIndex index, const struct kbuild *kb,
				       const char *prelude, struct strbuf *text)
{
	bool *left_out = ARENA_ARRAY(&b->arena, bool, b->g->headers.n + 1);
	char hex[HEX + 1];

	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		CXTranslationUnit tu;
		struct stat st;
		int n;

		strbuf_reset(text);
		write_text(b, prelude, left_out, text);
		hash128_hex(text->buf, text->len, hex);
		/* What the file says never changes: others may be reading it. */
		b->header = arena_printf(&b->arena, "%s.%.8s.h", b->g->path, hex);
		if (stat(b->header, &st) && fs_write(b->header, text->buf, text->len))
			return NULL;
		tu = parse_header(b, index, kb);
		n = tu ? leave_out(b, tu, left_out) : -1;
		if (!n)
			return tu;
		if (tu)
			clang_disposeTranslationUnit(tu);
		if (n < 0)
			return NULL;
	}
	return NULL;
}

static void read_files(struct build *b, CXTranslationUnit tu, struct deps *deps)
{
	for (size_t i = 0; i < b->files.n; i++) {
		const char *path = word_table_text(&b->paths, (uint32_t)i);
		size_t size = 0;
		const char *text = clang_getFileContents(tu, b->files.v[i], &size);

		if (!text) {
			deps->unknown = true;
		} else if (!strcmp(path, b->header)) {
			deps_add_text(deps, text, size);
		} else {
			deps_add_file(deps, path, text, size);
			b->file = (uint32_t)i;
			words_scan(text, size, read_word, b);
		}
	}
}

static int hash_file(const char *path, char ret[static HEX + 1])
{
	struct strbuf sb = STRBUF_INIT;
	int err = fs_read(path, &sb);

	if (!err)
		hash128_hex(sb.buf, sb.len, ret);
	strbuf_release(&sb);
	return err;
}

/* Writes the precompiled header and what is known of it. */
static int write_out(struct build *b, CXTranslationUnit tu, const struct deps *deps)
{
	char *aside = arena_printf(&b->arena, "%s.pch.%d", b->g->path, (int)getpid());
	char *pch = arena_printf(&b->arena, "%s.pch", b->g->path);
	struct strbuf info = STRBUF_INIT;
	char hex[HEX + 1];
	int err;

	if (clang_saveTranslationUnit(tu, aside, CXSaveTranslationUnit_None))
		return -EIO;
	err = hash_file(aside, hex);
	if (!err) {
		encode(b, deps, hex, &info);
		err = rename(aside, pch) ? -errno : 0;
	}
	if (!err)
		err = fs_write(arena_printf(&b->arena, "%s.info", b->g->path), info.buf, info.len);
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
	vec_release(&b->users);
	arena_release(&b->arena);
}

int shared_build(const struct shared_group *g, const struct kbuild *kb, const char *prelude)
{
	struct build b = { .g = g };
	struct strbuf text = STRBUF_INIT;
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit tu;
	struct timespec since;
	struct deps deps;
	int err = -EINVAL;

	word_table_init(&b.words);
	word_table_init(&b.paths);
	clock_gettime(CLOCK_REALTIME, &since);
	deps_init(&deps, g->cu.directory, g->cu.argv);
	tu = parse_fitting(&b, index, kb, prelude, &text);
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
	strbuf_release(&text);
	build_release(&b);
	return err;
}

/* --- Using it --- */

static const void *part(const char **at, size_t n, size_t size)
{
	const void *ret = *at;

	*at += n * size;
	return ret;
}

/* Reads what is known of the header. @ret_pch gets the sum of the precompiled file. */
static int read_info(struct shared *s, const char *path, char ret_pch[static HEX + 1])
{
	struct info_head head;
	char sum[HEX + 1];
	const char *at;
	size_t from = offsetof(struct info_head, pch);

	s->path = arena_strdup(&s->arena, path);
	s->pch = arena_printf(&s->arena, "%s.pch", path);
	if (fs_read(arena_printf(&s->arena, "%s.info", path), &s->raw))
		return -ENOENT;
	if (s->raw.len < sizeof(head))
		return -EBADMSG;
	memcpy(&head, s->raw.buf, sizeof(head));
	hash128_hex(s->raw.buf + from, s->raw.len - from, sum);
	if (memcmp(head.magic, magic, sizeof(magic)) || memcmp(head.sum, sum, HEX))
		return -EBADMSG;
	memcpy(ret_pch, head.pch, HEX);
	ret_pch[HEX] = '\0';
	at = s->raw.buf + sizeof(head);
	s->files = part(&at, head.n_files, sizeof(*s->files));
	s->words = part(&at, head.n_words, sizeof(*s->words));
	s->decls = part(&at, head.n_decls, sizeof(*s->decls));
	s->edges = part(&at, head.n_edges, sizeof(uint32_t));
	s->roots = part(&at, head.n_roots, sizeof(uint32_t));
	s->code = part(&at, head.n_code, sizeof(uint32_t));
	s->defs = part(&at, head.n_defs, sizeof(uint32_t));
	s->users = part(&at, head.n_users, sizeof(uint32_t));
	s->text = part(&at, head.n_text, 1);
	s->n_files = head.n_files;
	s->n_words = head.n_words;
	s->n_roots = head.n_roots;
	s->header = s->text + head.n_text - 1;
	while (s->header > s->text && s->header[-1])
		s->header--;
	return deps_decode(&s->deps, at, head.n_deps);
}

void shared_close(struct shared *s)
{
	if (!s)
		return;
	word_table_release(&s->names);
	word_table_release(&s->paths);
	deps_release(&s->deps);
	deps_view_free(s->view);
	strbuf_release(&s->raw);
	arena_release(&s->arena);
	free(s);
}

static struct shared *shared_new(void)
{
	struct shared *s = xcalloc(1, sizeof(*s));

	strbuf_init(&s->raw);
	word_table_init(&s->names);
	word_table_init(&s->paths);
	return s;
}

struct shared *shared_open(const struct shared_group *g)
{
	struct shared *s = shared_new();
	char pch[HEX + 1];

	if (read_info(s, g->path, pch)) {
		shared_close(s);
		return NULL;
	}
	for (uint32_t i = 0; i < s->n_words; i++) {
		const char *word = s->text + s->words[i].text;

		word_table_add(&s->names, word, strlen(word));
	}
	for (uint32_t i = 0; i < s->n_files; i++) {
		const char *path = s->text + s->files[i].path;

		word_table_add(&s->paths, path, strlen(path));
	}
	s->view = deps_view_new();
	return s;
}

/* libclang wants the files to have the times that they had. */
static bool same_times(const struct shared *s)
{
	for (uint32_t i = 0; i < s->n_files; i++) {
		const struct info_file *f = &s->files[i];
		struct stat st;

		if (stat(s->text + f->path, &st) || st.st_size != f->size ||
		    st.st_mtim.tv_sec != f->sec || st.st_mtim.tv_nsec != f->nsec)
			return false;
	}
	return true;
}

bool shared_is_current(const struct shared_group *g)
{
	struct shared *s = shared_new();
	struct deps_view *view = deps_view_new();
	char want[HEX + 1], have[HEX + 1];
	bool ret;

	ret = !read_info(s, g->path, want) && !hash_file(s->pch, have) && !strcmp(want, have) &&
	      same_times(s) && deps_hold(&s->deps, view);
	/* The time of the last change says when it was used last. */
	if (ret)
		utimensat(AT_FDCWD, s->pch, NULL, 0);
	deps_view_free(view);
	shared_close(s);
	return ret;
}
