// SPDX-License-Identifier: MIT
#include "kbuild/stamp.h"

#include "base/fs.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Files that decide what `make prepare` makes and which commands there are. */
static bool matters(const char *name)
{
	size_t len = strlen(name);

	return begins(name, "Makefile") || begins(name, "Kconfig") || begins(name, "Kbuild") ||
	       !strcmp(name, "asm-offsets.c") || !strcmp(name, "bounds.c") ||
	       (len > 4 && !strcmp(name + len - 4, ".tbl"));
}

static void add_time(struct strbuf *out, const struct stat *st)
{
	strbuf_addf(out, "%" PRId64 ".%09ld", (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

/* "F TIME SIZE PATH" and "D TIME PATH"; of what is gone there is no line. */
static void add_line(const char *path, const char *tree, char kind, struct strbuf *out)
{
	const char *below = fs_below(path, tree);
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	strbuf_addch(out, kind);
	strbuf_addch(out, ' ');
	add_time(out, &st);
	if (kind == 'F')
		strbuf_addf(out, " %" PRId64, (int64_t)st.st_size);
	strbuf_addf(out, " %s\n", below ? below : ".");
}

struct stamp_walk {
	const char *tree;
	struct strbuf *out;
};

static int visit(void *data, const char *path, const char *name, unsigned char type)
{
	struct stamp_walk *w = data;

	if (type == DT_DIR) {
		if (name[0] == '.')
			return FS_SKIP;
		add_line(path, w->tree, 'D', w->out);
	} else if (matters(name)) {
		add_line(path, w->tree, 'F', w->out);
	}
	return 0;
}

void stamp_make(const char *tree, const char *head, struct strbuf *out)
{
	struct stamp_walk w = { .tree = tree, .out = out };

	strbuf_addf(out, "H %s\n", head);
	add_line(tree, tree, 'D', out);
	fs_walk(tree, visit, &w);
}

/* Is the line (without its newline) what add_line() would write now? */
static bool line_holds(const char *tree, const char *line, size_t len, struct strbuf *path,
		       struct strbuf *now)
{
	const char *name = memchr(line + 2, ' ', len - 2);

	if (name && line[0] == 'F')
		name = memchr(name + 1, ' ', len - (size_t)(name + 1 - line));
	if (!name)
		return false;
	name++;
	strbuf_reset(path);
	strbuf_addstr(path, tree);
	if (len != (size_t)(name - line) + 1 || *name != '.') {
		strbuf_addch(path, '/');
		strbuf_add(path, name, len - (size_t)(name - line));
	}
	strbuf_reset(now);
	add_line(path->buf, tree, line[0], now);
	return now->len == len + 1 && !memcmp(now->buf, line, len);
}

/* The files of a stamp alone, without the folders. */
static void files_of(const char *stamp, struct strbuf *out)
{
	while (*stamp) {
		size_t len = strcspn(stamp, "\n");

		len += stamp[len] == '\n';
		if (stamp[0] != 'D')
			strbuf_add(out, stamp, len);
		stamp += len;
	}
}

static bool same_files(const char *tree, const char *head, const char *stamp,
		       struct strbuf *ret_fresh)
{
	struct strbuf now = STRBUF_INIT, then_files = STRBUF_INIT, now_files = STRBUF_INIT;
	bool same;

	stamp_make(tree, head, &now);
	files_of(stamp, &then_files);
	files_of(now.buf, &now_files);
	same = !strcmp(then_files.buf, now_files.buf);
	if (same)
		strbuf_add(ret_fresh, now.buf, now.len);
	strbuf_release(&now);
	strbuf_release(&then_files);
	strbuf_release(&now_files);
	return same;
}

bool stamp_holds(const char *tree, const char *head, const char *stamp, struct strbuf *ret_fresh)
{
	struct strbuf path = STRBUF_INIT, now = STRBUF_INIT;
	size_t head_len = strlen(head);
	bool holds, walk = false;

	if (strncmp(stamp, "H ", 2) || strncmp(stamp + 2, head, head_len) ||
	    stamp[2 + head_len] != '\n')
		return false;
	holds = true;
	for (const char *p = stamp + 3 + head_len; *p && holds;) {
		size_t len = strcspn(p, "\n");

		if (len < 3 || !line_holds(tree, p, len, &path, &now)) {
			if (p[0] == 'D')
				walk = true;
			else
				holds = false;
		}
		p += len;
		p += *p == '\n';
	}
	strbuf_release(&path);
	strbuf_release(&now);
	return holds && (!walk || same_files(tree, head, stamp, ret_fresh));
}
