// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"
#include "clang/unit.h"

#include "base/fs.h"
#include "base/hash.h"

/* Parsing the headers of a group: which of them, and what else the precompiled header says. */

#define ATTEMPTS 5 /* at headers that do not fit together */

/*
 * The text of the header itself: the prelude, then each header on a line of its
 * own, then a line for each function that can be found in no other way.
 */
static void write_text(struct shared_source *s, struct strbuf *out)
{
	const char *line = s->prelude;

	strbuf_addstr(out, s->prelude);
	for (s->prelude_lines = 0; (line = strchr(line, '\n')); line++)
		s->prelude_lines++;
	for (size_t i = 0; i < s->g->headers.n; i++)
		strbuf_addf(out, s->left_out[i] ? "\n" : "#include <%s>\n", s->g->headers.v[i]);
	s->named_line = s->prelude_lines + (unsigned int)s->g->headers.n + 1;
	for (size_t i = 0; i < s->named.n; i++)
		strbuf_addf(out, "static void *const __relock_named_%zu = (void *)%s;\n", i,
			    s->named.v[i]);
}

/* The header that line @line of the text includes; or NULL. */
static bool *header_at(struct shared_source *s, unsigned int line)
{
	return line > s->prelude_lines && line < s->named_line
		       ? &s->left_out[line - s->prelude_lines - 1]
		       : NULL;
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

/* The line of the text that an error comes from. */
static unsigned int error_line(const struct shared_source *s, CXTranslationUnit tu, CXDiagnostic d)
{
	struct find_line f = {NULL, 0};
	CXString name;

	clang_getExpansionLocation(clang_getDiagnosticLocation(d), &f.file, &f.line, NULL, NULL);
	name = clang_getFileName(f.file);
	if (!f.file || strcmp(clang_getCString(name), s->header) != 0) {
		f.line = 0;
		clang_getInclusions(tu, find_includer, &f);
	}
	clang_disposeString(name);
	return f.line;
}

/*
 * Leaves out the headers that errors are in. Returns 0 if there are no errors,
 * 1 if it left some out, -1 if that cannot help.
 */
static int leave_out_errors(struct shared_source *s, CXTranslationUnit tu)
{
	unsigned int n = clang_getNumDiagnostics(tu);
	int ret = 0;

	for (unsigned int i = 0; i < n && ret >= 0; i++) {
		CXDiagnostic d = clang_getDiagnostic(tu, i);
		bool *header;

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
			header = header_at(s, error_line(s, tu, d));
			ret = header ? 1 : -1;
			if (header)
				*header = true;
		}
		clang_disposeDiagnostic(d);
	}
	return ret;
}

/* Writes the header's text and parses it, with functions' @bodies or without; NULL on failure. */
static CXTranslationUnit parse_text(struct shared_source *s, bool bodies)
{
	unsigned int options = CXTranslationUnit_DetailedPreprocessingRecord;
	struct strbuf text = STRBUF_INIT;
	CXTranslationUnit tu = NULL;
	char hex[SHARED_HEX + 1];
	struct unit_args args;
	struct stat st;

	options |=
		bodies ? CXTranslationUnit_ForSerialization : CXTranslationUnit_SkipFunctionBodies;
	write_text(s, &text);
	hash128_hex(text.buf, text.len, hex);
	/* What the file says never changes: others may be reading it. */
	s->header = arena_printf(s->arena, "%s.%.8s.h", s->g->path, hex);
	if (stat(s->header, &st) == 0 || fs_write(s->header, text.buf, text.len) == 0) {
		unit_args_make(&args, &s->g->cu, s->kb, true);
		vec_push(&args.v, "-x");
		vec_push(&args.v, "c-header");
		if (clang_parseTranslationUnit2(s->index, s->header, args.v.v, (int)args.v.n, NULL,
						0, options, &tu))
			tu = NULL;
		unit_args_release(&args);
	}
	strbuf_release(&text);
	return tu;
}

/* Parses the headers, those that fit together. NULL: none do. */
static CXTranslationUnit parse_fitting(struct shared_source *s, bool bodies)
{
	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		CXTranslationUnit tu = parse_text(s, bodies);
		int bad = tu ? leave_out_errors(s, tu) : -1;

		if (!bad)
			return tu;
		if (tu)
			clang_disposeTranslationUnit(tu);
		if (bad < 0)
			return NULL;
	}
	return NULL;
}

/* What the headers include, and the functions that have to be referred to. */
struct first_look {
	struct shared_source *src;
	CXTranslationUnit tu;
	struct pair_map ids; /* CXFile to number of file */
	VEC(CXFile) files;
	VEC(struct pair) edges;	   /* from file to file */
	VEC(struct pair) includes; /* from line of the text to file */
	VEC(const char *) named;
	VEC(uint32_t) named_in; /* file of each */
	CXFile file;		/* of the declaration before, and what is in it */
	const char *text;
	size_t size;
};

static uint32_t look_id(struct first_look *l, CXFile file)
{
	uint32_t *id = pair_map_at(&l->ids, (uintptr_t)file, 0);

	if (*id == FACTS_NONE) {
		*id = (uint32_t)l->files.n;
		vec_push(&l->files, file);
	}
	return *id;
}

