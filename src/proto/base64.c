/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three bytes are four characters of six bits. The tables for decoding hold the value of
 * a character plus one, so that all other places are zero: the one is taken off again
 * when a group is put together, and a stranger among the four then sets the high bits.
 */
#include "proto/base64.h"

#include "base/errors.h"

static const char standard_chars[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_chars[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* clang-format off */
#define LETTERS_AND_DIGITS \
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
		22, 23, 24, 25, 26, \
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, \
		46, 47, 48, 49, 50, 51, 52, \
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62
/* clang-format on */

static const uint8_t standard_values[256] = {LETTERS_AND_DIGITS, ['+'] = 63, ['/'] = 64};
static const uint8_t url_values[256] = {LETTERS_AND_DIGITS, ['-'] = 63, ['_'] = 64};

/* Without padding. */
static size_t
encode(const char *chars, const uint8_t *from, size_t n, char *out)
{
	char *to = out;

	for (; n >= 3; from += 3, n -= 3) {
		uint32_t group = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 |
				 from[2];

		*to++ = chars[group >> 18];
		*to++ = chars[group >> 12 & 63];
		*to++ = chars[group >> 6 & 63];
		*to++ = chars[group & 63];
	}
	if (n > 0) {
		uint32_t group = (uint32_t)from[0] << 16 |
				 (n == 2 ? (uint32_t)from[1] << 8 : 0);

		*to++ = chars[group >> 18];
		*to++ = chars[group >> 12 & 63];
		if (n == 2)
			*to++ = chars[group >> 6 & 63];
	}
	return (size_t)(to - out);
}

/* The bits of the last characters, the first one highest; above 24 bits if one of them
 * is not of the alphabet. */
static uint32_t
group_of(const uint8_t *values, const char *chars, size_t n)
{
	uint32_t group = 0;

	for (size_t i = 0; i < n; i++)
		group |= ((uint32_t)values[(uint8_t)chars[i]] - 1) << (18 - 6 * i);
	return group;
}

/* group_of four characters, which nearly all of a text is read with. */
static inline uint32_t
whole_group_of(const uint8_t *values, const char *chars)
{
	return ((uint32_t)values[(uint8_t)chars[0]] - 1) << 18 |
	       ((uint32_t)values[(uint8_t)chars[1]] - 1) << 12 |
	       ((uint32_t)values[(uint8_t)chars[2]] - 1) << 6 |
	       ((uint32_t)values[(uint8_t)chars[3]] - 1);
}

/* Without padding. Reads each group before it writes, so out may be the input. */
static int
decode(const uint8_t *values, struct str text, bool is_strict, uint8_t *out,
       size_t *n_out)
{
	uint8_t *to = out;
	uint32_t group;

	for (; text.len >= 4; text = str_skip(text, 4)) {
		group = whole_group_of(values, text.ptr);
		if (group >> 24)
			return -E_BASE64;
		*to++ = (uint8_t)(group >> 16);
		*to++ = (uint8_t)(group >> 8);
		*to++ = (uint8_t)group;
	}
	if (text.len == 1)
		return -E_BASE64;
	if (text.len > 0) {
		group = group_of(values, text.ptr, text.len);
		if (group >> 24 || (is_strict && group & (text.len == 2 ? 0xffff : 0xff)))
			return -E_BASE64;
		*to++ = (uint8_t)(group >> 16);
		if (text.len == 3)
			*to++ = (uint8_t)(group >> 8);
	}
	*n_out = (size_t)(to - out);
	return 0;
}

size_t
base64_encode(const void *bytes, size_t n, char *out)
{
	size_t len = encode(standard_chars, bytes, n, out);

	while (len % 4)
		out[len++] = '=';
	return len;
}

int
base64_decode(struct str text, void *out, size_t *n_out)
{
	if (text.len > 0 && text.len % 4 == 0)
		for (int i = 0; i < 2 && text.ptr[text.len - 1] == '='; i++)
			text.len--;
	return decode(standard_values, text, false, out, n_out);
}

size_t
base64url_encode(const void *bytes, size_t n, char *out)
{
	return encode(url_chars, bytes, n, out);
}

int
base64url_decode(struct str text, void *out, size_t *n_out)
{
	return decode(url_values, text, true, out, n_out);
}
