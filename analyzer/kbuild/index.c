// SPDX-License-Identifier: MIT
#include "kbuild/index.h"

#include "base/fs.h"
#include "base/hash.h"
#include "kbuild/scan.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Raise it when the records of scan.c change or mean something else. */
#define CACHE_MAGIC "relock index 2\n"
#define MAX_THREADS 16

/*
 * A file that was changed that shortly before it was read may change again
 * without its time saying so (git's "racily clean" entries).
 */
#define FRESH_NS INT64_C(2000000000)

/* Who has a file in its text. */
#define READER_NONE UINT32_MAX
#define READER_MANY (UINT32_MAX - 1)

struct file {
	const char *path;
	int64_t size; /* -1: there is no such file */
	int64_t mtime;
	const char *record;
	size_t record_len;
	char *owned; /* the record, where it is not the cache's */
	uint32_t *includes; /* files; those that are not there are left out */
	uint32_t n_includes;
	uint32_t reader;   /* the source that it belongs to */
	uint32_t visited;  /* the last unit whose text it was seen in, from 1 */
};

/* As it stands in the cache file. */
struct cached {
	const char *path;
	int64_t size, mtime;
	const char *record;
	size_t record_len;
};

struct building {
	struct source_index *idx;
	const struct kbuild *kb;
	const struct index_options *o;
	struct arena arena; /* of the building alone */
	struct scan_options scan;
	struct kconfig config;
	uint64_t head; /* what the records depend on besides the file */
	VEC(struct file) files;
	struct map64 by_path;
	VEC(struct cached) cached;
	struct map64 cached_by_path;
	struct strbuf cache;
	VEC(uint32_t) unit_files; /* the source of each unit */
	VEC(uint32_t) def_names; /* of each definition, before they are grouped */
	int64_t now;
	bool changed; /* the cache file is to be written */
};

/* ---- tables by text ------------------------------------------------------------------------ */

static uint64_t text_key(const char *s)
{
	return hash64(s, strlen(s));
}

/* ---- the cache ----------------------------------------------------------------------------- */

const char *index_cache_file(const struct kbuild *kb, const char *purpose, struct arena *a)
{
	if (!kb->build || !strcmp(kb->build, kb->tree) || fs_below(kb->build, kb->tree))
		return NULL;
	return arena_printf(a, "%s/.relock-index-%s", kb->build, purpose);
}

static void put_number(struct strbuf *out, int64_t n)
{
	strbuf_add(out, &n, sizeof(n));
}

static bool get_number(const char **p, const char *end, int64_t *ret)
{
	if ((size_t)(end - *p) < sizeof(*ret))
		return false;
	memcpy(ret, *p, sizeof(*ret));
	*p += sizeof(*ret);
	return true;
}

static bool get_cached(const char **p, const char *end, struct cached *ret)
{
	const char *nul = memchr(*p, '\0', (size_t)(end - *p));
	int64_t len;

	if (!nul)
		return false;
	ret->path = *p;
	*p = nul + 1;
	if (!get_number(p, end, &ret->size) || !get_number(p, end, &ret->mtime) ||
	    !get_number(p, end, &len) || len < 0 || len > end - *p)
		return false;
	ret->record = *p;
	ret->record_len = (size_t)len;
	*p += len;
	return true;
}

/* The cache: magic, head, files, and the hash of all that. Anything else is no cache. */
static void read_cache(struct building *b)
{
	const size_t magic = sizeof(CACHE_MAGIC) - 1;
	const char *p, *end;
	uint64_t head, sum;
	struct cached c;

	if (!b->o->cache || fs_read(b->o->cache, &b->cache) < 0 ||
	    b->cache.len < magic + 2 * sizeof(uint64_t) ||
	    memcmp(b->cache.buf, CACHE_MAGIC, magic))
		return;
	end = b->cache.buf + b->cache.len - sizeof(sum);
	memcpy(&sum, end, sizeof(sum));
	p = b->cache.buf + magic;
	memcpy(&head, p, sizeof(head));
	p += sizeof(head);
	if (head != b->head || sum != hash64(b->cache.buf, (size_t)(end - b->cache.buf)))
		return;
	while (p < end && get_cached(&p, end, &c)) {
		map64_put(&b->cached_by_path, text_key(c.path), (uint32_t)b->cached.n);
		vec_push(&b->cached, c);
	}
}

