// SPDX-License-Identifier: MIT
#include "kept/kept.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "kept/code.h"

#include <fcntl.h>
#include <uthash.h>

#define HEX 32

/* An entry: this and what it is about. The sum is of everything behind it. */
struct head {
	char magic[8];
	char sum[HEX];
	char key[HEX];
};

static const char result_magic[8] = "relock\nR", names_magic[8] = "relock\nN",
		  state_magic[8] = "relock\nS";

struct kept_key kept_key(const char *text, size_t len)
{
	struct kept_key key = { "" };

	hash128_hex(text, len, key.hex);
	return key;
}

/* --- Entries --- */

static const char *entry_path(struct arena *a, const char *dir, const struct kept_key *key)
{
	return fs_join(a, fs_join(a, dir, FACTS_CACHE_RESULTS), key->hex);
}

static void sum_of(const struct strbuf *entry, char ret[static HEX + 1])
{
	size_t from = offsetof(struct head, key);

	hash128_hex(entry->buf + from, entry->len - from, ret);
}

static void entry_begin(struct strbuf *entry, const char *magic, const struct kept_key *key)
{
	struct head head = { .sum = "" };

	memcpy(head.magic, magic, sizeof(head.magic));
	memcpy(head.key, key->hex, HEX);
	strbuf_add(entry, &head, sizeof(head));
}

static void entry_write(struct strbuf *entry, const char *dir, const struct kept_key *key)
{
	struct arena a = ARENA_INIT;
	char sum[HEX + 1];

	sum_of(entry, sum);
	memcpy(entry->buf + offsetof(struct head, sum), sum, HEX);
	if (fs_mkdirs(fs_join(&a, dir, FACTS_CACHE_RESULTS)) == 0)
		(void)fs_write(entry_path(&a, dir, key), entry->buf, entry->len);
	arena_release(&a);
}

/* Reads the entry, if it is whole, and notes that it is used. */
static bool entry_read(const char *dir, const char *magic, const struct kept_key *key,
		       struct strbuf *ret)
{
	struct arena a = ARENA_INIT;
	const char *path = entry_path(&a, dir, key);
	struct head head;
	char sum[HEX + 1];
	bool ok = fs_read(path, ret) == 0 && ret->len >= sizeof(head);

	if (ok) {
		memcpy(&head, ret->buf, sizeof(head));
		sum_of(ret, sum);
		ok = !memcmp(head.magic, magic, sizeof(head.magic)) &&
		     !memcmp(head.key, key->hex, HEX) && !memcmp(head.sum, sum, HEX);
	}
	if (ok)
		utimensat(AT_FDCWD, path, NULL, 0);
	arena_release(&a);
	return ok;
}

/* --- Results --- */

bool kept_result_find(const char *dir, const struct kept_key *key, struct arena *a,
		      struct report *ret)
{
	struct strbuf entry = STRBUF_INIT;
	bool found = false;

	if (entry_read(dir, result_magic, key, &entry)) {
		size_t len = entry.len - sizeof(struct head);
		const char *data = arena_memdup(a, entry.buf + sizeof(struct head), len);

		found = report_decode(a, data, len, ret) == 0;
	}
	strbuf_release(&entry);
	return found;
}

void kept_result_store(const char *dir, const struct kept_key *key, const struct report *r)
{
	struct strbuf entry = STRBUF_INIT;

	entry_begin(&entry, result_magic, key);
	report_encode(r, &entry);
	entry_write(&entry, dir, key);
	strbuf_release(&entry);
}

/* --- Names --- */

/* Each list is its names and an empty one. */
bool kept_names_find(const char *dir, const struct kept_key *key, struct arena *a,
		     struct strlist *ret, size_t n)
{
	struct strbuf entry = STRBUF_INIT;
	bool found = entry_read(dir, names_magic, key, &entry);
	const char *p, *end;

	p = entry.buf + sizeof(struct head);
	end = entry.buf + entry.len;
	for (; found && n; ret++, n--) {
		*ret = (struct strlist){ .v = ARENA_ARRAY(a, const char *, (size_t)(end - p)) };
		for (; p < end && *p; p += strlen(p) + 1)
			ret->v[ret->n++] = arena_strdup(a, p);
		found = p++ < end;
	}
	strbuf_release(&entry);
	return found;
}

