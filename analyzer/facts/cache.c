// SPDX-License-Identifier: MIT
#include "facts/cache.h"

#include "base/fs.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FACTS "facts"
#define HEADERS "headers"
#define OPINIONS "sparse"
#define KEY_LEN 32
#define STALE_SECONDS 3600 /* a file aside that is older was left by a run that was killed */

/* An entry: this, the deps, the facts. The sum is of everything behind it. */
struct head {
	char magic[8];
	char sum[KEY_LEN];
	char key[KEY_LEN];
	uint64_t n_deps, n_facts;
};

static const char magic[8] = "relock\nF";

static void sum_of(const char *entry, size_t len, char ret[static KEY_LEN + 1])
{
	size_t from = offsetof(struct head, key);

	hash128_hex(entry + from, len - from, ret);
}

/* --- Looking after the size --- */

struct entry_file {
	char *path;
	uint64_t size;
	struct timespec used;
	bool aside;
};

struct folder {
	VEC(struct entry_file) files;
	uint64_t bytes;
	size_t facts, headers, opinions, results;
};

/* Returns the length of the name that a file of the cache begins with, 0 if it is none. */
static size_t key_length(const char *name)
{
	size_t len = strspn(name, "0123456789abcdef");

	return len == KEY_LEN && (!name[len] || name[len] == '.') ? len : 0;
}

static void add_file(struct folder *f, const char *path, const struct stat *st, bool aside)
{
	struct entry_file e = { .path = xstrdup(path), .size = (uint64_t)st->st_size,
				.used = st->st_mtim, .aside = aside };

	vec_push(&f->files, e);
	f->bytes += e.size;
}

/*
 * Whether the file is the cache's own: nothing that this program did not make is
 * counted, or removed. @ret_len is how long its key is.
 */
static bool is_own(const char *path, const char *name, size_t *ret_len, struct stat *ret)
{
	*ret_len = key_length(name);
	return *ret_len && lstat(path, ret) == 0;
}

static int add_counted(struct folder *f, size_t *count, const char *path, const char *name,
		       unsigned char type)
{
	struct stat st;
	size_t len;

	if (type == DT_DIR)
		return FS_SKIP;
	if (!is_own(path, name, &len, &st))
		return 0;
	add_file(f, path, &st, name[len] == '.');
	*count += name[len] == '\0';
	return 0;
}

static int add_facts(void *data, const char *path, const char *name, unsigned char type)
{
	struct folder *f = data;

	return add_counted(f, &f->facts, path, name, type);
}

static int add_opinion(void *data, const char *path, const char *name, unsigned char type)
{
	struct folder *f = data;

	return add_counted(f, &f->opinions, path, name, type);
}

static int add_result(void *data, const char *path, const char *name, unsigned char type)
{
	struct folder *f = data;

	return add_counted(f, &f->results, path, name, type);
}

/*
 * A shared header is three files, KEY.pch, KEY.info and KEY.x.h. The last must
 * keep its time, so that they all count as used when the first was.
 */
static int add_header(void *data, const char *path, const char *name, unsigned char type)
{
	struct folder *f = data;
	struct strbuf pch = STRBUF_INIT;
	struct stat st, used;
	bool aside;
	size_t len;

	if (type == DT_DIR)
		return FS_SKIP;
	if (!is_own(path, name, &len, &st))
		return 0;
	aside = !str_ends_with(name, ".pch") && !str_ends_with(name, ".info") && !str_ends_with(name, ".h");
	strbuf_add(&pch, path, strlen(path) - strlen(name) + len);
	strbuf_addstr(&pch, ".pch");
	if (!aside && lstat(pch.buf, &used) == 0)
		st.st_mtim = used.st_mtim;
	add_file(f, path, &st, aside);
	f->headers += str_ends_with(name, ".pch");
	strbuf_release(&pch);
	return 0;
}

static void folder_read(struct folder *f, const char *dir)
{
	struct arena a = ARENA_INIT;

	memset(f, 0, sizeof(*f));
	fs_walk(fs_join(&a, dir, FACTS), add_facts, f);
	fs_walk(fs_join(&a, dir, HEADERS), add_header, f);
	fs_walk(fs_join(&a, dir, FACTS_CACHE_RESULTS), add_result, f);
	fs_walk(fs_join(&a, dir, OPINIONS), add_opinion, f);
	arena_release(&a);
}

static void folder_release(struct folder *f)
{
	for (size_t i = 0; i < f->files.n; i++)
		free(f->files.v[i].path);
	vec_release(&f->files);
}

