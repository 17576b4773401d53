/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking validated JSON texts. */
#include "unit/proto/suites.h"

#include "proto/json.h"

#include <stdlib.h>

#define ck_assert_str_is(got, text)                                                      \
	ck_assert_msg(str_eq(got, STR(text)), "\"%.*s\" is not \"%s\"", STR_ARG(got),    \
		      text)

static const struct {
	struct str text;
	enum json_kind kind;
} kinds[] = {
	{STR("null"), JSON_NULL_KIND},   {STR("true"), JSON_BOOL},
	{STR("false"), JSON_BOOL},       {STR("0"), JSON_NUMBER},
	{STR("9.5"), JSON_NUMBER},       {STR("-1"), JSON_NUMBER},
	{STR("\"\""), JSON_STRING_KIND}, {STR("[]"), JSON_ARRAY_KIND},
	{STR("{}"), JSON_OBJECT_KIND},   {STR(" \t\r\n[]"), JSON_ARRAY_KIND},
	{STR(""), JSON_INVALID},         {STR("  "), JSON_INVALID},
	{STR("x"), JSON_INVALID},        {STR("]"), JSON_INVALID},
};

START_TEST(the_first_byte_tells_the_kind)
{
	ck_assert_int_eq(json_kind(kinds[_i].text), kinds[_i].kind);
}
END_TEST

START_TEST(a_trimmed_text_is_its_value)
{
	ck_assert_str_is(json_trim(STR(" \t\r\n[1, 2]\n ")), "[1, 2]");
	ck_assert_str_is(json_trim(STR("\" a \"\r")), "\" a \"");
	ck_assert_str_is(json_trim(STR("1")), "1");
	ck_assert_str_is(json_trim(STR(" ")), "");
	ck_assert_str_is(json_trim(STR("")), "");
}
END_TEST

START_TEST(elements_come_in_order_without_blanks)
{
	struct json_walk w = json_walk(STR(
		" [ 1 ,\"a,]\\\"b\", [2,[3]] ,{\"k\":\"}\"},true\n, null , -1.5e3 ] "));
	struct str v;

	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "1");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "\"a,]\\\"b\"");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "[2,[3]]");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "{\"k\":\"}\"}");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "true");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "null");
	ck_assert(json_next(&w, &v));
	ck_assert_str_is(v, "-1.5e3");
	ck_assert(!json_next(&w, &v));
	ck_assert(!json_next(&w, &v));
}
END_TEST

START_TEST(members_come_in_order_with_raw_keys)
{
	struct json_walk w = json_walk(
		STR("{ \"a\" : 1 ,\"\":{\"x\":[]},\"q\\\"\\u0041\":\"\\\\\" }"));
	struct str k, v;

	ck_assert(json_next_member(&w, &k, &v));
	ck_assert_str_is(k, "a");
	ck_assert_str_is(v, "1");
	ck_assert(json_next_member(&w, &k, &v));
	ck_assert_str_is(k, "");
	ck_assert_str_is(v, "{\"x\":[]}");
	ck_assert(json_next_member(&w, &k, &v));
	ck_assert_str_is(k, "q\\\"\\u0041");
	ck_assert_str_is(v, "\"\\\\\"");
	ck_assert(!json_next_member(&w, &k, &v));
}
END_TEST

START_TEST(what_is_empty_or_no_container_has_nothing_to_walk)
{
	static const struct str texts[] = {STR("[]"),  STR(" [ ] "),   STR("{}"),
					   STR("{ }"), STR("\"[1]\""), STR("12"),
					   STR(""),    STR("  ")};
	struct json_walk w = json_walk(texts[_i]);
	struct str k, v;

	ck_assert(!json_next(&w, &v));
	w = json_walk(texts[_i]);
	ck_assert(!json_next_member(&w, &k, &v));
	ck_assert(!json_get(texts[_i], STR("a"), &v));
}
END_TEST

/* Brackets inside of strings do not count, wherever the words of eight bytes begin. */
START_TEST(strings_of_every_length_are_skipped)
{
	static const struct str fillers[] = {STR("x"),    STR("]"),    STR("}"),
					     STR("\\\""), STR("\\\\"), STR("\xC3\xA9"),
					     STR("[{")};

	for (size_t n = 0; n < 24; n++) {
		struct buf b = BUF_INIT;
		struct json_walk w;
		struct str v;

		buf_add_str(&b, STR("[[{\"k\":\""));
		for (size_t i = 0; i < n; i++)
			buf_add_str(&b, fillers[_i]);
		buf_add_str(&b, STR("\"}],77]"));
		w = json_walk(buf_str(&b));
		ck_assert(json_next(&w, &v));
		ck_assert_uint_eq(v.len, b.len - 5);
		ck_assert(json_next(&w, &v));
		ck_assert_str_is(v, "77");
		ck_assert(!json_next(&w, &v));
		buf_fini(&b);
	}
}
END_TEST

START_TEST(the_last_member_of_a_key_wins)
{
	struct str v;

	ck_assert(json_get(STR("{\"a\":1,\"b\":2,\"a\":3}"), STR("a"), &v));
	ck_assert_str_is(v, "3");
	ck_assert(json_get(STR("{\"a\":1,\"\\u0061\":4}"), STR("a"), &v));
	ck_assert_str_is(v, "4");
}
END_TEST