void kept_names_store(const char *dir, const struct kept_key *key, const struct strlist *lists,
		      size_t n)
{
	struct strbuf entry = STRBUF_INIT;

	entry_begin(&entry, names_magic, key);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < lists[i].n; k++)
			strbuf_add(&entry, lists[i].v[k], strlen(lists[i].v[k]) + 1);
		strbuf_addch(&entry, '\0');
	}
	entry_write(&entry, dir, key);
	strbuf_release(&entry);
}

/* --- States --- */

struct kept_path {
	UT_hash_handle hh;
	char path[];
};

void kept_paths_add(struct kept_paths *p, const char *path)
{
	size_t len = strlen(path);
	struct kept_path *seen;

	HASH_FIND(hh, p->seen, path, len, seen);
	if (seen)
		return;
	seen = arena_alloc(&p->arena, sizeof(*seen) + len + 1);
	memcpy(seen->path, path, len);
	HASH_ADD_KEYPTR(hh, p->seen, seen->path, len, seen);
	vec_push(&p->v, seen->path);
}

void kept_paths_release(struct kept_paths *p)
{
	HASH_CLEAR(hh, p->seen);
	vec_release(&p->v);
	arena_release(&p->arena);
}

/* What stands for the content of a file, or the names in a folder. All 0: it is not there. */
struct stamp {
	uint64_t mode, ino, size;
	struct timespec modified, changed;
};

static void take_stamp(const char *path, struct stamp *ret)
{
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (stat(path, &st))
		return;
	ret->mode = st.st_mode;
	ret->ino = st.st_ino;
	ret->modified = st.st_mtim;
	/* Of a folder the time says it all; its size may shrink behind one's back. */
	if (!S_ISDIR(st.st_mode))
		ret->size = (uint64_t)st.st_size;
	/* Anybody can set the time of modification. */
	ret->changed = st.st_ctim;
}

void kept_add_stamp(const char *path, struct strbuf *out)
{
	struct stamp s;

	take_stamp(path, &s);
	strbuf_addstr(out, path);
	strbuf_addch(out, '\0');
	strbuf_add(out, &s, sizeof(s));
}

bool kept_state_find(const char *dir, const struct kept_key *key, struct kept_key *ret,
		     struct kept_facts *ret_facts)
{
	struct strbuf entry = STRBUF_INIT;
	const char *p, *end;
	uint64_t n;
	bool same = entry_read(dir, state_magic, key, &entry) &&
		    entry.len >= sizeof(struct head) + sizeof(*ret) + sizeof(n);

	p = entry.buf + sizeof(struct head);
	end = entry.buf + entry.len;
	if (same) {
		memcpy(ret, p, sizeof(*ret));
		p += sizeof(*ret);
		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
		same = n <= (size_t)(end - p) / sizeof(struct facts_key);
	}
	for (uint64_t i = 0; same && i < n; i++) {
		struct facts_key fk;

		memcpy(&fk, p, sizeof(fk));
		p += sizeof(fk);
		vec_push(&ret_facts->v, fk);
	}
	while (same && p < end) {
		const char *nul = memchr(p, '\0', (size_t)(end - p));
		struct stamp was, is;

		same = nul && (size_t)(end - nul - 1) >= sizeof(was);
		if (!same)
			break;
		memcpy(&was, nul + 1, sizeof(was));
		take_stamp(p, &is);
		same = !memcmp(&was, &is, sizeof(was));
		p = nul + 1 + sizeof(was);
	}
	strbuf_release(&entry);
	return same;
}

void kept_state_store(const char *dir, const struct kept_key *key, const struct kept_key *result,
		      const struct kept_facts *facts, const struct kept_paths *paths,
		      const struct timespec *since)
{
	struct strbuf entry = STRBUF_INIT;
	uint64_t n = facts->v.n;
	bool old = true;

	entry_begin(&entry, state_magic, key);
	strbuf_add(&entry, result, sizeof(*result));
	strbuf_add(&entry, &n, sizeof(n));
	for (size_t i = 0; i < facts->v.n; i++)
		strbuf_add(&entry, &facts->v.v[i], sizeof(facts->v.v[i]));
	for (size_t i = 0; i < paths->v.n && old; i++) {
		struct stamp s;

		take_stamp(paths->v.v[i], &s);
		old = !s.mode || (!time_may_be_after(&s.changed, since) &&
				  !time_may_be_after(&s.modified, since));
		strbuf_add(&entry, paths->v.v[i], strlen(paths->v.v[i]) + 1);
		strbuf_add(&entry, &s, sizeof(s));
	}
	if (old)
		entry_write(&entry, dir, key);
	strbuf_release(&entry);
}
