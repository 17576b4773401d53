/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/uuid.h"
#include "unit/base/suites.h"

#include <ctype.h>
#include <string.h>

START_TEST(it_has_the_form_version_and_variant_of_its_rfc)
{
	char text[UUID_TEXT_BYTES];

	for (int i = 0; i < 64; i++) {
		uuid_text(i, text);
		ck_assert_uint_eq(strlen(text), 36);
		for (int at = 0; at < 36; at++)
			if (at == 8 || at == 13 || at == 18 || at == 23)
				ck_assert_int_eq(text[at], '-');
			else
				ck_assert(isxdigit((unsigned char)text[at]) &&
					  !isupper((unsigned char)text[at]));
		ck_assert_int_eq(text[14], '7');
		ck_assert_ptr_nonnull(strchr("89ab", text[19]));
	}
}
END_TEST

START_TEST(ids_sort_by_time)
{
	char early[UUID_TEXT_BYTES], late[UUID_TEXT_BYTES];

	uuid_text(1700000000000, early);
	ck_assert_int_eq(memcmp(early, "018bcfe5-6800-7", 15), 0);
	uuid_text(1700000000001, late);
	ck_assert_int_lt(strcmp(early, late), 0);
}
END_TEST

START_TEST(no_two_of_one_millisecond_are_the_same)
{
	char text[256][UUID_TEXT_BYTES];

	for (int i = 0; i < 256; i++) {
		uuid_text(1, text[i]);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(text[i], text[j]);
	}
}
END_TEST

Suite *
uuid_suite(void)
{
	Suite *s = suite_create("uuid");
	TCase *c = tcase_create("text");

	tcase_add_test(c, it_has_the_form_version_and_variant_of_its_rfc);
	tcase_add_test(c, ids_sort_by_time);
	tcase_add_test(c, no_two_of_one_millisecond_are_the_same);
	suite_add_tcase(s, c);
	return s;
}