static void write_cache(struct building *b)
{
	struct strbuf out = STRBUF_INIT;
	uint64_t sum;

	strbuf_addstr(&out, CACHE_MAGIC);
	strbuf_add(&out, &b->head, sizeof(b->head));
	for (size_t i = 0; i < b->files.n; i++) {
		const struct file *f = &b->files.v[i];

		if (f->size < 0)
			continue;
		strbuf_add(&out, f->path, strlen(f->path) + 1);
		put_number(&out, f->size);
		put_number(&out, f->mtime > b->now - FRESH_NS ? -1 : f->mtime);
		put_number(&out, (int64_t)f->record_len);
		strbuf_add(&out, f->record, f->record_len);
	}
	sum = hash64(out.buf, out.len);
	strbuf_add(&out, &sum, sizeof(sum));
	/* Where it cannot be written the next run takes longer; that is all. */
	(void)fs_write(b->o->cache, out.buf, out.len);
	strbuf_release(&out);
}

static void make_head(struct building *b, const struct strbuf *config)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_add(&sb, config->buf, config->len);
	strbuf_addch(&sb, '\0');
	for (size_t i = 0; i < b->scan.n_identifiers; i++)
		strbuf_add(&sb, b->scan.identifiers[i], strlen(b->scan.identifiers[i]) + 1);
	strbuf_addch(&sb, '\0');
	for (size_t i = 0; i < b->scan.words->n; i++)
		strbuf_add(&sb, b->scan.words->v[i], strlen(b->scan.words->v[i]) + 1);
	b->head = hash64(sb.buf, sb.len);
	strbuf_release(&sb);
}

/* ---- files --------------------------------------------------------------------------------- */

static bool find_record(const struct building *b, struct file *f)
{
	uint32_t at = map64_get(&b->cached_by_path, text_key(f->path));
	const struct cached *c;

	if (at == MAP64_EMPTY)
		return false;
	c = &b->cached.v[at];
	if (c->size != f->size || c->mtime != f->mtime || strcmp(c->path, f->path))
		return false;
	f->record = c->record;
	f->record_len = c->record_len;
	return true;
}

/* The number of the file @path, new or known. */
static uint32_t add_file(struct building *b, const char *path)
{
	uint64_t key = text_key(path);
	struct file f = { .size = -1, .reader = READER_NONE };
	struct stat st;
	uint32_t at;

	while ((at = map64_get(&b->by_path, key)) != MAP64_EMPTY) {
		if (!strcmp(b->files.v[at].path, path))
			return at;
		key++;
	}
	f.path = arena_strdup(&b->arena, path);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		f.size = st.st_size;
		f.mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	}
	at = (uint32_t)b->files.n;
	map64_put(&b->by_path, key, at);
	vec_push(&b->files, f);
	return at;
}

struct wave {
	struct building *b;
	size_t end;
	atomic_size_t next;
};

static void read_file(const struct building *b, struct file *f, struct strbuf *text)
{
	struct strbuf record = STRBUF_INIT;

	strbuf_reset(text);
	/* One that went away in the meantime has an empty record, and another time next time. */
	if (fs_read(f->path, text) == 0)
		scan_text(text->buf, text->len, &b->scan, &record);
	f->record_len = record.len;
	f->owned = strbuf_detach(&record, NULL);
	f->record = f->owned;
}

static void *read_wave(void *data)
{
	struct wave *w = data;
	struct strbuf text = STRBUF_INIT;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->end) {
		struct file *f = &w->b->files.v[i];

		if (f->size >= 0 && !f->record)
			read_file(w->b, f, &text);
	}
	strbuf_release(&text);
	return NULL;
}

