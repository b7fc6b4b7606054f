// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGN (_Alignof(max_align_t))
/* Most arenas stay small, and there may be thousands at once. */
#define ARENA_FIRST ((size_t)8 * 1024)
#define ARENA_CHUNK ((size_t)64 * 1024)

struct arena_chunk {
	struct arena_chunk *older;
	char *older_end; /* of the older one, for arena_return() */
	_Alignas(max_align_t) char bytes[];
};

void arena_die(size_t wanted)
{
	fprintf(stderr, "relock: out of memory (%zu bytes wanted)\n", wanted);
	exit(2);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		arena_die(size);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		arena_die(size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		arena_die(size);
	return q;
}

char *xstrdup(const char *s)
{
	size_t len = strlen(s) + 1;

	return memcpy(xmalloc(len), s, len);
}

void arena_init(struct arena *a)
{
	*a = (struct arena)ARENA_INIT;
}

void arena_release(struct arena *a)
{
	struct arena_chunk *chunk, *older;

	for (chunk = a->chunks; chunk; chunk = older) {
		older = chunk->older;
		free(chunk);
	}
	arena_init(a);
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->chunks, a->next };
}

void arena_return(struct arena *a, const struct arena_mark *mark)
{
	while (a->chunks != mark->chunks) {
		struct arena_chunk *older = a->chunks->older;

		a->total -= (size_t)(a->end - (char *)a->chunks);
		a->end = a->chunks->older_end;
		free(a->chunks);
		a->chunks = older;
	}
	a->next = mark->next;
}

static void arena_grow(struct arena *a, size_t size)
{
	size_t usual = a->chunks ? ARENA_CHUNK : ARENA_FIRST;
	size_t room = size > usual ? size : usual;
	struct arena_chunk *chunk;

	if (room > SIZE_MAX - sizeof(*chunk))
		arena_die(size);
	chunk = xmalloc(sizeof(*chunk) + room);
	chunk->older = a->chunks;
	chunk->older_end = a->end;
	a->chunks = chunk;
	a->next = chunk->bytes;
	a->end = chunk->bytes + room;
	a->total += sizeof(*chunk) + room;
}

static void *take(struct arena *a, size_t size)
{
	void *p;

	if (size > SIZE_MAX - ARENA_ALIGN)
		arena_die(size);
	size = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (!a->next || (size_t)(a->end - a->next) < size)
		arena_grow(a, size);
	p = a->next;
	a->next += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		arena_die(SIZE_MAX);
	return arena_alloc(a, bytes);
}

void *arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *copy = take(a, len);

	return len ? memcpy(copy, p, len) : copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		len = 0;
	s = arena_alloc(a, (size_t)len + 1);
	vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	return s;
}
