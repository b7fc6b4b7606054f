/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_VEC_H
#define RELOCK_BASE_VEC_H

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/*
 * A growing array: declare it as VEC(type), zeroed. Items move when it grows,
 * so keep indices, not pointers, over a push.
 *
 *	VEC(int) v = { 0 };
 *	vec_push(&v, 7);
 *	for (size_t i = 0; i < v.n; i++) use(v.v[i]);
 *	vec_release(&v);
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n;                                                                          \
		size_t cap;                                                                        \
	}

#define vec_grow(vec, need)                                                                        \
	do {                                                                                       \
		if ((need) > (vec)->cap) {                                                         \
			size_t vec_cap_ = (vec)->cap ? (vec)->cap * 2 : 8;                         \
			if (vec_cap_ < (need))                                                     \
				vec_cap_ = (need);                                                 \
			(vec)->v = xrealloc((vec)->v, vec_cap_ * sizeof(*(vec)->v));               \
			(vec)->cap = vec_cap_;                                                     \
		}                                                                                  \
	} while (0)

#define vec_push(vec, item)                                                                        \
	do {                                                                                       \
		vec_grow((vec), (vec)->n + 1);                                                     \
		(vec)->v[(vec)->n++] = (item);                                                     \
	} while (0)

/* Gives back what it grew by for items that did not come. */
#define vec_fit(vec)                                                                               \
	do {                                                                                       \
		if ((vec)->n && (vec)->n < (vec)->cap) {                                           \
			(vec)->v = xrealloc((vec)->v, (vec)->n * sizeof(*(vec)->v));               \
			(vec)->cap = (vec)->n;                                                     \
		}                                                                                  \
	} while (0)

#define vec_clear(vec) ((void)((vec)->n = 0))

#define vec_release(vec)                                                                           \
	do {                                                                                       \
		free((vec)->v);                                                                    \
		memset((vec), 0, sizeof(*(vec)));                                                  \
	} while (0)

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

#endif