static void look_at_include(struct first_look *l, CXCursor c)
{
	CXFile to = clang_getIncludedFile(c), from = NULL;
	struct pair edge;
	bool top;
	CXString s;

	clang_getFileLocation(clang_getCursorLocation(c), &from, &edge.a, NULL, NULL);
	if (!to)
		return;
	edge.b = look_id(l, to);
	s = clang_getFileName(from);
	top = !from || !strcmp(clang_getCString(s), l->src->header);
	clang_disposeString(s);
	if (top) {
		vec_push(&l->includes, edge);
		return;
	}
	edge.a = look_id(l, from);
	vec_push(&l->edges, edge);
}

/* Whether @c, a function, could be the cleanup of a variable: void f(T *). */
static bool may_clean_up(CXCursor c)
{
	CXType t = clang_getCursorType(c);

	return clang_getNumArgTypes(t) == 1 && clang_getResultType(t).kind == CXType_Void &&
	       clang_getArgType(t, 0).kind == CXType_Pointer;
}

/* A place where a macro makes declarations gives one of them, or none: unit_named(). */
static void look_at_decl(struct first_look *l, CXCursor c)
{
	unsigned int offset;
	const char *name;
	CXFile file;
	CXString s;

	clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, &offset);
	if (!file || !may_clean_up(c))
		return;
	s = clang_getCursorSpelling(c);
	name = clang_getCString(s);
	if (file != l->file) {
		l->file = file;
		l->text = clang_getFileContents(l->tu, file, &l->size);
	}
	if (l->text &&
	    (offset + strlen(name) > l->size || strncmp(l->text + offset, name, strlen(name)))) {
		vec_push(&l->named, arena_strdup(l->src->arena, name));
		vec_push(&l->named_in, look_id(l, file));
	}
	clang_disposeString(s);
}

static enum CXChildVisitResult look_at(CXCursor c, CXCursor parent, CXClientData data)
{
	struct first_look *l = data;

	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_InclusionDirective)
		look_at_include(l, c);
	else if (clang_getCursorKind(c) == CXCursor_FunctionDecl)
		look_at_decl(l, c);
	return CXChildVisit_Continue;
}

/*
 * Is the header there to be read several times, with macros that its includers
 * undefine and define, as those of tracepoints are?
 */
static bool is_repeated(const struct first_look *l, CXFile file)
{
	size_t size = 0;
	const char *text = clang_getFileContents(l->tu, file, &size);

	return text && words_undefine(text, size) && !words_guarded(text, size);
}

/* Marks what includes something in @mark (@up), or what that includes. */
static void mark_along(const struct first_look *l, bool *mark, bool up)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < l->edges.n; i++) {
			uint32_t from = up ? l->edges.v[i].b : l->edges.v[i].a;
			uint32_t to = up ? l->edges.v[i].a : l->edges.v[i].b;

			if (!mark[from] || mark[to])
				continue;
			mark[to] = true;
			more = true;
		}
	}
}

/* Leaves out the headers that lead to one that is repeated; notes the functions of the others. */
static bool choose(struct first_look *l)
{
	struct shared_source *s = l->src;
	bool *repeated = ARENA_ARRAY(s->arena, bool, l->files.n + 1);
	bool *kept = ARENA_ARRAY(s->arena, bool, l->files.n + 1), change = false;

	/* What the prelude includes comes before anything in a plain parse, too. */
	for (size_t i = 0; i < l->includes.n; i++)
		if (l->includes.v[i].a <= s->prelude_lines)
			kept[l->includes.v[i].b] = true;
	mark_along(l, kept, false);
	for (size_t i = 0; i < l->files.n; i++)
		repeated[i] = !kept[i] && is_repeated(l, l->files.v[i]);
	mark_along(l, repeated, true);
	for (size_t i = 0; i < l->includes.n; i++) {
		bool *left_out = header_at(s, l->includes.v[i].a);

		if (left_out && repeated[l->includes.v[i].b])
			*left_out = change = true;
		else
			kept[l->includes.v[i].b] = true;
	}
	mark_along(l, kept, false);
	for (size_t i = 0; i < l->named.n; i++)
		if (kept[l->named_in.v[i]])
			vec_push(&s->named, l->named.v[i]);
	return change || s->named.n;
}

/* With @bodies the first look sees all that the second will; NULL: for what it did not see. */
static CXTranslationUnit parse_chosen(struct shared_source *s, bool bodies)
{
	struct first_look l = {.src = s};
	CXTranslationUnit tu;
	bool again;

	s->left_out = ARENA_ARRAY(s->arena, bool, s->g->headers.n + 1);
	vec_clear(&s->named);
	tu = parse_fitting(s, bodies);
	if (!tu)
		return NULL;
	l.tu = tu;
	clang_visitChildren(clang_getTranslationUnitCursor(tu), look_at, &l);
	again = choose(&l);
	pair_map_release(&l.ids);
	vec_release(&l.files);
	vec_release(&l.edges);
	vec_release(&l.includes);
	vec_release(&l.named);
	vec_release(&l.named_in);
	if (!again && bodies)
		return tu;
	clang_disposeTranslationUnit(tu);
	tu = parse_text(s, true);
	if (!tu || !leave_out_errors(s, tu))
		return tu;
	/* A function that cannot be referred to where all headers are read: then none is. */
	clang_disposeTranslationUnit(tu);
	if (!bodies)
		return NULL;
	vec_clear(&s->named);
	return parse_fitting(s, true);
}

CXTranslationUnit shared_parse(struct shared_source *s)
{
	/* What is in the functions is half of the time, and of no interest to the first look. */
	CXTranslationUnit tu = parse_chosen(s, false);

	return tu ? tu : parse_chosen(s, true);
}
