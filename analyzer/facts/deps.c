// SPDX-License-Identifier: MIT
#include "facts/deps.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"

#include <errno.h>
#include <uthash.h>

#define MAX_DIRS 64 /* bits of deps_name.present; kernel commands have about ten */
#define HASH_LEN 32

/* --- Strings seen before --- */

struct deps_set {
	UT_hash_handle hh;
	char key[];
};

/* Is @key of @len bytes new? It is in the set afterwards. */
static bool set_add(struct deps_set **set, struct arena *a, const char *key, size_t len)
{
	struct deps_set *e;

	HASH_FIND(hh, *set, key, len, e);
	if (e)
		return false;
	e = arena_alloc(a, sizeof(*e) + len + 1);
	memcpy(e->key, key, len);
	HASH_ADD_KEYPTR(hh, *set, e->key, len, e);
	return true;
}

/* --- What is there --- */

struct seen_file {
	char hash[HASH_LEN + 1]; /* "" where there is none that can be read */
	UT_hash_handle hh;
	char path[];
};

struct seen_folder {
	bool exists;
	bool changed; /* since the time that is of interest */
	bool looked_in; /* a file was looked for right there */
	UT_hash_handle hh;
	char path[];
};

struct seen_beside {
	bool present;
	UT_hash_handle hh;
	char path[];
};

/* Sets of folders of include paths, by their numbers. */
struct seen_name {
	uint64_t *known, *present;
	size_t n_words;
	UT_hash_handle hh;
	char name[];
};

struct seen_dir {
	size_t number;
	UT_hash_handle hh;
	char path[];
};

struct deps_view {
	struct arena arena;
	struct seen_file *files;
	struct seen_folder *folders;
	struct seen_folder *foreign; /* folders looked through for the names of a base: none there */
	struct seen_beside *beside;
	struct seen_name *names;
	struct seen_dir *dirs;
	struct strbuf path, text;
	const struct timespec *since; /* or NULL: when things changed is of no interest */
	bool changed; /* a folder that something was looked for in has, since then */
	bool newer;   /* a file that was found has, since then */
	bool dangling; /* a name was looked for that is a link to nowhere */
};

struct deps_view *deps_view_new(void)
{
	struct deps_view *v = xcalloc(1, sizeof(*v));

	strbuf_init(&v->path);
	strbuf_init(&v->text);
	return v;
}

void deps_view_free(struct deps_view *v)
{
	if (!v)
		return;
	HASH_CLEAR(hh, v->files);
	HASH_CLEAR(hh, v->folders);
	HASH_CLEAR(hh, v->foreign);
	HASH_CLEAR(hh, v->beside);
	HASH_CLEAR(hh, v->names);
	HASH_CLEAR(hh, v->dirs);
	strbuf_release(&v->path);
	strbuf_release(&v->text);
	arena_release(&v->arena);
	free(v);
}

/* The folder whose path is the first @len bytes of v->path. */
static struct seen_folder *folder_at(struct deps_view *v, size_t len)
{
	struct seen_folder *f;
	struct stat st;
	char cut;

	HASH_FIND(hh, v->folders, v->path.buf, len, f);
	if (f)
		return f;
	f = arena_alloc(&v->arena, sizeof(*f) + len + 1);
	memcpy(f->path, v->path.buf, len);
	HASH_ADD_KEYPTR(hh, v->folders, f->path, len, f);
	cut = v->path.buf[len];
	v->path.buf[len] = '\0';
	f->exists = stat(v->path.buf, &st) == 0 && S_ISDIR(st.st_mode);
	/* The time of the inode's change, because anybody can set the other one. */
	f->changed = f->exists && v->since && time_may_be_after(&st.st_ctim, v->since);
	v->path.buf[len] = cut;
	return f;
}

