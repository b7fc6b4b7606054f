/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_UNIT_FOLDER_H
#define RELOCK_UNIT_FOLDER_H

#include "base/fs.h"

#include <string.h>

/* The folder of a test's own, and what it needs for names in it. Comes after cmocka.h. */
static char dir[64];
static struct arena arena;

static const char *in(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	const char *path = in(name);

	assert_int_equal(fs_mkdirs(fs_dirname(&arena, path)), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
}

#endif
