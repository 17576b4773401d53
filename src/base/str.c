/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include <stdlib.h>

/* Eight bytes at once: they may differ in the bit of the case, where a letter is. */
static bool
is_same_word(const char *a, const char *b)
{
	uint64_t one, other, differs, small, from_a, above_z;

	memcpy(&one, a, sizeof(one));
	memcpy(&other, b, sizeof(other));
	differs = one ^ other;
	if (differs & ~STR_EACH_BYTE(0x20))
		return false;
	/* The highest bit of a byte tells: no sum is carried into the next one. */
	small = (one | STR_EACH_BYTE(0x20)) & STR_EACH_BYTE(0x7f);
	from_a = small + STR_EACH_BYTE(0x80 - 'a');
	above_z = small + STR_EACH_BYTE(0x7f - 'z');
	return !(differs << 2 & ~(from_a & ~above_z & ~one));
}

bool
str_eq_nocase_bytes(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	/* What is longer than a word ends with one, which may overlap the word before. */
	for (; n >= 8 && i < n; i += 8)
		if (!is_same_word(a + (i + 8 < n ? i : n - 8),
				  b + (i + 8 < n ? i : n - 8)))
			return false;
	for (; i < n; i++) {
		unsigned char small = (unsigned char)a[i] | 0x20;

		if (a[i] == b[i])
			continue;
		/* The bit of the case is all in which two letters may differ. */
		if ((a[i] ^ b[i]) != 0x20 || small < 'a' || small > 'z')
			return false;
	}
	return true;
}

struct str
str_trim(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

bool
str_to_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.ptr[i] - '0';

		if (digit > 9)
			return false;
		if (i == 19 && value > (UINT64_MAX - digit) / 10)
			return false; /* less than 10^19 before: only the last can overflow */
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

char *
str_dup(struct str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		return NULL;
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

bool
str_eq_secret(struct str a, struct str b)
{
	unsigned char differs = a.len != b.len;

	for (size_t i = 0; i < a.len; i++)
		differs |= (unsigned char)(a.ptr[i] ^ (b.len ? b.ptr[i % b.len] : 0));
	return !differs;
}
