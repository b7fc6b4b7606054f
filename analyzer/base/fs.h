/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_FS_H
#define RELOCK_BASE_FS_H

#include "base/arena.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Appends the whole file @path to @out. Returns 0 or a negative errno; @out is then as before. */
int fs_read(const char *path, struct strbuf *out);

/* The same up to and including its first newline. */
int fs_read_line(const char *path, struct strbuf *out);

/*
 * Writes @len bytes as the file @path: aside first, then renamed, so that
 * readers see the old file or the whole new one and two writers do not mix.
 * What is no regular file (/dev/stdout, a pipe) is written to as it is.
 * Returns 0 or a negative errno; then nothing is left behind.
 */
int fs_write(const char *path, const void *data, size_t len);
/* Adds @len bytes to the end of the file @path, which is made if it is not there. */
int fs_append(const char *path, const void *data, size_t len);

/* Makes the folder @path and those above it. Returns 0, also when it is there, or a negative errno. */
int fs_mkdirs(const char *path);

/* Removes @path and all below it; follows no symbolic link. Returns 0 or a negative errno. */
int fs_remove_all(const char *path);

bool fs_is_dir(const char *path);
bool fs_exists(const char *path);

/* @a/@b, or just @b if that is absolute or @a is empty. In the arena. */
char *fs_join(struct arena *a, const char *dir, const char *name);

/* The folder that @path is in, "." if it names none. In the arena. */
char *fs_dirname(struct arena *a, const char *path);

/* What follows the last slash of @path; a part of it. */
const char *fs_basename(const char *path);

/* @path made absolute from @dir (and that from the working directory), without "." and doubled slashes; ".." stays. In the arena. */
char *fs_absolute(struct arena *a, const char *dir, const char *path);

/* The part of @path below the folder @dir, or NULL if it is not below; both absolute. */
const char *fs_below(const char *path, const char *dir);

/*
 * Calls @visit for everything below @dir, in the order of the names. @path
 * starts with @dir. @type is DT_DIR, DT_REG, DT_LNK, ... of dirent.h. @visit
 * returns 0 to go on, FS_SKIP to leave out the folder, or a negative errno to
 * end the walk, which fs_walk() then returns. Symbolic links are not followed.
 * A folder that cannot be read is left out.
 */
#define FS_SKIP 1
typedef int fs_visit_fn(void *data, const char *path, const char *name, unsigned char type);
int fs_walk(const char *dir, fs_visit_fn *visit, void *data);

#endif
