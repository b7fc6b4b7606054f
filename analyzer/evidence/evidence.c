// SPDX-License-Identifier: MIT
#include "evidence/evidence.h"

#include "base/fs.h"
#include "base/hash.h"
#include "evidence/btf.h"
#include "evidence/elf.h"

#include <errno.h>

struct evidence_func {
	uint64_t key; /* of the name up to its first dot: F.isra.0 is a copy of F */
	const char *name;
	const char *file; /* base name of the unit that it was listed under, or NULL */
	bool traced;
};

struct evidence_source {
	const char *name;
	const char *unit; /* an object: the only unit that it speaks of */
	bool lists_traced; /* what is not in it is not traced, whatever the reason */
	VEC(struct evidence_func) funcs; /* sorted by key, then as they were read */
	struct map64 files;		 /* hashes of the base names of its units */
};

static uint64_t key_of(const char *name, size_t len)
{
	return hash64(name, len);
}

static size_t base_len(const char *name)
{
	/* A compiler's suffix; names of C have no dots. */
	return strcspn(name, ".");
}

/* A part that is jumped to, not called, and nothing is attached to it. */
static bool is_fragment(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !strcmp(dot, ".cold");
}

static int cmp_func(const void *pa, const void *pb)
{
	const struct evidence_func *a = pa, *b = pb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct evidence_source *add_source(struct evidence *ev, const char *name)
{
	struct evidence_source *s = ARENA_NEW(&ev->arena, struct evidence_source);

	s->name = arena_strdup(&ev->arena, name);
	vec_push(&ev->sources, s);
	return s;
}

static void add_func(struct evidence_source *s, const char *name, const char *file, bool traced)
{
	struct evidence_func f = { .name = name, .traced = traced };

	if (is_fragment(name))
		return;
	f.key = key_of(name, base_len(name));
	f.file = file ? fs_basename(file) : NULL;
	vec_push(&s->funcs, f);
}

static void sort_funcs(struct evidence_source *s)
{
	if (s->funcs.n)
		qsort(s->funcs.v, s->funcs.n, sizeof(*s->funcs.v), cmp_func);
}

static size_t count_traced(const struct evidence_source *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->funcs.n; i++)
		n += s->funcs.v[i].traced;
	return n;
}

void evidence_init(struct evidence *ev)
{
	memset(ev, 0, sizeof(*ev));
}

void evidence_release(struct evidence *ev)
{
	for (size_t i = 0; i < ev->sources.n; i++) {
		vec_release(&ev->sources.v[i]->funcs);
		map64_release(&ev->sources.v[i]->files);
	}
	vec_release(&ev->sources);
	vec_release(&ev->lines);
	map64_release(&ev->btf);
	arena_release(&ev->arena);
}

/* "name" or "name [module]", one a line. */
static void add_listed(struct evidence *ev, struct evidence_source *s, const char *line, size_t len)
{
	size_t n = strcspn(line, " \t\n");

	if (n > len)
		n = len;
	/* Locations that lost their function are listed under made-up names. */
	if (n && strncmp(line, "__ftrace_invalid_address___", strlen("__ftrace_invalid_address___")))
		add_func(s, arena_strndup(&ev->arena, line, n), NULL, true);
}

int evidence_add_functions(struct evidence *ev, const char *path, const char **ret_error)
{
	struct strbuf sb = STRBUF_INIT;
	struct evidence_source *s;
	int err = fs_read(path, &sb);

	if (err) {
		*ret_error = arena_strdup(&ev->arena, strerror(-err));
		return err;
	}
	if (memchr(sb.buf, '\0', sb.len)) {
		strbuf_release(&sb);
		*ret_error = "not a list of functions, one a line";
		return -EBADMSG;
	}
	s = add_source(ev, "available_filter_functions");
	s->lists_traced = true;
	for (const char *p = sb.buf; *p;) {
		size_t len = strcspn(p, "\n");

		add_listed(ev, s, p, len);
		p += len + (p[len] == '\n');
	}
	strbuf_release(&sb);
	sort_funcs(s);
	if (!s->funcs.n) {
		ev->sources.n--;
		vec_release(&s->funcs);
		*ret_error = "it names no function (tracefs shows its files to root only)";
		return -EBADMSG;
	}
	vec_push(&ev->lines, arena_printf(&ev->arena, "%s: a list of %zu traceable functions",
					  fs_basename(path), s->funcs.n));
	return 0;
}

static void add_btf(void *ctx, const char *name)
{
	struct evidence *ev = ctx;

	map64_put(&ev->btf, key_of(name, strlen(name)), 0);
}

static void take_image(struct evidence_source *s, const struct elf_image *img)
{
	for (size_t i = 0; i < img->funcs.n; i++) {
		const struct elf_func *f = &img->funcs.v[i];

		add_func(s, f->name, f->file, f->traced);
	}
	for (size_t i = 0; i < img->files.n; i++) {
		const char *file = fs_basename(img->files.v[i]);

		map64_put(&s->files, key_of(file, strlen(file)), 0);
	}
	sort_funcs(s);
}