/* Is there a file @name in @dir? Folder by folder, as most names are nowhere near @dir. */
static bool look(struct deps_view *v, const char *dir, const char *name)
{
	size_t dir_len = strlen(dir);
	struct seen_folder *f;
	struct stat st, link;
	bool below = false; /* a folder on the way has changed */

	strbuf_reset(&v->path);
	strbuf_add(&v->path, dir, dir_len);
	strbuf_addch(&v->path, '/');
	strbuf_addstr(&v->path, name);
	f = folder_at(v, dir_len);
	v->changed |= f->changed;
	for (size_t i = dir_len + 1; v->path.buf[i] && f->exists; i++) {
		if (v->path.buf[i] != '/')
			continue;
		f = folder_at(v, i);
		below |= f->changed;
	}
	v->changed |= below;
	f->looked_in = true;
	if (!f->exists)
		return false;
	if (stat(v->path.buf, &st) == 0) {
		/* Also where a link was put there, or a folder, with what is older. */
		if (v->since && lstat(v->path.buf, &link) == 0)
			v->newer |= below || time_may_be_after(&st.st_ctim, v->since) ||
				    time_may_be_after(&link.st_ctim, v->since);
		return !S_ISDIR(st.st_mode);
	}
	/* What a link points to may come without the folder saying so. */
	if (lstat(v->path.buf, &st) == 0)
		v->dangling = true;
	return false;
}

static bool look_beside(struct deps_view *v, const char *path)
{
	const char *name = fs_basename(path);
	size_t len = strlen(path);
	const struct seen_folder *f = NULL;
	struct seen_beside *s;
	struct stat st;

	HASH_FIND(hh, v->beside, path, len, s);
	if (s)
		return s->present;
	s = arena_alloc(&v->arena, sizeof(*s) + len + 1);
	memcpy(s->path, path, len);
	HASH_ADD_KEYPTR(hh, v->beside, s->path, len, s);
	strbuf_reset(&v->path);
	strbuf_addstr(&v->path, path);
	if (name > path + 1) {
		f = folder_at(v, (size_t)(name - path) - 1);
		v->changed |= f->changed;
	}
	if (!f || f->exists)
		s->present = stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
	return s->present;
}

static const char *file_hash(struct deps_view *v, const char *path)
{
	size_t len = strlen(path);
	struct seen_file *f;
	struct stat st;

	HASH_FIND(hh, v->files, path, len, f);
	if (f)
		return f->hash;
	f = arena_alloc(&v->arena, sizeof(*f) + len + 1);
	memcpy(f->path, path, len);
	HASH_ADD_KEYPTR(hh, v->files, f->path, len, f);
	strbuf_reset(&v->text);
	/* Reading a pipe might never end. */
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && fs_read(path, &v->text) == 0)
		hash128_hex(v->text.buf, v->text.len, f->hash);
	return f->hash;
}

bool deps_view_paths(const struct deps_view *v, deps_visit_fn *visit, void *data)
{
	for (const struct seen_file *f = v->files; f; f = f->hh.next)
		visit(data, f->path);
	/* One that was only gone through shows by what was looked at in it. */
	for (const struct seen_folder *f = v->folders; f; f = f->hh.next)
		if (f->looked_in)
			visit(data, f->path);
	for (const struct seen_beside *b = v->beside; b; b = b->hh.next)
		visit(data, b->path);
	return !v->dangling;
}

/* --- What the command says --- */

static void add_dir(struct deps *d, const char *dir)
{
	dir = d->directory ? fs_absolute(&d->arena, d->directory, dir) :
			     arena_strdup(&d->arena, dir);
	for (size_t i = 0; i < d->dirs.n; i++)
		if (!strcmp(d->dirs.v[i], dir))
			return;
	if (d->dirs.n < MAX_DIRS && dir[0] == '/')
		vec_push(&d->dirs, dir);
	else
		d->unknown = true;
}

/* @path lives as long as the arena. */
static void add_beside(struct deps *d, const char *path)
{
	struct deps_beside b = { .path = path };

	if (set_add(&d->seen_beside, &d->arena, path, strlen(path)))
		vec_push(&d->beside, b);
}

static void add_name(struct deps *d, const char *name, size_t len)
{
	struct deps_name n = { 0 };

	if (name[0] == '/' || !set_add(&d->seen_names, &d->arena, name, len))
		return;
	n.name = arena_strndup(&d->arena, name, len);
	vec_push(&d->names, n);
}

