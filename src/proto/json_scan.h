/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the units of json.h share: bytes looked at eight in one word, or sixteen where the
 * processor can, and one step over a UTF-8 sequence. Private to them. Pure; any thread.
 *
 * The tests of words for a byte give 0x80 in its place. A borrow can mark bytes behind a true hit
 * falsely, never before it, so the lowest mark is always true: only that one is used.
 */
#ifndef PROTO_JSON_SCAN_H
#define PROTO_JSON_SCAN_H

#include "base/str.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define JSON_HIGH_BITS STR_EACH_BYTE(0x80)

/* Eight bytes, the first one lowest. */
static inline uint64_t
json_word(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* The first four bytes and the last four of a text of at least four. */
static inline uint64_t
json_halves(const char *at, const char *end)
{
	uint32_t first, last;

	memcpy(&first, at, sizeof(first));
	memcpy(&last, end - sizeof(last), sizeof(last));
	return le32toh(first) | (uint64_t)le32toh(last) << 32;
}

/* Index of the first marked byte. */
static inline unsigned
json_first_mark(uint64_t marks)
{
	return (unsigned)__builtin_ctzll(marks) / 8;
}

/* Marks '"', '\\', control characters and all that is not ASCII. */
static inline uint64_t
json_mark_special(uint64_t word)
{
	uint64_t quote = (word ^ STR_EACH_BYTE('"')) - STR_EACH_BYTE(1);
	uint64_t backslash = (word ^ STR_EACH_BYTE('\\')) - STR_EACH_BYTE(1);
	uint64_t control = word - STR_EACH_BYTE(0x20);

	return (quote | backslash | control | word) & JSON_HIGH_BITS;
}

#ifdef __SSE2__
/* Marks each of sixteen bytes that equals c with a bit. */
static inline unsigned
json_mark_16(const char *at, char c)
{
	__m128i bytes = _mm_loadu_si128((const void *)at);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

/* json_mark_special for sixteen bytes, each mark true. What is not ASCII is negative here,
 * and so below the blank as control characters are. */
static inline unsigned
json_mark_special_16(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const void *)at);
	__m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));

	return (unsigned)_mm_movemask_epi8(low) | json_mark_16(at, '"') |
	       json_mark_16(at, '\\');
}
#endif

/* The first of these bytes at or after at, or end. */
static inline const char *
json_find_special(const char *at, const char *end)
{
	const char *start = at;

#ifdef __SSE2__
	for (; end - at >= 16; at += 16) {
		unsigned marks = json_mark_special_16(at);

		if (marks)
			return at + __builtin_ctz(marks);
	}
#endif
	while (end - at >= 8) {
		uint64_t marks = json_mark_special(json_word(at));

		if (marks)
			return at + json_first_mark(marks);
		at += 8;
	}
	/* The rest as the end of a whole word: what comes before it there is plain. */
	if (at < end && end - start >= 8) {
		uint64_t marks = json_mark_special(json_word(end - 8));

		return marks ? end - 8 + json_first_mark(marks) : end;
	}
	/* A short one as two halves of a word, which may overlap. */
	if (at == start && end - at >= 4) {
		uint64_t marks = json_mark_special(json_halves(at, end));
		unsigned first = marks ? json_first_mark(marks) : 8;

		return first < 4 ? at + first : end - 8 + first;
	}
	while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 &&
	       *at != '"' && *at != '\\')
		at++;
	return at;
}

/* A byte that is not ASCII starts here: the length of the sequence, or minus the length of
 * the longest part of it that a valid one could have started with (at least 1).
 * Source: RFC 3629 4; Unicode 3.9, table 3-7. */
static inline int
json_utf8_step(const char *at, const char *end)
{
	const unsigned char *s = (const unsigned char *)at;
	unsigned lead = *s, low = 0x80, high = 0xBF;
	int n;

	if (lead >= 0xE0 && lead <= 0xEF) {
		n = 3;
		low = lead == 0xE0 ? 0xA0 : low;
		high = lead == 0xED ? 0x9F : high;
	} else if (lead >= 0xC2 && lead <= 0xDF) {
		n = 2;
	} else if (lead >= 0xF0 && lead <= 0xF4) {
		n = 4;
		low = lead == 0xF0 ? 0x90 : low;
		high = lead == 0xF4 ? 0x8F : high;
	} else {
		return -1;
	}
	for (int i = 1; i < n; i++) {
		if (end - at <= i || s[i] < low || s[i] > high)
			return -i;
		low = 0x80;
		high = 0xBF;
	}
	return n;
}

static inline const char *
json_skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	return at;
}

#endif
