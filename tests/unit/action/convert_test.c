/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/convert.h"
#include "base/errors.h"
#include "unit/action/suites.h"

#include <stdlib.h>

static int
check(const char *json, size_t binary_n)
{
	static const struct tg_str bytes[CONVERT_ATTACHMENTS_MAX + 1];
	struct checked_args out;

	return check_args((struct tg_args){tg_text(json), bytes, binary_n}, &out);
}

START_TEST(arguments_are_json_values_with_commas)
{
	ck_assert_int_eq(check("", 0), 0);
	ck_assert_int_eq(check("1", 0), 0);
	ck_assert_int_eq(check("1,\"a\",{\"b\":[]}", 0), 0);
	ck_assert_int_eq(check(" 1 , 2 ", 0), 0);
	ck_assert_int_eq(check("1,", 0), -E_ARGUMENT);
	ck_assert_int_eq(check("1 2", 0), -E_ARGUMENT);
	ck_assert_int_eq(check("hello", 0), -E_ARGUMENT);
	ck_assert_int_eq(check("1],[2", 0), -E_ARGUMENT);
	ck_assert_int_eq(check("\"\xff\"", 0), -E_ARGUMENT);
}
END_TEST

START_TEST(placeholders_and_binaries_fit)
{
	ck_assert_int_eq(check(TG_BINARY(0), 1), 0);
	ck_assert_int_eq(check(TG_BINARY(0) "," TG_BINARY(1), 2), 0);
	ck_assert_int_eq(check("[{\"a\":" TG_BINARY(0) "}]", 1), 0);
	ck_assert_int_eq(check(TG_BINARY(1), 1), -E_ARGUMENT);
	ck_assert_int_eq(check(TG_BINARY(0), 2), -E_ARGUMENT);
	ck_assert_int_eq(check("1", 1), -E_ARGUMENT);
	ck_assert_int_eq(check("", 1), -E_ARGUMENT);
	ck_assert_int_eq(check(TG_BINARY(0), CONVERT_ATTACHMENTS_MAX + 1), -E_TOO_LARGE);
}
END_TEST

START_TEST(json_is_checked_to_its_end)
{
	ck_assert_int_eq(check_json(TG("{\"a\":1}")), 0);
	ck_assert_int_eq(check_json(TG(" null ")), 0);
	ck_assert_int_eq(check_json(TG("")), -E_ARGUMENT);
	ck_assert_int_eq(check_json(TG("{\"a\":1}x")), -E_ARGUMENT);
	ck_assert_int_eq(check_json((struct tg_str){NULL, 0}), -E_ARGUMENT);
}
END_TEST

START_TEST(every_error_has_a_word_of_the_border)
{
	ck_assert_int_eq(to_tg_error(0), TG_OK);
	ck_assert_int_eq(to_tg_error(-E_LATE), TG_E_LATE);
	ck_assert_int_eq(to_tg_error(-E_TIMEOUT), TG_E_TIMEOUT);
	for (int e = 1; e < E_N; e++)
		ck_assert_int_lt(to_tg_error(-e), 0);
}
END_TEST

START_TEST(the_value_of_a_text_has_no_blanks_around_it)
{
	ck_assert(str_eq(value_of(STR(" \n{\"a\" : 1}\t")), STR("{\"a\" : 1}")));
	ck_assert(str_eq(value_of(STR("")), STR("")));
}
END_TEST

Suite *
convert_suite(void)
{
	Suite *s = suite_create("convert");
	TCase *t = tcase_create("convert");

	tcase_add_test(t, arguments_are_json_values_with_commas);
	tcase_add_test(t, placeholders_and_binaries_fit);
	tcase_add_test(t, json_is_checked_to_its_end);
	tcase_add_test(t, every_error_has_a_word_of_the_border);
	tcase_add_test(t, the_value_of_a_text_has_no_blanks_around_it);
	suite_add_tcase(s, t);
	return s;
}