/* Gives each file from @first on its record. */
static void read_files(struct building *b, size_t first)
{
	struct wave w = { .b = b, .end = b->files.n, .next = first };
	pthread_t threads[MAX_THREADS];
	size_t n = 0, missing = 0, wanted = b->o->jobs;
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	for (size_t i = first; i < b->files.n; i++) {
		struct file *f = &b->files.v[i];

		if (f->size >= 0 && !find_record(b, f))
			missing++;
	}
	b->idx->n_read += missing;
	b->changed |= missing > 0;
	if (!wanted)
		wanted = online > 0 ? (size_t)online : 1;
	/* A thread for a handful of files is not worth its start. */
	while (n + 1 < wanted && n < MAX_THREADS && missing > 16 * (n + 1)) {
		if (pthread_create(&threads[n], NULL, read_wave, &w))
			break;
		n++;
	}
	read_wave(&w);
	while (n)
		pthread_join(threads[--n], NULL);
}

/* ---- includes ------------------------------------------------------------------------------ */

/* Takes "." and "DIR/.." out of the absolute @path, in place: one file, one name. */
static void simplify(char *path)
{
	char *out = path;

	for (const char *p = path; *p;) {
		size_t len = strcspn(p + 1, "/") + 1;

		if (len == 3 && !memcmp(p, "/..", 3)) {
			while (out > path && *--out != '/')
				;
		} else if (len > 1 && !(len == 2 && p[1] == '.')) {
			memmove(out, p, len);
			out += len;
		}
		p += len;
	}
	*out = '\0';
}

/* A path of the tree or the build that is no folder of headers for all. */
static bool is_own(const struct kbuild *kb, const char *path)
{
	const char *below = fs_below(path, kb->tree);

	if (!below)
		below = fs_below(path, kb->build);
	return below && strncmp(below, "include/", 8) && !strstr(below, "/include/");
}

static void add_includes(struct building *b, size_t from)
{
	const char *p = b->files.v[from].record, *end = p + b->files.v[from].record_len;
	const char *dir = NULL;
	struct scan_item item;
	VEC(uint32_t) found = { 0 };

	while (scan_next(&p, end, &item)) {
		uint32_t at;
		char *path;

		if (item.kind != SCAN_INCLUDE || item.name[0] == '/')
			continue;
		if (!dir)
			dir = fs_dirname(&b->arena, b->files.v[from].path);
		path = fs_join(&b->arena, dir, item.name);
		simplify(path);
		if (!is_own(b->kb, path))
			continue;
		at = add_file(b, path);
		if (b->files.v[at].size >= 0)
			vec_push(&found, at);
	}
	if (found.n)
		b->files.v[from].includes =
			arena_memdup(&b->arena, found.v, found.n * sizeof(*found.v));
	b->files.v[from].n_includes = (uint32_t)found.n;
	vec_release(&found);
}

static void read_all(struct building *b)
{
	size_t done = 0;

	for (size_t i = 0; i < b->kb->units.n; i++)
		vec_push(&b->unit_files, add_file(b, b->kb->units.v[i].path));
	/* Breadth first, so that each wave of includes can be read by all threads. */
	while (done < b->files.n) {
		size_t end = b->files.n;

		read_files(b, done);
		for (; done < end; done++) {
			if (b->files.v[done].record)
				add_includes(b, done);
		}
	}
}

/* ---- units --------------------------------------------------------------------------------- */

typedef void visit_fn(struct building *b, uint32_t unit, uint32_t file);

/* Calls @visit for each file of the unit's text, the source first. */
static void walk_unit(struct building *b, uint32_t unit, uint32_t mark, visit_fn *visit)
{
	VEC(uint32_t) todo = { 0 };

	vec_push(&todo, b->unit_files.v[unit]);
	while (todo.n) {
		uint32_t at = todo.v[--todo.n];
		const struct file *f = &b->files.v[at];

		if (f->visited == mark)
			continue;
		b->files.v[at].visited = mark;
		visit(b, unit, at);
		for (uint32_t i = f->n_includes; i; i--) {
			if (b->files.v[f->includes[i - 1]].visited != mark)
				vec_push(&todo, f->includes[i - 1]);
		}
	}
	vec_release(&todo);
}

