/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state between two bytes is what the next byte may be: its lowest and highest value,
 * and how many continuation bytes are still due. Bounds on the second byte are all it
 * takes to refuse overlong forms, surrogates and code points above U+10FFFF at once.
 */
#include "proto/utf8.h"

#include "base/errors.h"

#define STATE(due, low, high)                                                            \
	((uint32_t)(due) << 16 | (uint32_t)(low) << 8 | (uint32_t)(high))

enum { STATE_BROKEN = STATE(1, 0xff, 0x00) }; /* no byte fits */

static uint64_t
load_word(const char *from)
{
	uint64_t word;

	memcpy(&word, from, sizeof(word));
	return word;
}

static size_t
ascii_run(const char *bytes, size_t n)
{
	size_t i = 0;

	for (; n - i >= 16; i += 16)
		if ((load_word(bytes + i) | load_word(bytes + i + 8)) &
		    STR_EACH_BYTE(0x80))
			break;
	if (n - i >= 8 && !(load_word(bytes + i) & STR_EACH_BYTE(0x80)))
		i += 8;
	while (i < n && !(bytes[i] & 0x80))
		i++;
	return i;
}

/* What may follow a first byte above 0x7f: RFC 3629 4. */
static uint32_t
state_after(unsigned char first)
{
	if (first < 0xc2)
		return STATE_BROKEN;
	if (first < 0xe0)
		return STATE(1, 0x80, 0xbf);
	if (first < 0xf0)
		return STATE(2, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
	if (first < 0xf5)
		return STATE(3, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
	return STATE_BROKEN;
}

int
utf8_feed(struct utf8 *u, const char *bytes, size_t n)
{
	uint32_t state = u->state;
	size_t i = 0;

	while (i < n && state != STATE_BROKEN) {
		unsigned char c;

		if (state == 0) {
			i += ascii_run(bytes + i, n - i);
			if (i < n)
				state = state_after((unsigned char)bytes[i++]);
			continue;
		}
		c = (unsigned char)bytes[i++];
		if (c < (state >> 8 & 0xff) || c > (state & 0xff))
			state = STATE_BROKEN;
		else
			state = state >> 16 == 1 ? 0
						 : STATE((state >> 16) - 1, 0x80, 0xbf);
	}
	u->state = state;
	return state == STATE_BROKEN ? -E_UTF8 : 0;
}

bool
utf8_is_complete(const struct utf8 *u)
{
	return u->state == 0;
}

bool
utf8_is_valid(struct str s)
{
	struct utf8 u = {0};

	return utf8_feed(&u, s.ptr, s.len) == 0 && utf8_is_complete(&u);
}

/* How many bytes of ones, each 0 or 1, are 1. */
static size_t
sum_bytes(uint64_t ones)
{
	return (size_t)((ones * STR_EACH_BYTE(1)) >> 56);
}

size_t
utf8_utf16_units(struct str s)
{
	size_t units = s.len, i = 0;

	/* One unit for each character, two for the four-byte ones: every byte counts, except
	 * continuations (10xxxxxx); first bytes of four (1111xxxx) count twice. */
	for (; s.len - i >= 8; i += 8) {
		uint64_t word = load_word(s.ptr + i);

		if (!(word & STR_EACH_BYTE(0x80)))
			continue;
		units -= sum_bytes(word >> 7 & ~word >> 6 & STR_EACH_BYTE(1));
		units += sum_bytes(word >> 7 & word >> 6 & word >> 5 & word >> 4 &
				   STR_EACH_BYTE(1));
	}
	for (; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		units -= (c & 0xc0) == 0x80;
		units += c >= 0xf0;
	}
	return units;
}
