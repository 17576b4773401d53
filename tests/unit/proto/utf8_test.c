/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/utf8.h"

#include "base/errors.h"
#include "unit/proto/suites.h"

/* Written from the definition, to compare with: -1 when no text goes on like this, 1 when
 * it may end here, 0 when it may not. */
static int
reference(const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned need = s[i] < 0x80 ? 0 : s[i] < 0xe0 ? 1 : s[i] < 0xf0 ? 2 : 3;
		unsigned lowest = need == 0   ? 0
				  : need == 1 ? 0x80
				  : need == 2 ? 0x800
					      : 0x10000;
		uint32_t point = need == 0 ? s[i] : s[i] & (0x3fu >> need);

		if ((s[i] >= 0x80 && s[i] < 0xc0) || s[i] >= 0xf8)
			return -1;
		i++;
		for (unsigned k = 0; k < need; k++, i++) {
			uint32_t last, shift = 6 * (need - k);

			/* What the bytes still to come can make of it, at least and at most. */
			last = (point << shift) | ((1u << shift) - 1);
			if (last < lowest || point << shift > 0x10ffff ||
			    (point << shift >= 0xd800 && last <= 0xdfff))
				return -1;
			if (i == n)
				return 0;
			if ((s[i] & 0xc0) != 0x80)
				return -1;
			point = point << 6 | (s[i] & 0x3f);
		}
		if (point < lowest || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return -1;
	}
	return 1;
}

static int
verdict(const unsigned char *s, size_t n)
{
	struct utf8 u = {0};

	if (utf8_feed(&u, (const char *)s, n) < 0)
		return -1;
	return utf8_is_complete(&u);
}

START_TEST(every_start_of_a_text_is_judged_as_the_definition_says)
{
	static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
					      0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff};
	unsigned char s[4];

	for (unsigned first = 0; first < 0x10000; first++) {
		s[0] = (unsigned char)(first >> 8);
		s[1] = (unsigned char)first;
		ck_assert_int_eq(verdict(s, 1), reference(s, 1));
		ck_assert_int_eq(verdict(s, 2), reference(s, 2));
		for (size_t i = 0; i < sizeof(edges) * sizeof(edges); i++) {
			s[2] = edges[i / sizeof(edges)];
			s[3] = edges[i % sizeof(edges)];
			if (verdict(s, 3) != reference(s, 3) ||
			    verdict(s, 4) != reference(s, 4))
				ck_abort_msg("%02x %02x %02x %02x", s[0], s[1], s[2],
					     s[3]);
		}
	}
}
END_TEST

START_TEST(every_code_point_passes_whole_and_cut)
{
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		char s[4];
		size_t n = 0;
		struct utf8 u = {0};

		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		if (point < 0x80) {
			s[n++] = (char)point;
		} else if (point < 0x800) {
			s[n++] = (char)(0xc0 | point >> 6);
		} else if (point < 0x10000) {
			s[n++] = (char)(0xe0 | point >> 12);
			s[n++] = (char)(0x80 | (point >> 6 & 0x3f));
		} else {
			s[n++] = (char)(0xf0 | point >> 18);
			s[n++] = (char)(0x80 | (point >> 12 & 0x3f));
			s[n++] = (char)(0x80 | (point >> 6 & 0x3f));
		}
		if (point >= 0x80)
			s[n++] = (char)(0x80 | (point & 0x3f));
		if (!utf8_is_valid((struct str){s, n}))
			ck_abort_msg("U+%04X is refused", point);
		for (size_t i = 0; i < n; i++)
			if (utf8_feed(&u, s + i, 1) < 0 ||
			    utf8_is_complete(&u) != (i + 1 == n))
				ck_abort_msg("U+%04X byte %zu", point, i);
		if (utf8_utf16_units((struct str){s, n}) != (point > 0xffff ? 2 : 1))
			ck_abort_msg("U+%04X is miscounted", point);
	}
}
END_TEST

START_TEST(a_bad_byte_is_found_wherever_it_is)
{
	char text[80];

	for (size_t n = 1; n <= sizeof(text); n++)
		for (size_t at = 0; at < n; at++) {
			memset(text, 'x', n);
			ck_assert(utf8_is_valid((struct str){text, n}));
			text[at] = (char)0xff;
			ck_assert(!utf8_is_valid((struct str){text, n}));
		}
}
END_TEST

START_TEST(a_text_that_broke_stays_broken)
{
	struct utf8 u = {0};

	ck_assert_int_eq(utf8_feed(&u, "a\xc0", 2), -E_UTF8);
	ck_assert_int_eq(utf8_feed(&u, "a", 1), -E_UTF8);
	ck_assert(!utf8_is_complete(&u));
}
END_TEST

START_TEST(a_text_may_not_end_inside_a_character)
{
	ck_assert(utf8_is_valid((struct str){NULL, 0}));
	ck_assert(!utf8_is_valid(STR("\xe2\x82")));
	ck_assert(utf8_is_valid(STR("\xe2\x82\xac")));
}
END_TEST

START_TEST(units_are_counted_as_javascript_does)
{
	/* "aé€😀" has 5, at every offset in a word */
	char text[64 + 10] = {0};

	for (size_t pad = 0; pad < 64; pad++) {
		memset(text, 'x', pad);
		memcpy(text + pad, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10);
		ck_assert_uint_eq(utf8_utf16_units((struct str){text, pad + 10}),
				  pad + 5);
	}
	ck_assert_uint_eq(utf8_utf16_units((struct str){NULL, 0}), 0);
}
END_TEST

Suite *
utf8_suite(void)
{
	Suite *s = suite_create("utf8");
	TCase *t = tcase_create("utf8");

	tcase_add_test(t, every_start_of_a_text_is_judged_as_the_definition_says);
	tcase_add_test(t, every_code_point_passes_whole_and_cut);
	tcase_add_test(t, a_bad_byte_is_found_wherever_it_is);
	tcase_add_test(t, a_text_that_broke_stays_broken);
	tcase_add_test(t, a_text_may_not_end_inside_a_character);
	tcase_add_test(t, units_are_counted_as_javascript_does);
	suite_add_tcase(s, t);
	return s;
}