static int by_use(const void *a, const void *b)
{
	const struct entry_file *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void prune(struct facts_cache *c)
{
	time_t stale = time(NULL) - STALE_SECONDS;
	struct folder f;

	c->unpruned = 0;
	folder_read(&f, c->top);
	if (f.files.n)
		qsort(f.files.v, f.files.n, sizeof(*f.files.v), by_use);
	for (size_t i = 0; i < f.files.n; i++) {
		const struct entry_file *e = &f.files.v[i];

		/* Another run may be at the same: what is gone is gone. */
		if (e->aside ? e->used.tv_sec < stale : f.bytes > c->limit) {
			unlink(e->path);
			f.bytes -= e->size;
		}
	}
	folder_release(&f);
}

void facts_cache_usage(const char *dir, struct arena *a, struct facts_cache_usage *ret)
{
	struct folder f;

	folder_read(&f, dir);
	ret->dir = fs_join(a, dir, FACTS);
	ret->entries = f.facts;
	ret->headers = f.headers;
	ret->results = f.results;
	ret->opinions = f.opinions;
	ret->bytes = f.bytes;
	folder_release(&f);
}

int facts_cache_clear(const char *dir)
{
	struct folder f;
	int err = 0;

	folder_read(&f, dir);
	for (size_t i = 0; i < f.files.n; i++)
		if (unlink(f.files.v[i].path) < 0 && errno != ENOENT)
			err = -errno;
	folder_release(&f);
	return err;
}

/* --- Entries --- */

/* What makes facts rather than a version, which nobody raises while working on it. */
static int open_keys(struct facts_cache *c, const char *dir)
{
	int err = dir ? fs_mkdirs(dir) : 0;

	if (!err)
		c->view = deps_view_new();
	return err;
}

int facts_cache_open(struct facts_cache *c, const char *dir, uint64_t limit)
{
	memset(c, 0, sizeof(*c));
	c->limit = limit;
	c->top = arena_strdup(&c->arena, dir);
	c->dir = fs_join(&c->arena, dir, FACTS);
	c->headers = fs_join(&c->arena, dir, HEADERS);
	c->opinions = fs_join(&c->arena, dir, OPINIONS);
	return open_keys(c, c->dir);
}

int facts_cache_open_travelling(struct facts_cache *c, const char *dir, const char *tree,
				const char *build)
{
	bool build_first = strlen(build) > strlen(tree);

	memset(c, 0, sizeof(*c));
	c->from[build_first] = arena_strdup(&c->arena, tree);
	c->from[!build_first] = arena_strdup(&c->arena, build);
	/* No path on any machine looks like these. */
	c->to[build_first] = "tree:";
	c->to[!build_first] = "build:";
	if (dir)
		c->dir = arena_strdup(&c->arena, dir);
	return open_keys(c, dir);
}

static int add_entry(void *data, const char *path, const char *name, unsigned char type)
{
	struct facts_cache *c = data;

	if (type != DT_DIR && strlen(name) == KEY_LEN && key_length(name))
		vec_push(&c->entries, arena_strdup(&c->arena, path));
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(fs_basename(*x), fs_basename(*y));
}

int facts_cache_add(struct facts_cache *c, const char *dir)
{
	if (!fs_is_dir(dir))
		return -ENOTDIR;
	fs_walk(dir, add_entry, c);
	if (c->entries.n)
		qsort(c->entries.v, c->entries.n, sizeof(*c->entries.v), by_name);
	return 0;
}

void facts_cache_release(struct facts_cache *c)
{
	/* Also when nothing was stored: the limit may be lower than last time. */
	if (c->view && !facts_cache_travels(c))
		prune(c);
	deps_view_free(c->view);
	vec_release(&c->entries);
	arena_release(&c->arena);
	memset(c, 0, sizeof(*c));
}

/* Appends the text with names of folders instead of where they are. */
static void add_nameless(const struct facts_cache *c, const char *text, size_t len,
			 struct strbuf *out)
{
	const char *end = text + len;

	while (text < end) {
		const char *at = end, *to = NULL;
		size_t skip = 0;

		for (size_t i = 0; facts_cache_travels(c) && i < ARRAY_SIZE(c->from); i++) {
			size_t n = strlen(c->from[i]);
			const char *hit = memmem(text, (size_t)(end - text), c->from[i], n);

			if (hit && hit < at) {
				at = hit;
				to = c->to[i];
				skip = n;
			}
		}
		strbuf_add(out, text, (size_t)(at - text));
		if (to)
			strbuf_addstr(out, to);
		text = at + skip;
	}
}

struct facts_key facts_cache_key(const struct facts_cache *c, const char *text, size_t len)
{
	struct strbuf sb = STRBUF_INIT;
	struct facts_key key = { 0 };

	strbuf_addstr(&sb, facts_makers);
	add_nameless(c, text, len, &sb);
	hash128_hex(sb.buf, sb.len, key.hex);
	strbuf_release(&sb);
	return key;
}

static char *entry_path(const struct facts_cache *c, const struct facts_key *key)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s/%s", c->dir, key->hex);
	return strbuf_detach(&sb, NULL);
}

