// SPDX-License-Identifier: MIT
#include "clang/unit.h"

#define MAP_FIRST 64

static size_t mix(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15u;
	return (size_t)(h ^ h >> 32);
}

static void cursor_map_grow(struct cursor_map *m)
{
	struct cursor_slot *old = m->slot;
	size_t n = m->mask ? m->mask + 1 : 0;

	m->mask = n ? 2 * n - 1 : MAP_FIRST - 1;
	m->slot = xcalloc(m->mask + 1, sizeof(*m->slot));
	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (!old[i].used)
			continue;
		at = mix(clang_hashCursor(old[i].key)) & m->mask;
		while (m->slot[at].used)
			at = (at + 1) & m->mask;
		m->slot[at] = old[i];
	}
	free(old);
}

uint32_t *cursor_map_at(struct cursor_map *m, CXCursor key)
{
	size_t at;

	if (m->used * 2 >= m->mask)
		cursor_map_grow(m);
	at = mix(clang_hashCursor(key)) & m->mask;
	for (; m->slot[at].used; at = (at + 1) & m->mask)
		if (clang_equalCursors(m->slot[at].key, key))
			return &m->slot[at].val;
	m->slot[at] = (struct cursor_slot){ key, FACTS_NONE, true };
	m->used++;
	return &m->slot[at].val;
}

void cursor_map_clear(struct cursor_map *m)
{
	if (m->used)
		memset(m->slot, 0, (m->mask + 1) * sizeof(*m->slot));
	m->used = 0;
}

void cursor_map_release(struct cursor_map *m)
{
	free(m->slot);
	memset(m, 0, sizeof(*m));
}

static void pair_map_grow(struct pair_map *m)
{
	struct pair_slot *old = m->slot;
	size_t n = m->mask ? m->mask + 1 : 0;

	m->mask = n ? 2 * n - 1 : MAP_FIRST - 1;
	m->slot = xcalloc(m->mask + 1, sizeof(*m->slot));
	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (!old[i].used)
			continue;
		at = mix(old[i].a + mix(old[i].b)) & m->mask;
		while (m->slot[at].used)
			at = (at + 1) & m->mask;
		m->slot[at] = old[i];
	}
	free(old);
}

uint32_t *pair_map_at(struct pair_map *m, uintptr_t a, uintptr_t b)
{
	size_t at;

	if (m->used * 2 >= m->mask)
		pair_map_grow(m);
	at = mix(a + mix(b)) & m->mask;
	for (; m->slot[at].used; at = (at + 1) & m->mask)
		if (m->slot[at].a == a && m->slot[at].b == b)
			return &m->slot[at].val;
	m->slot[at] = (struct pair_slot){ a, b, FACTS_NONE, true };
	m->used++;
	return &m->slot[at].val;
}

void pair_map_release(struct pair_map *m)
{
	free(m->slot);
	memset(m, 0, sizeof(*m));
}
