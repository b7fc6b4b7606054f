/* SPDX-License-Identifier: MIT */
#ifndef RELOCK_BASE_UTF8_H
#define RELOCK_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at @s (@len bytes left, at least one) into @ret and
 * returns its length, or returns 0 when the bytes are not UTF-8: cut short,
 * overlong, a surrogate, or beyond U+10FFFF.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret);

#endif