static bool whole(const struct facts_key *key, const struct strbuf *entry, struct head *ret)
{
	char sum[KEY_LEN + 1];

	if (entry->len < sizeof(*ret))
		return false;
	memcpy(ret, entry->buf, sizeof(*ret));
	if (memcmp(ret->magic, magic, sizeof(magic)) || memcmp(ret->key, key->hex, KEY_LEN))
		return false;
	sum_of(entry->buf, entry->len, sum);
	return !memcmp(ret->sum, sum, KEY_LEN) && ret->n_deps <= entry->len &&
	       ret->n_facts <= entry->len && sizeof(*ret) + ret->n_deps + ret->n_facts == entry->len;
}

/* Do the facts in the entry hold? Then they are read, unless @ret is NULL. */
static bool use(struct facts_cache *c, struct facts_key *key, const struct strbuf *entry,
		struct facts *ret)
{
	struct deps deps = { 0 };
	struct head head;
	bool hold;

	if (!whole(key, entry, &head))
		return false;
	hold = deps_decode(&deps, entry->buf + sizeof(head), head.n_deps) == 0;
	if (hold && facts_cache_travels(c))
		deps_move(&deps, c->to, c->from, ARRAY_SIZE(c->from));
	hold = hold && deps_hold(&deps, c->view);
	deps_release(&deps);
	if (!hold)
		return false;
	hash128_hex(entry->buf + sizeof(head), head.n_deps, key->reads);
	if (!ret)
		return true;
	if (facts_decode(entry->buf + sizeof(head) + head.n_deps, head.n_facts, ret)) {
		facts_release(ret);
		return false;
	}
	return true;
}

static bool find_at(struct facts_cache *c, const char *path, struct facts_key *key,
		    struct facts *ret)
{
	struct strbuf entry = STRBUF_INIT;
	bool found = fs_read(path, &entry) == 0 && use(c, key, &entry, ret);

	strbuf_release(&entry);
	return found;
}

/* In the folders that were added; several may have one of the name. */
static bool find_added(struct facts_cache *c, struct facts_key *key, struct facts *ret)
{
	size_t from = 0, to = c->entries.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (strcmp(fs_basename(c->entries.v[mid]), key->hex) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	for (; from < c->entries.n && !strcmp(fs_basename(c->entries.v[from]), key->hex); from++)
		if (find_at(c, c->entries.v[from], key, ret))
			return true;
	return false;
}

bool facts_cache_find(struct facts_cache *c, struct facts_key *key, struct facts *ret)
{
	char *path = c->dir ? entry_path(c, key) : NULL;
	bool found = path && find_at(c, path, key, ret);

	/* The time of the last change says when it was used last. */
	if (found && !facts_cache_travels(c))
		utimensat(AT_FDCWD, path, NULL, 0);
	found = found || find_added(c, key, ret);
	c->n_found += found;
	free(path);
	return found;
}

void facts_cache_look_again(struct facts_cache *c)
{
	deps_view_free(c->view);
	c->view = deps_view_new();
}

bool facts_cache_confirm(struct facts_cache *c, struct facts_key *key)
{
	char *path = entry_path(c, key);
	bool holds = find_at(c, path, key, NULL);

	free(path);
	return holds;
}

void facts_cache_touch(const struct facts_cache *c, const struct facts_key *key)
{
	char *path = entry_path(c, key);

	utimensat(AT_FDCWD, path, NULL, 0);
	free(path);
}

/* The encoded deps with names of folders instead of where they are. */
static void add_deps(const struct facts_cache *c, const char *data, size_t len, struct strbuf *out)
{
	struct deps d;

	if (!facts_cache_travels(c)) {
		strbuf_add(out, data, len);
		return;
	}
	if (!deps_decode(&d, data, len)) {
		deps_move(&d, c->from, c->to, ARRAY_SIZE(c->from));
		deps_encode(&d, out);
	}
	deps_release(&d);
}

bool facts_cache_store(struct facts_cache *c, struct facts_key *key, const char *deps,
		       size_t n_deps, const char *facts, size_t n_facts)
{
	struct head head = { .n_facts = n_facts };
	struct strbuf entry = STRBUF_INIT;
	char sum[KEY_LEN + 1];
	char *path = entry_path(c, key);
	bool kept;

	memcpy(head.magic, magic, sizeof(magic));
	memcpy(head.key, key->hex, KEY_LEN);
	strbuf_add(&entry, &head, sizeof(head));
	add_deps(c, deps, n_deps, &entry);
	head.n_deps = entry.len - sizeof(head);
	hash128_hex(entry.buf + sizeof(head), head.n_deps, key->reads);
	memcpy(entry.buf, &head, sizeof(head));
	strbuf_add(&entry, facts, n_facts);
	sum_of(entry.buf, entry.len, sum);
	memcpy(entry.buf + offsetof(struct head, sum), sum, KEY_LEN);
	kept = fs_write(path, entry.buf, entry.len) == 0;
	if (kept) {
		c->n_stored++;
		c->unpruned += entry.len;
		/* A run over everything must not fill the disk before its end. */
		if (!facts_cache_travels(c) && c->unpruned > c->limit / 8)
			prune(c);
	}
	strbuf_release(&entry);
	free(path);
	return kept;
}
