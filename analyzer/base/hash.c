// SPDX-License-Identifier: MIT
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

uint64_t hash64(const void *data, size_t len)
{
	return XXH3_64bits(data, len);
}

void hash64_hex(const void *data, size_t len, char ret[static 17])
{
	snprintf(ret, 17, "%016" PRIx64, hash64(data, len));
}

void hash128_hex(const void *data, size_t len, char ret[static 33])
{
	XXH128_hash_t h = XXH3_128bits(data, len);

	snprintf(ret, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)h.high64, (uint64_t)h.low64);
}