START_TEST(absent_members_and_inner_ones_are_not_found)
{
	struct str v = STR("untouched");

	ck_assert(!json_get(STR("{\"a\":{\"b\":1},\"c\":\"b\"}"), STR("b"), &v));
	ck_assert(!json_get(STR("{\"abc\":1}"), STR("ab"), &v));
	ck_assert(!json_get(STR("{\"ab\":1}"), STR("abc"), &v));
	ck_assert(!json_get(STR("[\"b\",1]"), STR("b"), &v));
	ck_assert(!json_get(STR("\"b\""), STR("b"), &v));
	ck_assert_str_is(v, "untouched");
	ck_assert(json_get(STR(" {\"\":5}"), STR(""), &v));
	ck_assert_str_is(v, "5");
}
END_TEST

/* Names of every length, with an escape or without: near the end of the text and far from it. */
START_TEST(many_members_are_picked_in_one_walk)
{
	static const struct str tails[] = {STR("}"),
					   STR(",\"x\":[{\"a\":0}],\"\":\"}\"  }")};

	for (size_t n = 1; n < 40; n++) {
		struct buf key = BUF_INIT, text = BUF_INIT;
		struct str keys[4],
			values[4] = {STR("old"), STR("old"), STR("old"), STR("old")};

		for (size_t i = 0; i < n; i++)
			buf_add_char(&key, (char)('a' + i % 26));
		buf_printf(&text, "{\"%.*s\":1,\"b\\u00%02x\":2,\"%.*s\":3%.*s",
			   STR_ARG(buf_str(&key)), key.data[n - 1],
			   STR_ARG(buf_str(&key)), STR_ARG(tails[_i]));
		keys[0] = buf_str(&key);
		keys[1] = (struct str){key.data, n - 1};
		keys[2] = (struct str){(char[]){'b', key.data[n - 1]}, 2};
		keys[3] = STR("b\\u0061");
		json_pick(buf_str(&text), keys, 4, values);
		ck_assert_str_is(values[0], "3");
		if (n == 1 && _i == 1)
			ck_assert_str_is(values[1], "\"}\"");
		else
			ck_assert_ptr_null(values[1].ptr);
		ck_assert_str_is(values[2], "2");
		ck_assert_ptr_null(values[3].ptr);
		buf_fini(&key);
		buf_fini(&text);
	}
}
END_TEST

START_TEST(no_text_at_all_is_nothing)
{
	struct str none = {NULL, 0}, k, v;
	struct json_walk w = json_walk(none);

	ck_assert_int_eq(json_kind(none), JSON_INVALID);
	ck_assert_uint_eq(json_trim(none).len, 0);
	ck_assert(!json_next(&w, &v));
	ck_assert(!json_next_member(&w, &k, &v));
	ck_assert(!json_get(none, STR(""), &v));
	ck_assert(json_key_is(none, STR("")));
	ck_assert(!json_key_is(none, STR("a")));
	ck_assert(!json_string_is(none, STR("")));
	ck_assert(!json_is_true(none));
}
END_TEST

START_TEST(only_true_is_true)
{
	ck_assert(json_is_true(STR("true")));
	ck_assert(!json_is_true(STR("false")));
	ck_assert(!json_is_true(STR("1")));
	ck_assert(!json_is_true(STR("\"true\"")));
	ck_assert(!json_is_true(STR("")));
}
END_TEST

/* What nobody validated: walks end and stay inside, whatever they find. */
START_TEST(a_walk_over_rubbish_ends_inside_of_it)
{
	static const struct str texts[] = {
		STR("[1,2"),
		STR("[\"abc"),
		STR("[\"abc\\"),
		STR("{\"a"),
		STR("{\"a\""),
		STR("{\"a\":"),
		STR("[[[["),
		STR("[\x01\x02]"),
		STR("{1:2}"),
		STR("[:::]"),
		STR("{\"a\":[1,{\"b\":\"c"),
		STR("[,,,]"),
		STR("[1 2 3]"),
		STR("{\"a\" \"b\"}"),
	};

	for (size_t n = 0; n <= texts[_i].len; n++) {
		char *copy = malloc(n + 1);
		struct json_walk w;
		struct str k, v;
		size_t steps_n = 0;

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, texts[_i].ptr, n);
		for (w = json_walk((struct str){copy, n}); json_next(&w, &v); steps_n++)
			ck_assert(v.ptr >= copy && v.ptr + v.len <= copy + n);
		w = json_walk((struct str){copy, n});
		for (; json_next_member(&w, &k, &v); steps_n++)
			ck_assert(k.ptr > copy && v.ptr + v.len <= copy + n);
		ck_assert_uint_le(steps_n, 2 * n);
		free(copy);
	}
}
END_TEST

Suite *
json_walk_suite(void)
{
	Suite *s = suite_create("json_walk");
	TCase *c = tcase_create("json_walk");

	tcase_add_loop_test(c, the_first_byte_tells_the_kind, 0,
			    sizeof(kinds) / sizeof(kinds[0]));
	tcase_add_test(c, a_trimmed_text_is_its_value);
	tcase_add_test(c, elements_come_in_order_without_blanks);
	tcase_add_test(c, members_come_in_order_with_raw_keys);
	tcase_add_loop_test(c, what_is_empty_or_no_container_has_nothing_to_walk, 0, 8);
	tcase_add_loop_test(c, strings_of_every_length_are_skipped, 0, 7);
	tcase_add_test(c, the_last_member_of_a_key_wins);
	tcase_add_loop_test(c, many_members_are_picked_in_one_walk, 0, 2);
	tcase_add_test(c, absent_members_and_inner_ones_are_not_found);
	tcase_add_test(c, no_text_at_all_is_nothing);
	tcase_add_test(c, only_true_is_true);
	tcase_add_loop_test(c, a_walk_over_rubbish_ends_inside_of_it, 0, 14);
	suite_add_tcase(s, c);
	return s;
}
