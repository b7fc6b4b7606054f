// SPDX-License-Identifier: MIT
#include "facts/facts.h"

/* Offsets of the strings, open addressing; 0 (the empty string) marks a free slot. */
struct strhash {
	uint32_t *slot;
	size_t mask;
	size_t used;
};

static uint64_t hash_bytes(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

void facts_init(struct facts *f)
{
	struct strhash *h = xmalloc(sizeof(*h));

	memset(f, 0, sizeof(*f));
	vec_push(&f->strings, '\0');
	h->mask = 1023;
	h->used = 0;
	h->slot = xcalloc(h->mask + 1, sizeof(*h->slot));
	f->strhash = h;
}

void facts_release(struct facts *f)
{
	struct strhash *h = f->strhash;

	vec_release(&f->strings);
	vec_release(&f->types);
	vec_release(&f->exprs);
	vec_release(&f->arglist);
	vec_release(&f->strlist);
	vec_release(&f->insns);
	vec_release(&f->cases);
	vec_release(&f->blocks);
	vec_release(&f->locals);
	vec_release(&f->funcs);
	vec_release(&f->vars);
	vec_release(&f->inits);
	vec_release(&f->fields);
	vec_release(&f->records);
	vec_release(&f->enumerators);
	vec_release(&f->btf);
	vec_release(&f->claims);
	if (h)
		free(h->slot);
	free(h);
	memset(f, 0, sizeof(*f));
}

static void strhash_grow(struct facts *f, struct strhash *h)
{
	uint32_t *old = h->slot;
	size_t n = h->mask + 1;

	h->mask = 2 * n - 1;
	h->slot = xcalloc(h->mask + 1, sizeof(*h->slot));
	for (size_t i = 0; i < n; i++) {
		const char *s = facts_str(f, old[i]);
		size_t at;

		if (!old[i])
			continue;
		at = hash_bytes(s, strlen(s)) & h->mask;
		while (h->slot[at])
			at = (at + 1) & h->mask;
		h->slot[at] = old[i];
	}
	free(old);
}

uint32_t facts_string_n(struct facts *f, const char *s, size_t len)
{
	struct strhash *h = f->strhash;
	size_t at;
	uint32_t off;

	/* A NUL inside would make two different strings read the same. */
	len = strnlen(s, len);
	if (!len)
		return 0;
	if (h->used * 2 > h->mask)
		strhash_grow(f, h);
	at = hash_bytes(s, len) & h->mask;
	for (; (off = h->slot[at]) != 0; at = (at + 1) & h->mask) {
		const char *have = facts_str(f, off);

		if (!strncmp(have, s, len) && !have[len])
			return off;
	}
	off = (uint32_t)f->strings.n;
	vec_grow(&f->strings, f->strings.n + len + 1);
	memcpy(f->strings.v + f->strings.n, s, len);
	f->strings.v[f->strings.n + len] = '\0';
	f->strings.n += len + 1;
	h->slot[at] = off;
	h->used++;
	return off;
}

uint32_t facts_string(struct facts *f, const char *s)
{
	return facts_string_n(f, s, strlen(s));
}
