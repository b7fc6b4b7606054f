/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_MAP_H
#define RELOCK_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A table from 64-bit keys to 32-bit values, open addressing. uthash wants a
 * struct with a handle for each item; most of relock's tables have a small
 * number on either side and are on the interpreter's hot path.
 */
struct map64 {
	uint64_t *keys;
	uint32_t *vals; /* MAP64_EMPTY: the slot is free */
	size_t n;
	size_t cap; /* a power of two, or 0 */
};

#define MAP64_EMPTY UINT32_MAX

void map64_release(struct map64 *m);
void map64_clear(struct map64 *m);
/* The value of @key, or MAP64_EMPTY. */
uint32_t map64_get(const struct map64 *m, uint64_t key);
/* Sets the value of @key; @val must not be MAP64_EMPTY. */
void map64_put(struct map64 *m, uint64_t key, uint32_t val);

/* Mixes two numbers into one hash; not commutative. */
uint64_t map64_mix(uint64_t a, uint64_t b);

#endif