static void note_reader(struct building *b, uint32_t unit, uint32_t file)
{
	struct file *f = &b->files.v[file];
	uint32_t source = b->unit_files.v[unit];

	if (f->reader == READER_NONE)
		f->reader = source;
	else if (f->reader != source)
		f->reader = READER_MANY;
}

static bool is_header(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && !strcmp(path + len - 2, ".h");
}

/* ---- names --------------------------------------------------------------------------------- */

static uint32_t name_number(struct source_index *idx, const char *name)
{
	struct index_name new = { 0 };
	uint64_t key = text_key(name);
	uint32_t at;

	while ((at = map64_get(&idx->by_name, key)) != MAP64_EMPTY) {
		if (!strcmp(idx->names.v[at].name, name))
			return at;
		key++;
	}
	new.name = arena_strdup(&idx->arena, name);
	at = (uint32_t)idx->names.n;
	map64_put(&idx->by_name, key, at);
	vec_push(&idx->names, new);
	return at;
}

static void add_mention(struct source_index *idx, uint32_t identifier, uint32_t unit)
{
	struct unit_list *list = &idx->mentions[identifier];

	/* Units come in their order. */
	if (identifier < idx->n_identifiers && (!list->v.n || list->v.v[list->v.n - 1] != unit))
		vec_push(&list->v, unit);
}

/* As struct compile_unit.file would name it. */
static const char *name_of(struct building *b, const struct file *f)
{
	const char *below = fs_below(f->path, b->kb->build);

	if (below && strcmp(b->kb->build, b->kb->tree))
		return arena_printf(&b->idx->arena, "build:%s", below);
	below = fs_below(f->path, b->kb->tree);
	return arena_strdup(&b->idx->arena, below ? below : f->path);
}

static void add_text(struct building *b, uint32_t unit, uint32_t file)
{
	struct source_index *idx = b->idx;
	const struct file *f = &b->files.v[file];
	const char *p = f->record, *end, *name = NULL;
	struct scan_item item;
	uint32_t number;

	if (!p || (f->reader == READER_MANY && file != b->unit_files.v[unit] && is_header(f->path)))
		return;
	end = p + f->record_len;
	while (scan_next(&p, end, &item)) {
		struct index_def def = {
			.line = item.number,
			.unit = unit,
			.is_static = item.flags & SCAN_STATIC,
			.notrace = item.flags & SCAN_NOTRACE,
		};

		if (item.kind == SCAN_MENTION)
			add_mention(idx, item.number, unit);
		if (item.kind != SCAN_DEF)
			continue;
		if (!name)
			name = file == b->unit_files.v[unit] ? b->kb->units.v[unit].file :
							       name_of(b, f);
		def.file = name;
		vec_push(&idx->defs, def);
		number = name_number(idx, item.name);
		idx->names.v[number].n++;
		vec_push(&b->def_names, number);
	}
}

/* Puts the definitions of a name together, without changing their order. */
static void group_defs(struct building *b)
{
	struct source_index *idx = b->idx;
	struct index_def *grouped = xcalloc(idx->defs.n + 1, sizeof(*grouped));
	uint32_t first = 0;

	for (size_t i = 0; i < idx->names.n; i++) {
		idx->names.v[i].first = first;
		first += idx->names.v[i].n;
		idx->names.v[i].n = 0;
	}
	for (size_t i = 0; i < idx->defs.n; i++) {
		struct index_name *name = &idx->names.v[b->def_names.v[i]];

		grouped[name->first + name->n++] = idx->defs.v[i];
	}
	free(idx->defs.v);
	idx->defs.v = grouped;
	idx->defs.cap = idx->defs.n + 1;
}

