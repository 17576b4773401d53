/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings and numbers out of JSON, strings into it. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/json.h"

#include <math.h>

#define ck_assert_str_is(got, text)                                                      \
	ck_assert_msg(str_eq(got, text), "\"%.*s\" is not \"%.*s\"", STR_ARG(got),       \
		      STR_ARG(text))

/* A string value and what JavaScript makes of it, written as well-formed UTF-8. */
static const struct {
	struct str value, plain;
} strings[] = {
	{STR("\"\""), STR("")},
	{STR("\"plain\""), STR("plain")},
	{STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\/\b\f\n\r\t")},
	{STR("\"a\\u0062c\""), STR("abc")},
	{STR("\"\\u0000\""), STR("\0")},
	{STR("\"\\u007F\\u0080\\u07ff\\u0800\\uFFFF\""),
	 STR("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF")},
	{STR("\"\\ud83d\\ude00\""), STR("\xF0\x9F\x98\x80")},
	{STR("\"\\uD800\\uDC00\\uDBFF\\uDFFF\""),
	 STR("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")},
	{STR("\"\\ud83d\""), STR("\xEF\xBF\xBD")},
	{STR("\"\\ude00\\ud83dx\""), STR("\xEF\xBF\xBD\xEF\xBF\xBDx")},
	{STR("\"\\ud83d\\n\""), STR("\xEF\xBF\xBD\n")},
	{STR("\"\\ud83d\\ud83d\\ude00\""), STR("\xEF\xBF\xBD\xF0\x9F\x98\x80")},
	{STR("\"\\ud83d\\u0041\""), STR("\xEF\xBF\xBD"
					"A")},
	{STR("\"\\ud83d12345\""), STR("\xEF\xBF\xBD"
				      "12345")},
	{STR("\"\xC3\xA9\\u00e9\xC3\xA9\""), STR("\xC3\xA9\xC3\xA9\xC3\xA9")},
};

START_TEST(escapes_are_decoded)
{
	struct buf b = BUF_INIT;

	json_unescape(strings[_i].value, &b);
	ck_assert_str_is(buf_str(&b), strings[_i].plain);
	buf_fini(&b);
}
END_TEST

START_TEST(comparing_sees_the_decoded_text)
{
	struct str value = strings[_i].value, plain = strings[_i].plain;
	struct str key = {value.ptr + 1, value.len - 2};
	char longer[32];

	ck_assert(json_string_is(value, plain));
	ck_assert(json_key_is(key, plain));
	memcpy(longer, plain.ptr, plain.len);
	longer[plain.len] = 'x';
	ck_assert(!json_string_is(value, (struct str){longer, plain.len + 1}));
	if (plain.len == 0)
		return;
	ck_assert(!json_string_is(value, (struct str){plain.ptr, plain.len - 1}));
	longer[plain.len - 1] ^= 1;
	ck_assert(!json_string_is(value, (struct str){longer, plain.len}));
}
END_TEST

START_TEST(other_kinds_are_no_strings)
{
	struct buf b = BUF_INIT;
	struct str out;

	ck_assert(!json_string_is(STR("12"), STR("1")));
	ck_assert(!json_string_is(STR("null"), STR("ul")));
	ck_assert(!json_string_is(STR("[]"), STR("")));
	ck_assert(!json_borrow_string(STR("true"), &out));
	json_unescape(STR("true"), &b);
	ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(a_string_without_escapes_is_borrowed)
{
	struct str value = STR("\"caf\xC3\xA9\""), out;

	ck_assert(json_borrow_string(value, &out));
	ck_assert_ptr_eq(out.ptr, value.ptr + 1);
	ck_assert_str_is(out, STR("caf\xC3\xA9"));
	ck_assert(json_borrow_string(STR("\"\""), &out));
	ck_assert_uint_eq(out.len, 0);
	ck_assert(!json_borrow_string(STR("\"a\\/b\""), &out));
}
END_TEST

START_TEST(integers_fit_or_are_refused)
{
	int64_t n = 0;

	ck_assert(json_to_i64(STR("0"), &n) && n == 0);
	ck_assert(json_to_i64(STR("-0"), &n) && n == 0);
	ck_assert(json_to_i64(STR("-42"), &n) && n == -42);
	ck_assert(json_to_i64(STR("9223372036854775807"), &n) && n == INT64_MAX);
	ck_assert(json_to_i64(STR("-9223372036854775808"), &n) && n == INT64_MIN);
	ck_assert(!json_to_i64(STR("9223372036854775808"), &n));
	ck_assert(!json_to_i64(STR("-9223372036854775809"), &n));
	ck_assert(!json_to_i64(STR("123456789012345678901234567890"), &n));
	ck_assert(!json_to_i64(STR("1.0"), &n));
	ck_assert(!json_to_i64(STR("1e2"), &n));
	ck_assert(!json_to_i64(STR("\"1\""), &n));
	ck_assert(!json_to_i64(STR("null"), &n));
	ck_assert(!json_to_i64(STR("-"), &n));
	ck_assert(!json_to_i64(STR(""), &n));
	ck_assert(n == INT64_MIN);
}
END_TEST

START_TEST(numbers_become_doubles)
{
	char digits[400];
	double d = 0;

	ck_assert(json_to_double(STR("0"), &d) && d == 0);
	ck_assert(json_to_double(STR("-0"), &d) && signbit(d));
	ck_assert(json_to_double(STR("-12.5e-1"), &d) && d == -1.25);
	ck_assert(json_to_double(STR("0.1"), &d) && d == 0.1);
	ck_assert(json_to_double(STR("9007199254740993"), &d) && d == 9007199254740992.0);
	ck_assert(json_to_double(STR("1e-400"), &d) && d == 0);
	memset(digits, '0', sizeof(digits));
	memcpy(digits, "1.5", 3);
	ck_assert(json_to_double((struct str){digits, sizeof(digits)}, &d) && d == 1.5);
	ck_assert(!json_to_double(STR("1e400"), &d));
	ck_assert(!json_to_double(STR("\"1\""), &d));
	ck_assert(!json_to_double(STR("null"), &d));
	ck_assert(!json_to_double(STR(""), &d));
}
END_TEST

/* The slice ends where it says, although a digit follows in memory. */
START_TEST(a_number_ends_with_its_slice)
{
	double d;

	ck_assert(json_to_double((struct str){"1234", 2}, &d) && d == 12);
}
END_TEST

static const struct {
	struct str text, quoted;
} quotes[] = {
	{STR(""), STR("\"\"")},
	{STR("plain text here"), STR("\"plain text here\"")},
	{STR("a\"b\\c/d"), STR("\"a\\\"b\\\\c/d\"")},
	{STR("\b\f\n\r\t"), STR("\"\\b\\f\\n\\r\\t\"")},
	{STR("\0\x01\x0B\x1F\x7F"), STR("\"\\u0000\\u0001\\u000b\\u001f\x7F\"")},
	{STR("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
	 STR("\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"")},
	{STR("\xFF"), STR("\"\xEF\xBF\xBD\"")},
	{STR("a\xE2\x82"), STR("\"a\xEF\xBF\xBD\"")},
	{STR("\xE2\x82"
	     "b"),
	 STR("\"\xEF\xBF\xBD"
	     "b\"")},
	{STR("\xF0\x9F\x98\xC3\xA9"), STR("\"\xEF\xBF\xBD\xC3\xA9\"")},
	{STR("\xC0\x80"), STR("\"\xEF\xBF\xBD\xEF\xBF\xBD\"")},
	{STR("\xED\xA0\x80"), STR("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"")},
	{STR("12345678\n12345678\x80"), STR("\"12345678\\n12345678\xEF\xBF\xBD\"")},
};

START_TEST(any_bytes_become_a_valid_string)
{
	struct json_limits limits = {.depth = 1, .values = 1};
	struct buf b = BUF_INIT;

	buf_add_str(&b, STR("before"));
	json_quote(&b, quotes[_i].text);
	ck_assert_str_is(str_skip(buf_str(&b), 6), quotes[_i].quoted);
	ck_assert_int_eq(json_check(str_skip(buf_str(&b), 6), &limits, NULL), 0);
	buf_fini(&b);
}
END_TEST

START_TEST(every_byte_survives_quoting_and_unescaping)
{
	struct buf quoted = BUF_INIT, plain = BUF_INIT;
	char text[128];

	for (int i = 0; i < 128; i++)
		text[i] = (char)i;
	json_quote(&quoted, (struct str){text, sizeof(text)});
	json_unescape(buf_str(&quoted), &plain);
	ck_assert_uint_eq(plain.len, sizeof(text));
	ck_assert_mem_eq(plain.data, text, sizeof(text));
	buf_fini(&quoted);
	buf_fini(&plain);
}
END_TEST

START_TEST(safe_integers_have_one_spelling)
{
	ck_assert(json_is_safe_integer(STR("0")));
	ck_assert(json_is_safe_integer(STR("42")));
	ck_assert(json_is_safe_integer(STR("-7")));
	ck_assert(json_is_safe_integer(STR("9007199254740991")));
	ck_assert(json_is_safe_integer(STR("-9007199254740991")));
	ck_assert(!json_is_safe_integer(STR("9007199254740992")));
	ck_assert(!json_is_safe_integer(STR("-9007199254740992")));
	ck_assert(!json_is_safe_integer(STR("-0")));
	ck_assert(!json_is_safe_integer(STR("007")));
	ck_assert(!json_is_safe_integer(STR("-07")));
	ck_assert(!json_is_safe_integer(STR("+1")));
	ck_assert(!json_is_safe_integer(STR("1.0")));
	ck_assert(!json_is_safe_integer(STR(" 1")));
	ck_assert(!json_is_safe_integer(STR("-")));
	ck_assert(!json_is_safe_integer(STR("")));
}
END_TEST

Suite *
json_text_suite(void)
{
	Suite *s = suite_create("json_text");
	TCase *c = tcase_create("json_text");
	int strings_n = sizeof(strings) / sizeof(strings[0]);

	tcase_add_loop_test(c, escapes_are_decoded, 0, strings_n);
	tcase_add_loop_test(c, comparing_sees_the_decoded_text, 0, strings_n);
	tcase_add_test(c, other_kinds_are_no_strings);
	tcase_add_test(c, a_string_without_escapes_is_borrowed);
	tcase_add_test(c, integers_fit_or_are_refused);
	tcase_add_test(c, numbers_become_doubles);
	tcase_add_test(c, a_number_ends_with_its_slice);
	tcase_add_loop_test(c, any_bytes_become_a_valid_string, 0,
			    sizeof(quotes) / sizeof(quotes[0]));
	tcase_add_test(c, every_byte_survives_quoting_and_unescaping);
	tcase_add_test(c, safe_integers_have_one_spelling);
	suite_add_tcase(s, c);
	return s;
}
