// SPDX-License-Identifier: MIT
#include "base/fs.h"

#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_regular(const char *path, size_t *ret_size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else
		err = 0;
	if (err) {
		close(fd);
		return err;
	}
	*ret_size = st.st_size > 0 ? (size_t)st.st_size : 0;
	return fd;
}

/* The size of a file is only a hint: those below /proc have none. */
static int read_fd(int fd, size_t hint, bool one_line, struct strbuf *out)
{
	size_t before = out->len, size = hint < 4096 || one_line ? 4096 : hint + 1;
	char *buf = xmalloc(size);
	int err = 0;

	for (;;) {
		ssize_t n = read(fd, buf, size);
		const char *nl;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			strbuf_setlen(out, before);
			break;
		}
		if (n == 0)
			break;
		nl = one_line ? memchr(buf, '\n', (size_t)n) : NULL;
		if (nl) {
			strbuf_add(out, buf, (size_t)(nl - buf) + 1);
			break;
		}
		strbuf_add(out, buf, (size_t)n);
	}
	free(buf);
	return err;
}

static int read_path(const char *path, bool one_line, struct strbuf *out)
{
	size_t size = 0;
	int fd = open_regular(path, &size);
	int err;

	if (fd < 0)
		return fd;
	err = read_fd(fd, size, one_line, out);
	close(fd);
	return err;
}

int fs_read(const char *path, struct strbuf *out)
{
	return read_path(path, false, out);
}

int fs_read_line(const char *path, struct strbuf *out)
{
	return read_path(path, true, out);
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_in_place(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

int fs_write(const char *path, const void *data, size_t len)
{
	struct strbuf tmp = STRBUF_INIT;
	struct stat st;
	mode_t mask, mode;
	int fd, err;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : write_in_place(path, data, len);

	strbuf_addf(&tmp, "%s.XXXXXX", path);
	fd = mkostemp(tmp.buf, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		strbuf_release(&tmp);
		return err;
	}
	mask = umask(0);
	umask(mask);
	mode = 0666 & ~mask;
	err = write_all(fd, data, len);
	if (!err && fchmod(fd, mode) < 0)
		err = -errno;
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(tmp.buf, path) < 0)
		err = -errno;
	if (err)
		unlink(tmp.buf);
	strbuf_release(&tmp);
	return err;
}

int fs_append(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

int fs_mkdirs(const char *path)
{
	char *copy = xstrdup(path);
	int err = 0;

	for (char *p = copy + 1; *copy; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		err = mkdir(copy, 0777) < 0 ? -errno : 0;
		if (err == -EEXIST || ((err == -EACCES || err == -EROFS) && fs_is_dir(copy)))
			err = fs_is_dir(copy) ? 0 : -ENOTDIR;
		*p = c;
		if (err || !c)
			break;
	}
	free(copy);
	return err;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path) < 0 ? -errno : 0;
}

int fs_remove_all(const char *path)
{
	int err = nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);

	if (err == -1)
		err = -errno;
	return err == -ENOENT ? 0 : err;
}

bool fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fs_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

char *fs_join(struct arena *a, const char *dir, const char *name)
{
	size_t len = strlen(dir);

	if (name[0] == '/' || !len)
		return arena_strdup(a, name);
	return arena_printf(a, "%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

char *fs_dirname(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_strdup(a, ".");
	if (slash == path)
		return arena_strdup(a, "/");
	return arena_strndup(a, path, (size_t)(slash - path));
}

const char *fs_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *fs_absolute(struct arena *a, const char *dir, const char *path)
{
	char *whole = fs_join(a, dir, path);
	char *to, *here;

	if (*whole != '/') {
		here = getcwd(NULL, 0);
		whole = fs_join(a, here ? here : "/", whole);
		free(here);
	}
	to = whole;
	for (const char *from = whole; *from;) {
		size_t len;

		while (*from == '/')
			from++;
		len = strcspn(from, "/");
		if (!len)
			break;
		if (len != 1 || *from != '.') {
			*to++ = '/';
			memmove(to, from, len);
			to += len;
		}
		from += len;
	}
	if (to == whole)
		*to++ = '/';
	*to = '\0';
	return whole;
}

const char *fs_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	if (strncmp(path, dir, len) || path[len] != '/')
		return NULL;
	path += len;
	while (*path == '/')
		path++;
	return *path ? path : NULL;
}

struct entry {
	char *name;
	unsigned char type;
};

static int entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int walk(struct strbuf *path, fs_visit_fn *visit, void *data)
{
	VEC(struct entry) entries = { 0 };
	size_t len = path->len;
	struct dirent *de;
	int err = 0;
	DIR *d;

	d = opendir(path->buf);
	if (!d)
		return 0;
	while ((de = readdir(d))) {
		struct entry e;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		e.name = xstrdup(de->d_name);
		e.type = de->d_type;
		vec_push(&entries, e);
	}
	closedir(d);
	if (entries.n)
		qsort(entries.v, entries.n, sizeof(*entries.v), entry_cmp);
	for (size_t i = 0; i < entries.n && err >= 0; i++) {
		struct entry *e = &entries.v[i];

		strbuf_addch(path, '/');
		strbuf_addstr(path, e->name);
		if (e->type == DT_UNKNOWN) {
			struct stat st;

			if (lstat(path->buf, &st) == 0)
				e->type = (unsigned char)IFTODT(st.st_mode);
		}
		err = visit(data, path->buf, e->name, e->type);
		if (err == 0 && e->type == DT_DIR)
			err = walk(path, visit, data);
		strbuf_setlen(path, len);
	}
	for (size_t i = 0; i < entries.n; i++)
		free(entries.v[i].name);
	vec_release(&entries);
	return err < 0 ? err : 0;
}

int fs_walk(const char *dir, fs_visit_fn *visit, void *data)
{
	struct strbuf path = STRBUF_INIT;
	int err;

	if (!fs_is_dir(dir))
		return fs_exists(dir) ? -ENOTDIR : -ENOENT;
	strbuf_addstr(&path, dir);
	while (path.len > 1 && path.buf[path.len - 1] == '/')
		strbuf_setlen(&path, path.len - 1);
	err = walk(&path, visit, data);
	strbuf_release(&path);
	return err;
}
