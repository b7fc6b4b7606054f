/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_ARENA_H
#define RELOCK_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory that dies together. Analysis code never frees single objects: it
 * takes them from the arena of its unit or of the run, and the owner of the
 * arena releases all of them at once.
 *
 * Out of memory ends the process with status 2 and one line on standard error
 * (arena_die): nothing in relock can go on without memory, and no caller has
 * to test for it.
 */
struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	char *next;                 /* first free byte of the newest chunk */
	char *end;
	size_t total; /* bytes taken from malloc, for statistics */
};

#define ARENA_INIT                                                                                 \
	{                                                                                          \
		NULL, NULL, NULL, 0                                                                \
	}

/* Makes an empty arena; no memory is taken before the first allocation. */
void arena_init(struct arena *a);

/* Gives back everything that came from the arena; it is empty afterwards and may be used again. */
void arena_release(struct arena *a);

/* A point in the life of an arena. Of several marks the newest is returned to first. */
struct arena_mark {
	struct arena_chunk *chunks;
	char *next;
};

struct arena_mark arena_mark(const struct arena *a);

/* Gives back what came from the arena since @mark, which was made of it. */
void arena_return(struct arena *a, const struct arena_mark *mark);

/* @size bytes, zeroed, aligned for any object. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* A zeroed array of @n objects of @size bytes; an overflow of the product ends the process. */
void *arena_calloc(struct arena *a, size_t n, size_t size);

/* A copy of @len bytes at @p. */
void *arena_memdup(struct arena *a, const void *p, size_t len);

/* A copy of the string @s; the copy lives as long as the arena. */
char *arena_strdup(struct arena *a, const char *s);

/* A copy of the first @len bytes of @s, terminated. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* printf into the arena. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Out of memory: says so and ends the process with status 2. */
void arena_die(size_t wanted) __attribute__((noreturn));

/* malloc family that ends the process instead of returning NULL; free() as usual. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_calloc((a), (n), sizeof(type)))

#endif
