/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include <stdlib.h>

#include "unit/base/suites.h"

START_TEST(cutting_gives_every_part_and_then_ends)
{
	static const char *const wanted[] = {"a", "", "bc", ""};
	struct str rest = STR("a,,bc,");
	size_t n = 0;

	while (rest.ptr) {
		struct str part = str_cut(&rest, ',');

		ck_assert_uint_lt(n, 4);
		ck_assert(str_eq(part, str_from(wanted[n++])));
	}
	ck_assert_uint_eq(n, 4);
}
END_TEST

START_TEST(numbers_are_digits_only_and_bounded)
{
	static const char *const bad[] = {"",
					  "-1",
					  "+1",
					  " 1",
					  "1 ",
					  "0x1",
					  "18446744073709551616",
					  "99999999999999999999",
					  "1e3",
					  "101"};
	uint64_t n = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!str_to_u64(str_from(bad[i]), i < 9 ? UINT64_MAX : 100, &n),
			      "%s", bad[i]);
	ck_assert_uint_eq(n, 7);
	ck_assert(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &n));
	ck_assert(n == UINT64_MAX);
	ck_assert(str_to_u64(STR("007"), 7, &n));
	ck_assert_uint_eq(n, 7);
}
END_TEST

static void
check_pair(size_t n, size_t at, int one, int other)
{
	char a[20], b[20];
	bool is_letter = (one | 0x20) >= 'a' && (one | 0x20) <= 'z';
	bool is_same = one == other || (is_letter && (one ^ other) == 0x20);

	memset(a, 'x', n);
	memset(b, 'X', n);
	a[at] = (char)one;
	b[at] = (char)other;
	ck_assert_msg(str_eq_nocase((struct str){a, n}, (struct str){b, n}) == is_same,
		      "%#x and %#x at %zu of %zu", one, other, at, n);
}

START_TEST(letters_compare_without_case_and_nothing_else_does)
{
	ck_assert(str_eq_nocase(STR("UpGrade"), STR("uPgRADE")));
	ck_assert(!str_eq_nocase(STR("@"), STR("`")));
	ck_assert(!str_eq_nocase(STR("["), STR("{")));
	ck_assert(!str_eq_nocase(STR("a"), STR("ab")));
	ck_assert(str_eq_nocase(STR("Sec-WebSocket-Key"), STR("sec-websocket-key")));
	/* each byte against each, at every place of texts shorter and longer than a word */
	for (size_t n = 1; n < 20; n++)
		for (size_t at = 0; at < n; at++)
			for (int one = 0; one < 256; one++)
				for (int other = one & ~0x20; other < 256; other += 0x20)
					check_pair(n, at, one, other);
}
END_TEST

START_TEST(secrets_compare_whole)
{
	ck_assert(str_eq_secret(STR("secret"), STR("secret")));
	ck_assert(!str_eq_secret(STR("secret"), STR("secreT")));
	ck_assert(!str_eq_secret(STR("secret"), STR("secretsecret")));
	ck_assert(!str_eq_secret(STR("secretsecret"), STR("secret")));
	ck_assert(!str_eq_secret(STR("a"), STR("")));
	ck_assert(str_eq_secret(STR(""), STR("")));
}
END_TEST

START_TEST(blanks_are_trimmed_at_both_ends_only)
{
	ck_assert(str_eq(str_trim(STR(" \t a b\t ")), STR("a b")));
	ck_assert_uint_eq(str_trim(STR(" \t ")).len, 0);
}
END_TEST

START_TEST(texts_share_a_block_one_behind_the_other)
{
	char block[8], *at = block;
	struct str a = str_put(&at, STR("abc")), b = str_put(&at, STR("")),
		   c = str_put(&at, STR("de"));

	ck_assert(str_eq(a, STR("abc")) && str_eq(b, STR("")) && str_eq(c, STR("de")));
	ck_assert_ptr_eq(c.ptr, block + 3);
	ck_assert_ptr_eq(at, block + 5);
}
END_TEST

Suite *
str_suite(void)
{
	Suite *s = suite_create("str");
	TCase *t = tcase_create("str");

	tcase_add_test(t, cutting_gives_every_part_and_then_ends);
	tcase_add_test(t, numbers_are_digits_only_and_bounded);
	tcase_add_test(t, letters_compare_without_case_and_nothing_else_does);
	tcase_add_test(t, secrets_compare_whole);
	tcase_add_test(t, blanks_are_trimmed_at_both_ends_only);
	tcase_add_test(t, texts_share_a_block_one_behind_the_other);
	suite_add_tcase(s, t);
	return s;
}