/* The file of -include: clang takes a precompiled one in its place where it finds any. */
static void add_forced(struct deps *d, const char *file)
{
	const char *path = d->directory ? fs_absolute(&d->arena, d->directory, file) :
					  arena_strdup(&d->arena, file);

	add_beside(d, path);
	add_beside(d, arena_printf(&d->arena, "%s.pch", path));
	add_beside(d, arena_printf(&d->arena, "%s.gch", path));
	if (file[0] != '/')
		add_name(d, file, strlen(file));
}

/* Options, as far as they may be kept for clang, that read no file and no folder. */
static bool harmless(const char *arg)
{
	static const char *const prefixes[] = {
		"-D", "-U", "-O", "-W", "-m", "-std=", "-target", "--target=", "-f", "-g", "-w",
		"-x", "-undef", "-pthread", "-ansi", "-pedantic",
	};
	static const char *const readers[] = {
		"-fmodule", "-fplugin", "-fpass-plugin", "-fsanitize-", "-fprofile-",
		"-fprebuilt", "-fembed", "-fauto-profile", "-fthinlto", "-fxray-", "-fno-sanitize-",
		"-fbuild-session", "-fimplicit-module", "-Wp,", "-Wa,", "-Wl,",
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strncmp(arg, readers[i], strlen(readers[i])))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(arg, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static bool takes_word(const char *arg)
{
	return !strcmp(arg, "-D") || !strcmp(arg, "-U") || !strcmp(arg, "-target") ||
	       !strcmp(arg, "-x");
}

void deps_init(struct deps *d, const char *directory, const char *const *argv)
{
	static const char *const dir_options[] = { "-isystem", "-iquote", "-idirafter", "-I" };
	bool nostdinc = false;

	memset(d, 0, sizeof(*d));
	d->directory = directory ? arena_strdup(&d->arena, directory) : NULL;
	for (size_t i = 0; argv && argv[i]; i++) {
		const char *arg = argv[i], *dir = NULL;

		for (size_t k = 0; k < ARRAY_SIZE(dir_options) && !dir; k++) {
			size_t len = strlen(dir_options[k]);

			if (!strncmp(arg, dir_options[k], len))
				dir = arg[len] ? arg + len : argv[i + 1] ? argv[++i] : "";
		}
		if (dir) {
			if (!*dir || !strcmp(dir, "-") || *dir == '=')
				d->unknown = true;
			else
				add_dir(d, dir);
		} else if ((!strcmp(arg, "-include") || !strcmp(arg, "-imacros")) && argv[i + 1]) {
			add_forced(d, argv[++i]);
		} else if (!strcmp(arg, "-nostdinc")) {
			nostdinc = true;
		} else if (takes_word(arg) && argv[i + 1]) {
			i++;
		} else if (!harmless(arg)) {
			d->unknown = true;
		}
	}
	/* Where the compiler's own folders are is not said anywhere. */
	if (!nostdinc)
		d->unknown = true;
}

void deps_release(struct deps *d)
{
	HASH_CLEAR(hh, d->seen_files);
	HASH_CLEAR(hh, d->seen_names);
	HASH_CLEAR(hh, d->seen_beside);
	vec_release(&d->files);
	vec_release(&d->dirs);
	vec_release(&d->names);
	vec_release(&d->beside);
	vec_release(&d->computed);
	arena_release(&d->arena);
}

/* --- What the text says --- */

/* Blanks, continued lines and comments; the end of the line is none. */
static const char *skip_blank(const char *s, const char *end)
{
	while (s < end) {
		if (*s == ' ' || *s == '\t' || *s == '\f' || *s == '\v') {
			s++;
		} else if (*s == '\\' && end - s > 1 && s[1] == '\n') {
			s += 2;
		} else if (*s == '\\' && end - s > 2 && s[1] == '\r' && s[2] == '\n') {
			s += 3;
		} else if (*s == '/' && end - s > 1 && s[1] == '*') {
			const char *close = memmem(s + 2, (size_t)(end - s) - 2, "*/", 2);

			s = close ? close + 2 : end;
		} else {
			break;
		}
	}
	return s;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The <name> or "name" at @s, looked for from the folder @dir too if that is not NULL. */
static bool add_literal(struct deps *d, const char *dir, const char *s, const char *end)
{
	const char *close;
	size_t len;

	if (s >= end || (*s != '<' && *s != '"'))
		return false;
	close = memchr(s + 1, *s == '<' ? '>' : '"', (size_t)(end - s) - 1);
	if (!close || close == s + 1 || memchr(s + 1, '\n', (size_t)(close - s) - 1))
		return false;
	len = (size_t)(close - s) - 1;
	add_name(d, s + 1, len);
	if (*s == '"' && s[1] == '/')
		add_beside(d, arena_strndup(&d->arena, s + 1, len));
	else if (*s == '"' && dir)
		add_beside(d, arena_printf(&d->arena, "%s/%.*s", dir, (int)len, s + 1));
	return true;
}

/*
 * The end of the line at @s and of those that continue it, also by a comment.
 * What only looks like a comment makes it longer, which does no harm.
 */
static const char *line_end(const char *s, const char *end)
{
	for (;;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *open;

		if (!nl)
			return end;
		open = memmem(s, (size_t)(nl - s), "/*", 2);
		if (open) {
			s = memmem(open + 2, (size_t)(end - open) - 2, "*/", 2);
			if (!s)
				return end;
			s += 2;
		} else if (nl > s && (nl[-1] == '\\' ||
				      (nl - s > 1 && nl[-1] == '\r' && nl[-2] == '\\'))) {
			s = nl + 1;
		} else {
			return nl;
		}
	}
}

static void scan_conditions(struct deps *d, const char *dir, const char *s, const char *end)
{
	static const char has[] = "__has_include", embed[] = "__has_embed";

	if (memmem(s, (size_t)(end - s), embed, sizeof(embed) - 1))
		d->unknown = true;
	while ((s = memmem(s, (size_t)(end - s), has, sizeof(has) - 1))) {
		for (s += sizeof(has) - 1; s < end && is_word(*s);)
			s++;
		s = skip_blank(s, end);
		if (s >= end || *s != '(')
			continue;
		d->asks = true;
		/* The argument may be a macro: nobody knows what that looks for. */
		if (!add_literal(d, dir, skip_blank(s + 1, end), end))
			d->unknown = true;
	}
}

static void scan_directive(struct deps *d, const char *dir, const char *s, const char *end)
{
	const char *word = s;
	size_t len;

	while (s < end && is_word(*s))
		s++;
	len = (size_t)(s - word);
	if (len == 5 && !memcmp(word, "embed", 5)) {
		d->unknown = true;
	} else if ((len == 7 && !memcmp(word, "include", 7)) ||
		   (len == 12 && !memcmp(word, "include_next", 12)) ||
		   (len == 6 && !memcmp(word, "import", 6))) {
		s = skip_blank(s, end);
		if (add_literal(d, dir, s, end) || s >= end || !is_word(*s))
			return;
		if (!dir)
			d->unknown = true;
		else if (!d->computed.n || strcmp(d->computed.v[d->computed.n - 1], dir))
			vec_push(&d->computed, dir);
	}
}

/*
 * Whether the # at @at may be the first of its line once comments are gone. In
 * the middle of one it is not: "to avoid #include hell" looks for nothing.
 */
static bool may_be_first(const char *text, const char *at)
{
	while (at > text && (at[-1] == ' ' || at[-1] == '\t' || at[-1] == '\f' || at[-1] == '\v'))
		at--;
	return at == text || at[-1] == '\n' || at[-1] == '\r' ||
	       (at - text >= 2 && at[-2] == '*' && at[-1] == '/');
}

static void scan(struct deps *d, const char *dir, const char *text, size_t len)
{
	const char *s = text, *end = text + len, *line;

	while (s < end && (s = memchr(s, '#', (size_t)(end - s)))) {
		bool first = may_be_first(text, s);

		s = skip_blank(s + 1, end);
		if (!first)
			continue;
		line = line_end(s, end);
		scan_directive(d, dir, s, line);
		scan_conditions(d, dir, s, line);
	}
}

void deps_add_file(struct deps *d, const char *path, const char *text, size_t len)
{
	struct deps_file f;
	char *hash;

	path = d->directory && path[0] != '/' ?
		       arena_printf(&d->arena, "%s/%s", d->directory, path) :
		       arena_strdup(&d->arena, path);
	if (!set_add(&d->seen_files, &d->arena, path, strlen(path)))
		return;
	hash = arena_alloc(&d->arena, HASH_LEN + 1);
	hash128_hex(text, len, hash);
	f.path = path;
	f.hash = hash;
	vec_push(&d->files, f);
	scan(d, fs_dirname(&d->arena, path), text, len);
}

void deps_add_text(struct deps *d, const char *text, size_t len)
{
	scan(d, NULL, text, len);
}

void deps_add_failure(struct deps *d)
{
	/* So it counts what came or went while it was read. */
	d->asks = true;
	/* What #include MACRO looked for is known by what it found. */
	d->unknown |= d->computed.n != 0;
}

void deps_add_missing(struct deps *d, const char *path)
{
	add_beside(d, arena_strdup(&d->arena, path));
	d->missing = true;
}

/* --- What was parsed before --- */

static size_t find_dir(const struct deps *d, const char *dir)
{
	for (size_t i = 0; i < d->dirs.n; i++)
		if (!strcmp(d->dirs.v[i], dir))
			return i;
	return SIZE_MAX;
}

/* Does the folder have none of the names of @base? */
static bool is_foreign(const struct deps *base, const char *dir, struct deps_view *v)
{
	size_t len = strlen(dir);
	struct seen_folder *f;

	HASH_FIND(hh, v->foreign, dir, len, f);
	if (f)
		return f->exists;
	f = arena_alloc(&v->arena, sizeof(*f) + len + 1);
	memcpy(f->path, dir, len);
	HASH_ADD_KEYPTR(hh, v->foreign, f->path, len, f);
	f->exists = true;
	for (size_t i = 0; i < base->names.n && f->exists; i++)
		f->exists = !look(v, dir, base->names.v[i].name);
	return f->exists;
}

bool deps_fit(const struct deps *d, const struct deps *base, struct deps_view *v)
{
	for (size_t i = 0; i < base->dirs.n; i++)
		if (find_dir(d, base->dirs.v[i]) == SIZE_MAX)
			return false;
	for (size_t i = 0; i < d->dirs.n; i++)
		if (find_dir(base, d->dirs.v[i]) == SIZE_MAX && !is_foreign(base, d->dirs.v[i], v))
			return false;
	return !d->unknown;
}

void deps_add_base(struct deps *d, const struct deps *base)
{
	size_t to[MAX_DIRS] = { 0 };

	for (size_t k = 0; k < base->dirs.n; k++)
		to[k] = find_dir(d, base->dirs.v[k]);
	for (size_t i = 0; i < base->files.n; i++)
		if (set_add(&d->seen_files, &d->arena, base->files.v[i].path,
			    strlen(base->files.v[i].path)))
			vec_push(&d->files, base->files.v[i]);
	for (size_t i = 0; i < base->names.n; i++) {
		struct deps_name n = { .known = true, .name = base->names.v[i].name };

		if (!set_add(&d->seen_names, &d->arena, n.name, strlen(n.name)))
			continue;
		for (size_t k = 0; k < base->dirs.n; k++)
			if (base->names.v[i].present >> k & 1)
				n.present |= (uint64_t)1 << to[k];
		vec_push(&d->names, n);
	}
	for (size_t i = 0; i < base->beside.n; i++) {
		struct deps_beside b = base->beside.v[i];

		b.known = true;
		if (set_add(&d->seen_beside, &d->arena, b.path, strlen(b.path)))
			vec_push(&d->beside, b);
	}
}

/* --- Finishing --- */

/*
 * What #include MACRO looked for is known by what it found: some name below
 * some folder of the include path, or below the folder of the file that says it.
 */
static void add_computed_below(struct deps *d, const char *dir)
{
	for (size_t i = 0; i < d->files.n; i++) {
		const char *name = fs_below(d->files.v[i].path, dir);

		if (!name)
			continue;
		add_name(d, name, strlen(name));
		for (size_t k = 0; k < d->computed.n; k++)
			add_beside(d, arena_printf(&d->arena, "%s/%s", d->computed.v[k], name));
	}
}

bool deps_finish(struct deps *d, const struct timespec *since)
{
	struct deps_view *v = deps_view_new();
	bool known;

	if (d->computed.n) {
		for (size_t i = 0; i < d->dirs.n; i++)
			add_computed_below(d, d->dirs.v[i]);
		for (size_t i = 0; i < d->computed.n; i++)
			add_computed_below(d, d->computed.v[i]);
	}
	v->since = since;
	for (size_t i = 0; i < d->names.n; i++)
		for (size_t k = 0; k < d->dirs.n && !d->names.v[i].known; k++)
			if (look(v, d->dirs.v[k], d->names.v[i].name))
				d->names.v[i].present |= (uint64_t)1 << k;
	/*
	 * A build puts objects into folders of the include path all the time. What is
	 * not there now was not read, or it is among the files; unless it was only
	 * asked for.
	 */
	if (!d->asks)
		v->changed = false;
	for (size_t i = 0; i < d->beside.n; i++)
		if (!d->beside.v[i].known)
			d->beside.v[i].present = look_beside(v, d->beside.v[i].path);
	known = !d->unknown && !v->changed && !v->newer && (d->files.n || d->missing);
	deps_view_free(v);
	return known;
}

static size_t dir_number(struct deps_view *v, const char *path)
{
	size_t len = strlen(path);
	struct seen_dir *dir;

	HASH_FIND(hh, v->dirs, path, len, dir);
	if (!dir) {
		dir = arena_alloc(&v->arena, sizeof(*dir) + len + 1);
		dir->number = HASH_COUNT(v->dirs);
		memcpy(dir->path, path, len);
		HASH_ADD_KEYPTR(hh, v->dirs, dir->path, len, dir);
	}
	return dir->number;
}

/* What is known of @name, with room for all folders that have a number. */
static struct seen_name *seen_name(struct deps_view *v, const char *name)
{
	size_t len = strlen(name), n_words = (HASH_COUNT(v->dirs) + 63) / 64;
	struct seen_name *s;

	HASH_FIND(hh, v->names, name, len, s);
	if (!s) {
		s = arena_alloc(&v->arena, sizeof(*s) + len + 1);
		memcpy(s->name, name, len);
		HASH_ADD_KEYPTR(hh, v->names, s->name, len, s);
	}
	if (s->n_words < n_words) {
		uint64_t *words = ARENA_ARRAY(&v->arena, uint64_t, 2 * n_words);

		if (s->n_words) {
			memcpy(words, s->known, s->n_words * sizeof(*words));
			memcpy(words + n_words, s->present, s->n_words * sizeof(*words));
		}
		s->known = words;
		s->present = words + n_words;
		s->n_words = n_words;
	}
	return s;
}

static bool names_hold(const struct deps *d, struct deps_view *v)
{
	size_t numbers[MAX_DIRS] = { 0 };

	for (size_t k = 0; k < d->dirs.n; k++)
		numbers[k] = dir_number(v, d->dirs.v[k]);
	for (size_t i = 0; i < d->names.n; i++) {
		const struct deps_name *n = &d->names.v[i];
		struct seen_name *s = seen_name(v, n->name);

		for (size_t k = 0; k < d->dirs.n; k++) {
			uint64_t bit = (uint64_t)1 << numbers[k] % 64;
			size_t word = numbers[k] / 64;

			if (!(s->known[word] & bit)) {
				s->known[word] |= bit;
				if (look(v, d->dirs.v[k], n->name))
					s->present[word] |= bit;
			}
			if (!(s->present[word] & bit) != !(n->present >> k & 1))
				return false;
		}
	}
	return true;
}

bool deps_hold(const struct deps *d, struct deps_view *v)
{
	for (size_t i = 0; i < d->files.n; i++)
		if (strcmp(file_hash(v, d->files.v[i].path), d->files.v[i].hash) != 0)
			return false;
	for (size_t i = 0; i < d->beside.n; i++)
		if (look_beside(v, d->beside.v[i].path) != d->beside.v[i].present)
			return false;
	return names_hold(d, v);
}

/* --- As bytes: four numbers, then the strings, each with its end --- */

static void put_string(struct strbuf *out, const char *s)
{
	strbuf_add(out, s, strlen(s) + 1);
}

void deps_encode(const struct deps *d, struct strbuf *out)
{
	uint32_t n[4] = { (uint32_t)d->files.n, (uint32_t)d->dirs.n, (uint32_t)d->names.n,
			  (uint32_t)d->beside.n };

	strbuf_add(out, n, sizeof(n));
	for (size_t i = 0; i < d->files.n; i++) {
		put_string(out, d->files.v[i].hash);
		put_string(out, d->files.v[i].path);
	}
	for (size_t i = 0; i < d->dirs.n; i++)
		put_string(out, d->dirs.v[i]);
	for (size_t i = 0; i < d->names.n; i++) {
		strbuf_add(out, &d->names.v[i].present, sizeof(d->names.v[i].present));
		put_string(out, d->names.v[i].name);
	}
	for (size_t i = 0; i < d->beside.n; i++) {
		strbuf_addch(out, d->beside.v[i].present ? '+' : '-');
		put_string(out, d->beside.v[i].path);
	}
}

struct reader {
	const char *p, *end;
	bool bad;
};

static void get(struct reader *r, void *ret, size_t len)
{
	if ((size_t)(r->end - r->p) < len) {
		r->bad = true;
		memset(ret, 0, len);
		return;
	}
	memcpy(ret, r->p, len);
	r->p += len;
}

static const char *get_string(struct reader *r)
{
	const char *s = r->p, *nul = memchr(s, '\0', (size_t)(r->end - s));

	if (!nul) {
		r->bad = true;
		return "";
	}
	r->p = nul + 1;
	return s;
}

int deps_decode(struct deps *ret, const char *data, size_t len)
{
	struct reader r = { data, data + len, false };
	uint32_t n[4];

	memset(ret, 0, sizeof(*ret));
	get(&r, n, sizeof(n));
	for (uint32_t i = 0; i < n[0] && !r.bad; i++) {
		struct deps_file f = { .hash = get_string(&r) };

		f.path = get_string(&r);
		vec_push(&ret->files, f);
	}
	for (uint32_t i = 0; i < n[1] && !r.bad; i++)
		vec_push(&ret->dirs, get_string(&r));
	for (uint32_t i = 0; i < n[2] && !r.bad; i++) {
		struct deps_name name = { .known = true };

		get(&r, &name.present, sizeof(name.present));
		name.name = get_string(&r);
		vec_push(&ret->names, name);
	}
	for (uint32_t i = 0; i < n[3] && !r.bad; i++) {
		struct deps_beside b = { .known = true };
		char mark;

		get(&r, &mark, 1);
		b.present = mark == '+';
		b.path = get_string(&r);
		vec_push(&ret->beside, b);
	}
	if (r.bad || r.p != r.end || ret->dirs.n > MAX_DIRS || (!ret->files.n && !ret->beside.n))
		return -EBADMSG;
	return 0;
}

static const char *moved(struct deps *d, const char *path, const char *const *from,
			 const char *const *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(from[i]);

		if (!strncmp(path, from[i], len) && (!path[len] || path[len] == '/'))
			return arena_printf(&d->arena, "%s%s", to[i], path + len);
	}
	return path;
}

void deps_move(struct deps *d, const char *const *from, const char *const *to, size_t n)
{
	for (size_t i = 0; i < d->files.n; i++)
		d->files.v[i].path = moved(d, d->files.v[i].path, from, to, n);
	for (size_t i = 0; i < d->dirs.n; i++)
		d->dirs.v[i] = moved(d, d->dirs.v[i], from, to, n);
	for (size_t i = 0; i < d->beside.n; i++)
		d->beside.v[i].path = moved(d, d->beside.v[i].path, from, to, n);
}
