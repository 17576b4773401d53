/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_json.h"
#include "unit/action/suites.h"

static struct tg_str value;
static char out[16];

START_TEST(members_are_got_by_name)
{
	ck_assert(api_json_get(TG(" {\"a\":1,\"b\":[2]} "), TG("b"), &value));
	ck_assert(tg_equal(value, TG("[2]")));
	ck_assert(!api_json_get(TG("{\"a\":1}"), TG("b"), &value));
	ck_assert(!api_json_get(TG("null"), TG("b"), &value));
	ck_assert(!api_json_get(TG(""), TG("b"), &value));
}
END_TEST

START_TEST(an_array_is_walked)
{
	size_t at = 0;

	ck_assert(api_json_next(TG("[ 1, [2] ]"), &at, &value) &&
		  tg_equal(value, TG("1")));
	ck_assert(api_json_next(TG("[ 1, [2] ]"), &at, &value) &&
		  tg_equal(value, TG("[2]")));
	ck_assert(!api_json_next(TG("[ 1, [2] ]"), &at, &value));
	at = 0;
	ck_assert(!api_json_next(TG("[]"), &at, &value));
	ck_assert(!api_json_next(TG("{\"a\":1}"), &at, &value));
	ck_assert(!api_json_next(TG("7"), &at, &value));
}
END_TEST

START_TEST(arguments_are_got_by_place)
{
	struct tg_args args = TG_JSON("[1],\"b\", 3");

	ck_assert(api_json_arg(args, 0, &value) && tg_equal(value, TG("[1]")));
	ck_assert(api_json_arg(args, 1, &value) && tg_equal(value, TG("\"b\"")));
	ck_assert(api_json_arg(args, 2, &value) && tg_equal(value, TG("3")));
	ck_assert(!api_json_arg(args, 3, &value));
	ck_assert(!api_json_arg(TG_NO_ARGS, 0, &value));
}
END_TEST

START_TEST(numbers_are_read_and_nothing_else)
{
	int64_t i = 0;
	double d = 0;

	ck_assert(api_json_int(TG(" -42 "), &i) && i == -42);
	ck_assert(!api_json_int(TG("\"42\""), &i));
	ck_assert(!api_json_int(TG(""), &i));
	ck_assert(api_json_double(TG("1.5e1"), &d) && d == 15.0);
	ck_assert(!api_json_double(TG("null"), &d));
}
END_TEST

START_TEST(strings_are_unescaped_and_cut_between_characters)
{
	ck_assert_uint_eq(api_json_text(TG("\"a\\n\\u00fc\""), out, sizeof(out)), 4);
	ck_assert_str_eq(out, "a\nü");
	ck_assert_uint_eq(api_json_text(TG("\"12345ü\""), out, 7), 7);
	ck_assert_str_eq(out, "12345");
	ck_assert_uint_eq(api_json_text(TG("12"), out, sizeof(out)), 0);
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(api_json_text(TG("\"abc\""), NULL, 0), 3);
}
END_TEST

START_TEST(text_is_quoted_whole_or_not_at_all)
{
	ck_assert_uint_eq(api_json_quote(TG("a\"b"), out, sizeof(out)), 6);
	ck_assert_str_eq(out, "\"a\\\"b\"");
	ck_assert_uint_eq(api_json_quote(TG("abcdef"), out, 8), 8);
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(api_json_quote(TG("abcdef"), out, 9), 8);
	ck_assert_str_eq(out, "\"abcdef\"");
}
END_TEST

Suite *
api_json_suite(void)
{
	Suite *s = suite_create("api_json");
	TCase *t = tcase_create("api_json");

	tcase_add_test(t, members_are_got_by_name);
	tcase_add_test(t, an_array_is_walked);
	tcase_add_test(t, arguments_are_got_by_place);
	tcase_add_test(t, numbers_are_read_and_nothing_else);
	tcase_add_test(t, strings_are_unescaped_and_cut_between_characters);
	tcase_add_test(t, text_is_quoted_whole_or_not_at_all);
	suite_add_tcase(s, t);
	return s;
}
