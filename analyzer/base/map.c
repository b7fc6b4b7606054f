// SPDX-License-Identifier: MIT
#include "base/map.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

uint64_t map64_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) + b;

	/* The finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable PRNGs, 2014). */
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

void map64_release(struct map64 *m)
{
	free(m->keys);
	free(m->vals);
	memset(m, 0, sizeof(*m));
}

void map64_clear(struct map64 *m)
{
	if (m->cap)
		memset(m->vals, 0xff, m->cap * sizeof(*m->vals));
	m->n = 0;
}

/* The slot that holds @key, or the free one where it belongs; m->cap must not be 0. */
static size_t map64_slot(const struct map64 *m, uint64_t key)
{
	size_t i = map64_mix(key, 0) & (m->cap - 1);

	while (m->vals[i] != MAP64_EMPTY && m->keys[i] != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

uint32_t map64_get(const struct map64 *m, uint64_t key)
{
	return m->cap ? m->vals[map64_slot(m, key)] : MAP64_EMPTY;
}

static void map64_grow(struct map64 *m)
{
	struct map64 old = *m;
	size_t i;

	m->cap = old.cap ? old.cap * 2 : 16;
	m->keys = xcalloc(m->cap, sizeof(*m->keys));
	m->vals = xmalloc(m->cap * sizeof(*m->vals));
	memset(m->vals, 0xff, m->cap * sizeof(*m->vals));
	m->n = 0;
	for (i = 0; i < old.cap; i++)
		if (old.vals[i] != MAP64_EMPTY)
			map64_put(m, old.keys[i], old.vals[i]);
	map64_release(&old);
}

void map64_put(struct map64 *m, uint64_t key, uint32_t val)
{
	size_t i;

	if ((m->n + 1) * 4 > m->cap * 3)
		map64_grow(m);
	i = map64_slot(m, key);
	if (m->vals[i] == MAP64_EMPTY)
		m->n++;
	m->keys[i] = key;
	m->vals[i] = val;
}
