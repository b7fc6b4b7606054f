// SPDX-License-Identifier: MIT
#include "clang/shared.h"
#include "clang/unit.h"

#include "base/strbuf.h"

#include <ctype.h>

/* "a/./b/../c" to "a/c", in place; what leads above the root is left out. */
static void normalise_path(char *path)
{
	char *out = path, *in = path;

	while (*in) {
		size_t len = strcspn(in, "/");

		if (len == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && out[-1] == '/')
				out--;
			while (out > path && out[-1] != '/')
				out--;
		} else if (len && !(len == 1 && in[0] == '.')) {
			memmove(out, in, len);
			out += len;
			if (in[len])
				*out++ = '/';
		} else if (!len && out == path) {
			*out++ = '/';
		}
		in += len;
		if (*in)
			in++;
	}
	*out = '\0';
}

static const char *below(const char *path, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;

	if (!len || strncmp(path, dir, len) != 0 || path[len] != '/')
		return NULL;
	return path + len + 1;
}

/*
 * How facts call the file: nothing in it depends on where the tree lies. The
 * prelude, which is nowhere in the tree, has no name.
 */
uint32_t unit_file_name(struct unit *u, const char *path)
{
	struct strbuf sb = STRBUF_INIT;
	const char *rest;
	uint32_t ret;

	if (u->prelude && !strcmp(path, u->prelude))
		return 0;
	if (path[0] != '/' && u->cu->directory) {
		strbuf_addstr(&sb, u->cu->directory);
		strbuf_addch(&sb, '/');
	}
	strbuf_addstr(&sb, path);
	normalise_path(sb.buf);
	rest = below(sb.buf, u->kb->build);
	/* The tree may be the build directory too; then everything is the tree's. */
	if (rest && strcmp(u->kb->build, u->kb->tree) != 0 &&
	    (!below(u->kb->tree, u->kb->build) || !below(sb.buf, u->kb->tree))) {
		char *name = arena_printf(&u->arena, "build:%s", rest);

		ret = facts_string(u->f, name);
	} else {
		rest = below(sb.buf, u->kb->tree);
		ret = facts_string(u->f, rest ? rest : sb.buf);
	}
	strbuf_release(&sb);
	return ret;
}

static struct unit_file *unit_file(struct unit *u, CXFile file)
{
	uint32_t *id = pair_map_at(&u->file_ids, (uintptr_t)file, 0);

	if (*id == FACTS_NONE) {
		struct unit_file uf = { .file = file };
		const char *path;
		size_t len;
		CXString s;

		*id = (uint32_t)u->files.n;
		s = clang_getFileName(file);
		path = clang_getCString(s);
		len = path ? strlen(path) : 0;
		uf.name = FACTS_NONE;
		uf.own = (len > 2 && !strcmp(path + len - 2, ".c")) ||
			 clang_File_isEqual(file, u->main_file);
		clang_disposeString(s);
		vec_push(&u->files, uf);
	}
	return &u->files.v[*id];
}

/* Only files that facts lie in are named there, whatever else was read on the way. */
static uint32_t name_of(struct unit *u, CXFile file)
{
	struct unit_file *uf = unit_file(u, file);
	CXString s;

	if (uf->name == FACTS_NONE) {
		s = clang_getFileName(file);
		uf->name = unit_file_name(u, clang_getCString(s) ? clang_getCString(s) : "");
		clang_disposeString(s);
	}
	return uf->name;
}

const struct unit_file *unit_file_of(struct unit *u, CXSourceLocation l)
{
	CXFile file = NULL;

	clang_getExpansionLocation(l, &file, NULL, NULL, NULL);
	return file ? unit_file(u, file) : NULL;
}

struct fact_loc unit_loc(struct unit *u, CXSourceLocation l)
{
	return unit_loc_macro(u, l, NULL);
}

/*
 * What is in the file. libclang has to search for it each time: for one that came
 * with a precompiled header it goes through all that came with it.
 */