int evidence_add_vmlinux(struct evidence *ev, const char *path, const char **ret_error)
{
	struct elf_image img;
	struct evidence_source *s;
	int err = elf_image_read(&img, path, &ev->arena, ret_error);

	if (err)
		return err;
	if (!img.has_locations) {
		elf_image_release(&img);
		*ret_error = "it has no table of ftrace locations (CONFIG_DYNAMIC_FTRACE is off, or it "
			     "is no vmlinux)";
		return -EBADMSG;
	}
	if (img.has_btf) {
		long n = btf_functions(img.btf.buf, img.btf.len, add_btf, ev);

		if (n < 0) {
			elf_image_release(&img);
			*ret_error = "its BTF is damaged, or newer than this program knows";
			return (int)n;
		}
		ev->n_btf = (size_t)n;
	}
	/* A kernel without BTF has nothing that fentry could attach to. */
	ev->has_btf = true;
	s = add_source(ev, "vmlinux");
	take_image(s, &img);
	elf_image_release(&img);
	vec_push(&ev->lines,
		 arena_printf(&ev->arena, "%s: %zu functions, %zu with an ftrace location, %zu in BTF",
			      fs_basename(path), s->funcs.n, count_traced(s), ev->n_btf));
	return 0;
}

int evidence_add_object(struct evidence *ev, const char *path, const char *name, const char *file)
{
	struct elf_image img;
	struct evidence_source *s;
	const char *error;
	int err = elf_image_read(&img, path, &ev->arena, &error);

	if (err)
		return err;
	s = add_source(ev, name);
	s->unit = arena_strdup(&ev->arena, file);
	take_image(s, &img);
	elf_image_release(&img);
	return 0;
}

void evidence_end_objects(struct evidence *ev, size_t total)
{
	size_t n = 0;

	for (size_t i = 0; i < ev->sources.n; i++)
		n += ev->sources.v[i]->unit != NULL;
	if (n)
		vec_push(&ev->lines, arena_printf(&ev->arena, "object files of %zu of %zu units", n,
						  total));
}

static const struct evidence_func *first_of(const struct evidence_source *s, uint64_t key)
{
	size_t lo = 0, hi = s->funcs.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->funcs.v[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return s->funcs.v + lo;
}

/* Whether @f may be the function of @unit that is asked for. */
static bool of_unit(const struct evidence_func *f, const char *unit, bool is_static)
{
	return !f->file || !unit || !is_static || !strcmp(f->file, fs_basename(unit));
}

/* Is what @unit was compiled to in @s, so that what is missing there is really gone? */
static bool has_unit(const struct evidence_source *s, const char *unit)
{
	const char *base = unit ? fs_basename(unit) : "";

	if (s->unit)
		return unit && !strcmp(s->unit, unit);
	return map64_get(&s->files, key_of(base, strlen(base))) != MAP64_EMPTY;
}

static struct evidence_answer ask(const struct evidence_source *s, const char *function,
				  const char *unit, bool is_static)
{
	struct evidence_answer a = { .source = s->name };
	uint64_t key = key_of(function, strlen(function));
	const struct evidence_func *f, *end = s->funcs.v + s->funcs.n;
	bool here = false, traced = false;

	if (s->unit && !has_unit(s, unit))
		return a;
	for (f = first_of(s, key); f < end && f->key == key; f++) {
		bool exact = !strcmp(f->name, function);

		a.n_same += exact;
		if (!of_unit(f, unit, is_static))
			continue;
		if (exact) {
			here = true;
			traced |= f->traced;
		} else if (f->traced) {
			a.clone = f->name;
		}
	}
	if (here)
		a.says = traced ? EVIDENCE_TRACED : EVIDENCE_NO_LOCATION;
	else if (a.clone)
		a.says = EVIDENCE_CLONED;
	else if (s->lists_traced)
		a.says = EVIDENCE_NO_LOCATION;
	else if (has_unit(s, unit))
		a.says = EVIDENCE_ABSENT;
	return a;
}

struct evidence_answer evidence_find(const struct evidence *ev, const char *function,
				     const char *unit, bool is_static)
{
	struct evidence_answer a = { 0 };

	for (size_t i = 0; i < ev->sources.n; i++) {
		struct evidence_answer next = ask(ev->sources.v[i], function, unit, is_static);

		/* A list does not say why something is not in it; vmlinux does. */
		if (a.says == EVIDENCE_NO_LOCATION && next.says == EVIDENCE_TRACED)
			break;
		if (next.says != EVIDENCE_NONE)
			a = next;
		if (a.says != EVIDENCE_NONE && !ev->sources.v[i]->lists_traced)
			break;
		if (a.says == EVIDENCE_TRACED || a.says == EVIDENCE_CLONED)
			break;
	}
	if (ev->has_btf)
		a.btf = map64_get(&ev->btf, key_of(function, strlen(function))) != MAP64_EMPTY ?
				EVIDENCE_BTF_YES :
				EVIDENCE_BTF_NO;
	return a;
}
