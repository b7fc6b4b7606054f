// SPDX-License-Identifier: MIT
#include "lab/farm.h"

#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct making {
	struct arena *a;
	const char *tree, *farm, *skip;
	const struct farm_edit *edits;
	size_t n;
	size_t used;	    /* of @edits */
	const char *failed; /* the path that @err is about */
};

static const struct farm_edit *edit_of(const struct making *m, const char *file)
{
	for (size_t i = 0; i < m->n; i++) {
		if (!strcmp(m->edits[i].file, file))
			return &m->edits[i];
	}
	return NULL;
}

/* What the link at @path says; false: there is no link. */
static bool read_link(const char *path, char ret[static PATH_MAX])
{
	ssize_t len = readlink(path, ret, PATH_MAX - 1);

	if (len < 0)
		return false;
	ret[len] = '\0';
	return true;
}

/* Writes the file anew if it has another text. What is at @path is no link any more. */
static int put_file(const char *path, const char *text, size_t len)
{
	struct strbuf old = STRBUF_INIT;
	struct stat st;
	int err = 0;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
		err = fs_remove_all(path);
		if (!err)
			err = fs_write(path, text, len);
		return err;
	}
	err = fs_read(path, &old);
	if (!err && (old.len != len || memcmp(old.buf, text, len) != 0))
		err = fs_write(path, text, len);
	strbuf_release(&old);
	return err;
}

static int put_link(const char *path, const char *target)
{
	char now[PATH_MAX];
	int err;

	if (read_link(path, now) && !strcmp(now, target))
		return 0;
	err = fs_remove_all(path);
	if (!err && symlink(target, path) < 0)
		err = -errno;
	return err;
}

static int put_folder(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISDIR(st.st_mode) && unlink(path) < 0)
		return -errno;
	return mkdir(path, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

/* A file of the tree that is not edited: a link, or its text where it was edited once. */
static int put_same(const char *path, const char *original)
{
	struct strbuf text = STRBUF_INIT;
	struct stat st;
	int err;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return put_link(path, original);
	err = fs_read(original, &text);
	if (!err)
		err = put_file(path, text.buf, text.len);
	strbuf_release(&text);
	return err;
}

/* A link of the tree that leads to something else in it leads to that of the farm. */
static int put_same_link(const struct making *m, const char *path, const char *original)
{
	char target[PATH_MAX], *real = realpath(original, NULL);
	bool inside = real && fs_below(real, m->tree);

	free(real);
	if (inside && read_link(original, target) && target[0] != '/')
		return put_link(path, target);
	return put_link(path, original);
}

static int visit_tree(void *data, const char *path, const char *name, unsigned char type)
{
	struct making *m = data;
	const char *file = fs_below(path, m->tree), *to;
	const struct farm_edit *edit = edit_of(m, file);
	struct arena_mark mark = arena_mark(m->a);
	int err = 0;

	if (type == DT_DIR && (!strcmp(name, ".git") || (m->skip && !strcmp(path, m->skip))))
		return FS_SKIP;
	to = fs_join(m->a, m->farm, file);
	if (type == DT_DIR) {
		err = put_folder(to);
	} else if (edit) {
		err = put_file(to, edit->text, edit->len);
		m->used++;
	} else if (type == DT_REG) {
		err = put_same(to, path);
	} else if (type == DT_LNK) {
		err = put_same_link(m, to, path);
	}
	arena_return(m->a, &mark);
	if (err && !m->failed)
		m->failed = arena_strdup(m->a, path);
	return err;
}

/* What the tree does not have, or has as something else, goes. */
static int visit_farm(void *data, const char *path, const char *name, unsigned char type)
{
	struct making *m = data;
	struct arena_mark mark = arena_mark(m->a);
	const char *original = fs_join(m->a, m->tree, fs_below(path, m->farm));
	struct stat st;
	bool there = lstat(original, &st) == 0 && S_ISDIR(st.st_mode) == (type == DT_DIR) &&
		     !(type == DT_DIR && m->skip && !strcmp(original, m->skip));
	int err = there ? 0 : fs_remove_all(path);

	arena_return(m->a, &mark);
	if (err && !m->failed)
		m->failed = arena_strdup(m->a, path);
	return err || there ? err : FS_SKIP;
}

int farm_make(struct arena *a, const char *tree, const char *farm, const char *skip,
	      const struct farm_edit *edits, size_t n, const char **ret_error)
{
	struct making m = {
		.a = a, .tree = tree, .farm = farm, .skip = skip, .edits = edits, .n = n};
	int err = fs_mkdirs(farm);

	if (!err)
		err = fs_walk(tree, visit_tree, &m);
	if (!err)
		err = fs_walk(farm, visit_farm, &m);
	if (!err && m.used != n) {
		*ret_error = arena_printf(a, "a file that is to be edited is not in %s", tree);
		return -ENOENT;
	}
	if (err)
		*ret_error = arena_printf(a, "cannot make %s as a copy of %s: %s: %s", farm, tree,
					  m.failed ? m.failed : farm, strerror(-err));
	return err;
}