static const char *file_text(struct unit *u, CXFile file, size_t *ret_size)
{
	struct unit_file *uf = unit_file(u, file);
	CXString s;

	if (!uf->text && u->shared) {
		s = clang_getFileName(file);
		uf->text = shared_text(u->shared, clang_getCString(s), &uf->size);
		clang_disposeString(s);
	}
	if (!uf->text)
		uf->text = clang_getFileContents(u->tu, file, &uf->size);
	*ret_size = uf->size;
	return uf->text;
}

/* Where the token at @l is spelled: in a macro's body, if it comes from one. */
static bool spelling_of(struct unit *u, CXSourceLocation l, CXFile *ret_file, unsigned int *ret_off)
{
	CXToken *tokens = NULL;
	unsigned int n = 0;

	/* A location inside a macro shows its use; the location of a token, the spelling. */
	*ret_file = NULL;
	clang_tokenize(u->tu, clang_getRange(l, l), &tokens, &n);
	if (n)
		clang_getFileLocation(clang_getTokenLocation(u->tu, tokens[0]), ret_file, NULL,
				      NULL, ret_off);
	if (tokens)
		clang_disposeTokens(u->tu, tokens, n);
	return *ret_file != NULL;
}

/*
 * The place of a file is a number that goes up with the offset. That is libclang's own affair, so
 * it is looked whether that is so.
 */
static bool place_is(CXSourceLocation l, CXSourceLocation start, unsigned int off)
{
	start.int_data += off;
	return clang_equalLocations(l, start) != 0;
}

void unit_find_main(struct unit *u)
{
	CXSourceRange all = clang_getCursorExtent(clang_getTranslationUnitCursor(u->tu));
	size_t size = 0;

	u->main_start = clang_getRangeStart(all);
	u->main_counts = u->main_file && clang_getFileContents(u->tu, u->main_file, &size) &&
			 size &&
			 place_is(clang_getRangeEnd(all), u->main_start, (unsigned int)size);
}

/* @file, @off: where the expansion of @l is. */
static bool in_macro(struct unit *u, CXSourceLocation l, CXFile file, unsigned int off)
{
	unsigned int spelled_off;
	CXFile spelled;

	/* clang_getLocationForOffset() would look through all uses of macros, for one around it. */
	if (file == u->main_file && u->main_counts)
		return !place_is(l, u->main_start, off);
	/* For other files than this, libclang would go through all that are open. */
	if (file == u->main_file)
		return !clang_equalLocations(l, clang_getLocationForOffset(u->tu, file, off));
	return spelling_of(u, l, &spelled, &spelled_off) &&
	       (spelled != file || spelled_off != off);
}

struct fact_loc unit_loc_macro(struct unit *u, CXSourceLocation l, uint32_t *ret_macro)
{
	struct fact_loc loc = { 0 };
	unsigned int line, col, off;
	const char *text;
	CXFile file = NULL;
	size_t size, n;

	if (ret_macro)
		*ret_macro = 0;
	clang_getExpansionLocation(l, &file, &line, &col, &off);
	if (!file)
		return loc;
	loc.file = name_of(u, file);
	if (!loc.file)
		return loc;
	loc.line = line;
	loc.col = col;
	if (!ret_macro || !in_macro(u, l, file, off))
		return loc;
	text = file_text(u, file, &size);
	if (!text || off >= size)
		return loc;
	text += off;
	size -= off;
	for (n = 0; n < size && (isalnum((unsigned char)text[n]) || text[n] == '_');)
		n++;
	if (!unit_hides_macro(u, text, n))
		*ret_macro = facts_string_n(u->f, text, n);
	return loc;
}

const char *unit_text(struct unit *u, CXSourceLocation l, size_t *ret_len)
{
	const char *text = NULL;
	unsigned int off = 0;
	size_t size = 0;
	CXFile file;

	if (spelling_of(u, l, &file, &off))
		text = file_text(u, file, &size);
	if (!text || off >= size)
		return NULL;
	*ret_len = size - off;
	return text + off;
}
