/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_HASH_H
#define RELOCK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Hashes that are the same on every machine and in every version: ids of
 * findings and names in the cache depend on them (XXH3, 64 and 128 bits).
 */
uint64_t hash64(const void *data, size_t len);

/* 16 hex digits, terminated. */
void hash64_hex(const void *data, size_t len, char ret[static 17]);
/* 32 hex digits, terminated. */
void hash128_hex(const void *data, size_t len, char ret[static 33]);

#endif
