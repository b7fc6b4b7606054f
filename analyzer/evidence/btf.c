// SPDX-License-Identifier: MIT
#include "evidence/btf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * The little of BTF that is wanted: names of functions. The format is that of
 * Documentation/bpf/btf.rst; the sizes of its records have not changed since it
 * began, so a library would be more to install than this is to read.
 */
#define BTF_MAGIC 0xeb9f
#define TYPE_SIZE 12

enum kind {
	KIND_INT = 1, KIND_ARRAY = 3, KIND_STRUCT = 4, KIND_UNION = 5, KIND_ENUM = 6,
	KIND_FUNC = 12, KIND_FUNC_PROTO = 13, KIND_VAR = 14, KIND_DATASEC = 15,
	KIND_DECL_TAG = 17, KIND_ENUM64 = 19,
};

struct header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t type_off;
	uint32_t type_len;
	uint32_t str_off;
	uint32_t str_len;
};

/* Bytes that follow the record of a type; SIZE_MAX for a kind that is not known. */
static size_t more_bytes(unsigned int kind, size_t vlen)
{
	switch (kind) {
	case KIND_INT:
	case KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case KIND_ARRAY:
		return 12;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_DATASEC:
	case KIND_ENUM64:
		return vlen * 12;
	case KIND_ENUM:
	case KIND_FUNC_PROTO:
		return vlen * 8;
	default:
		return kind && kind < KIND_ENUM64 ? 0 : SIZE_MAX;
	}
}

static uint32_t number(const unsigned char *p, bool swap)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap32(v) : v;
}

long btf_functions(const void *data, size_t len, void (*visit)(void *ctx, const char *name),
		   void *ctx)
{
	const unsigned char *all = data, *types, *end;
	const char *strings;
	struct header h;
	bool swap;
	long n = 0;

	if (len < sizeof(h))
		return -EBADMSG;
	memcpy(&h, data, sizeof(h));
	swap = h.magic == __builtin_bswap16(BTF_MAGIC);
	if (!swap && h.magic != BTF_MAGIC)
		return -EBADMSG;
	if (swap) {
		h.hdr_len = __builtin_bswap32(h.hdr_len);
		h.type_off = __builtin_bswap32(h.type_off);
		h.type_len = __builtin_bswap32(h.type_len);
		h.str_off = __builtin_bswap32(h.str_off);
		h.str_len = __builtin_bswap32(h.str_len);
	}
	if (h.hdr_len > len || (uint64_t)h.hdr_len + h.type_off + h.type_len > len ||
	    !h.str_len || (uint64_t)h.hdr_len + h.str_off + h.str_len > len)
		return -EBADMSG;
	types = all + h.hdr_len + h.type_off;
	end = types + h.type_len;
	strings = (const char *)all + h.hdr_len + h.str_off;
	if (strings[h.str_len - 1])
		return -EBADMSG;
	while ((size_t)(end - types) >= TYPE_SIZE) {
		uint32_t name = number(types, swap), info = number(types + 4, swap);
		unsigned int kind = info >> 24 & 0x1f;
		size_t more = more_bytes(kind, info & 0xffff);

		if (more > (size_t)(end - types) - TYPE_SIZE || name >= h.str_len)
			return -EBADMSG;
		if (kind == KIND_FUNC) {
			visit(ctx, strings + name);
			n++;
		}
		types += TYPE_SIZE + more;
	}
	return types == end ? n : -EBADMSG;
}
