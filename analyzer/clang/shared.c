// SPDX-License-Identifier: MIT
#include "clang/shared_info.h"

#include "base/fs.h"
#include "base/hash.h"
#include "facts/facts.h"

#include <errno.h>
#include <fcntl.h>

/* Using a shared header. */

int shared_hash_file(const char *path, char ret[static SHARED_HEX + 1])
{
	struct strbuf sb = STRBUF_INIT;
	int err = fs_read(path, &sb);

	if (!err)
		hash128_hex(sb.buf, sb.len, ret);
	strbuf_release(&sb);
	return err;
}

static const void *part(const char **at, size_t n, size_t size)
{
	const void *ret = *at;

	*at += n * size;
	return ret;
}

/* How many bytes follow the head, if the parts are as many as it says. */
static size_t parts_size(const struct info_head *h)
{
	size_t words = (size_t)h->n_edges + h->n_roots + h->n_code + h->n_defs + h->n_users;

	return h->n_files * sizeof(struct info_file) + h->n_words * sizeof(struct info_word) +
	       h->n_decls * sizeof(struct info_decl) + words * sizeof(uint32_t) + h->n_text +
	       h->n_deps;
}

/* Reads what is known of the header. @ret_pch gets the sum of the precompiled file. */
static int read_info(struct shared *s, const char *path, char ret_pch[static SHARED_HEX + 1])
{
	struct info_head head;
	char sum[SHARED_HEX + 1];
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
	if (memcmp(head.magic, SHARED_MAGIC, sizeof(head.magic)) ||
	    memcmp(head.sum, sum, SHARED_HEX) || !head.n_text ||
	    s->raw.len - sizeof(head) != parts_size(&head))
		return -EBADMSG;
	memcpy(ret_pch, head.pch, SHARED_HEX);
	ret_pch[SHARED_HEX] = '\0';
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
	for (uint32_t i = 0; s->file_text && i < s->n_files; i++)
		strbuf_release(&s->file_text[i]);
	free(s->file_text);
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
	char pch[SHARED_HEX + 1];

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
	s->file_text = xcalloc(s->n_files + 1, sizeof(*s->file_text));
	for (uint32_t i = 0; i < s->n_files; i++)
		strbuf_init(&s->file_text[i]);
	return s;
}

static bool same_time(const struct shared *s, uint32_t file)
{
	const struct info_file *f = &s->files[file];
	struct stat st;

	return stat(s->text + f->path, &st) == 0 && st.st_size == f->size &&
	       st.st_mtim.tv_sec == f->sec && st.st_mtim.tv_nsec == f->nsec;
}

/* libclang wants the files to have the times that they had. */
static bool same_times(const struct shared *s)
{
	for (uint32_t i = 0; i < s->n_files; i++)
		if (!same_time(s, i))
			return false;
	return true;
}

const char *shared_text(const struct shared *s, const char *path, size_t *ret_size)
{
	uint32_t id = word_table_find(&s->paths, path, strlen(path));
	struct strbuf *text;

	if (id == FACTS_NONE)
		return NULL;
	text = &s->file_text[id];
	if (!text->len && (fs_read(path, text) || !same_time(s, id)))
		strbuf_reset(text);
	*ret_size = text->len;
	return text->len ? text->buf : NULL;
}

bool shared_is_current(const struct shared_group *g)
{
	struct shared *s = shared_new();
	struct deps_view *view = deps_view_new();
	char want[SHARED_HEX + 1], have[SHARED_HEX + 1];
	bool ret;

	ret = !read_info(s, g->path, want) && !shared_hash_file(s->pch, have) &&
	      !strcmp(want, have) && same_times(s) && deps_hold(&s->deps, view);
	/* The time of the last change says when it was used last. */
	if (ret)
		utimensat(AT_FDCWD, s->pch, NULL, 0);
	deps_view_free(view);
	shared_close(s);
	return ret;
}