static void make_index(struct building *b)
{
	size_t n = b->kb->units.n;
	uint32_t mark = 0;

	for (size_t i = 0; i < n; i++)
		walk_unit(b, (uint32_t)i, ++mark, note_reader);
	for (size_t i = 0; i < n; i++)
		walk_unit(b, (uint32_t)i, ++mark, add_text);
	group_defs(b);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static void start(struct building *b)
{
	static const struct names no_words = { 0 };
	struct strbuf config = STRBUF_INIT;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	b->now = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	b->scan.identifiers = b->o->identifiers;
	b->scan.n_identifiers = b->o->n_identifiers;
	b->scan.words = b->o->words ? b->o->words : &no_words;
	/* A build that is nothing but a list of commands has none: then no condition is known. */
	if (fs_read(fs_join(&b->arena, b->kb->build, ".config"), &config) == 0) {
		kconfig_parse(&b->config, config.buf);
		b->scan.config = &b->config;
	}
	make_head(b, &config);
	strbuf_release(&config);
}

static void finish(struct building *b)
{
	for (size_t i = 0; i < b->files.n; i++) {
		vec_push(&b->idx->looked, arena_strdup(&b->idx->arena, b->files.v[i].path));
		b->idx->n_files += b->files.v[i].size >= 0;
		free(b->files.v[i].owned);
	}
	if (b->scan.config)
		kconfig_release(&b->config);
	vec_release(&b->files);
	vec_release(&b->cached);
	vec_release(&b->unit_files);
	vec_release(&b->def_names);
	map64_release(&b->by_path);
	map64_release(&b->cached_by_path);
	strbuf_release(&b->cache);
	arena_release(&b->arena);
}

void index_open(struct source_index *ret, const struct kbuild *kb, const struct index_options *o)
{
	struct building b = { .idx = ret, .kb = kb, .o = o, .cache = STRBUF_INIT };

	memset(ret, 0, sizeof(*ret));
	ret->identifiers = o->identifiers;
	ret->n_identifiers = o->n_identifiers;
	ret->mentions = xcalloc(o->n_identifiers + 1, sizeof(*ret->mentions));
	start(&b);
	read_cache(&b);
	read_all(&b);
	make_index(&b);
	if (o->cache && b.changed)
		write_cache(&b);
	finish(&b);
}

void index_release(struct source_index *idx)
{
	for (size_t i = 0; idx->mentions && i < idx->n_identifiers; i++)
		vec_release(&idx->mentions[i].v);
	free(idx->mentions);
	vec_release(&idx->names);
	vec_release(&idx->defs);
	vec_release(&idx->looked);
	map64_release(&idx->by_name);
	arena_release(&idx->arena);
	memset(idx, 0, sizeof(*idx));
}

size_t index_find(const struct source_index *idx, const char *function,
		  const struct index_def **ret)
{
	uint64_t key = text_key(function);
	uint32_t at;

	while ((at = map64_get(&idx->by_name, key)) != MAP64_EMPTY) {
		const struct index_name *name = &idx->names.v[at];

		if (!strcmp(name->name, function)) {
			*ret = &idx->defs.v[name->first];
			return name->n;
		}
		key++;
	}
	return 0;
}

const struct index_def *index_find_external(const struct source_index *idx, const char *function)
{
	const struct index_def *def = NULL;
	size_t n = index_find(idx, function, &def);

	for (size_t i = 0; i < n; i++) {
		if (!def[i].is_static)
			return &def[i];
	}
	return NULL;
}

const size_t *index_mentions(const struct source_index *idx, const char *identifier,
			     size_t *ret_n)
{
	for (size_t i = 0; i < idx->n_identifiers; i++) {
		if (!strcmp(idx->identifiers[i], identifier)) {
			*ret_n = idx->mentions[i].v.n;
			return idx->mentions[i].v.v;
		}
	}
	*ret_n = 0;
	return NULL;
}
