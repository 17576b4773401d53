/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_check against tables of texts. Each text is checked where reading past its end is
 * an error that the sanitizers see. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/json.h"

#include <stdlib.h>

static const struct json_limits wide = {.depth = JSON_DEPTH_MAX, .values = 1000000};

static int
check_copy(struct str text, const struct json_limits *limits, size_t *error_at_out)
{
	char *copy = malloc(text.len ? text.len : 1);
	int error;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text.ptr, text.len);
	error = json_check((struct str){copy, text.len}, limits, error_at_out);
	free(copy);
	return error;
}

static const struct str good[] = {
	STR("null"),
	STR("true"),
	STR("false"),
	STR("0"),
	STR("-0"),
	STR("7"),
	STR("1234567890"),
	STR("-12.5"),
	STR("0.0"),
	STR("1e5"),
	STR("1E+5"),
	STR("1.25e-300"),
	STR("0e1"),
	STR("1e99999"),
	STR("123456789012345678901234567890"),
	STR("\"\""),
	STR("\"a\""),
	STR("\"seven77\""),
	STR("\"eight888\""),
	STR("\"nine99999\""),
	STR("[]"),
	STR("{}"),
	STR(" [ ] "),
	STR(" { } "),
	STR("[1]"),
	STR("[1,2]"),
	STR("[ 1 , 2 ]"),
	STR("[[],{}]"),
	STR("{\"a\":1}"),
	STR("{ \"a\" : 1 , \"b\" : [ ] }"),
	STR("{\"a\":{\"b\":{}}}"),
	STR("{\"a\":1,\"a\":2}"),
	STR("{\"\":null}"),
	STR("\t\n\r 1\t\n\r "),
	STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uABcd\""),
	STR("\"\\ud83d\\ude00\""),
	STR("\"\\ud800\""),
	STR("\"\\udc00x\""),
	STR("\"\\ude00\\ud83d\""),
	STR("\"\x7F\""),
	STR("\"\xC2\x80\xDF\xBF\""),
	STR("\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\""),
	STR("\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""),
	STR("\"\xE2\x80\xA8\xE2\x80\xA9\""),
	STR("[[[[[[[[[[1]]]]]]]]]]"),
	STR("[true,false,null,\"x\",-1.5e3,{},[]]"),
	STR("\"1234567\xC3\xA9\""),
	STR("\"12345678\\n12345678\\\\\""),
};

START_TEST(what_the_grammar_has_is_taken)
{
	size_t at = 77;

	ck_assert_int_eq(check_copy(good[_i], &wide, &at), 0);
	ck_assert_uint_eq(at, 77);
	ck_assert_int_eq(check_copy(good[_i], &wide, NULL), 0);
}
END_TEST

/* Text, error and offset of the first byte that cannot be. */
static const struct bad {
	struct str text;
	int error;
	size_t at;
} bad[] = {
	{STR(""), -E_JSON_SYNTAX, 0},
	{STR(" "), -E_JSON_SYNTAX, 1},
	{STR("\xEF\xBB\xBF{}"), -E_JSON_SYNTAX, 0},
	{STR("nul"), -E_JSON_SYNTAX, 3},
	{STR("nulL"), -E_JSON_SYNTAX, 3},
	{STR("nullx"), -E_JSON_SYNTAX, 4},
	{STR("truefalse"), -E_JSON_SYNTAX, 4},
	{STR("True"), -E_JSON_SYNTAX, 0},
	{STR("undefined"), -E_JSON_SYNTAX, 0},
	{STR("NaN"), -E_JSON_SYNTAX, 0},
	{STR("Infinity"), -E_JSON_SYNTAX, 0},
	{STR("-Infinity"), -E_JSON_SYNTAX, 1},
	{STR("-"), -E_JSON_SYNTAX, 1},
	{STR("+1"), -E_JSON_SYNTAX, 0},
	{STR(".5"), -E_JSON_SYNTAX, 0},
	{STR("01"), -E_JSON_SYNTAX, 1},
	{STR("-01"), -E_JSON_SYNTAX, 2},
	{STR("1."), -E_JSON_SYNTAX, 2},
	{STR("1.e1"), -E_JSON_SYNTAX, 2},
	{STR("1e"), -E_JSON_SYNTAX, 2},
	{STR("1e+"), -E_JSON_SYNTAX, 3},
	{STR("1e1.5"), -E_JSON_SYNTAX, 3},
	{STR("0x10"), -E_JSON_SYNTAX, 1},
	{STR("1 2"), -E_JSON_SYNTAX, 2},
	{STR("1\0"), -E_JSON_SYNTAX, 1},
	{STR("\0"), -E_JSON_SYNTAX, 0},
	{STR("1\v"), -E_JSON_SYNTAX, 1},
	{STR("\f1"), -E_JSON_SYNTAX, 0},
	{STR("\xC2\xA0"
	     "1"),
	 -E_JSON_SYNTAX, 0},
	{STR("'a'"), -E_JSON_SYNTAX, 0},
	{STR("\""), -E_JSON_SYNTAX, 1},
	{STR("\"abc"), -E_JSON_SYNTAX, 4},
	{STR("\"abc\\"), -E_JSON_SYNTAX, 5},
	{STR("\"\\\""), -E_JSON_SYNTAX, 3},
	{STR("\"\\x41\""), -E_JSON_SYNTAX, 2},
	{STR("\"\\'\""), -E_JSON_SYNTAX, 2},
	{STR("\"\\U0041\""), -E_JSON_SYNTAX, 2},
	{STR("\"\\u004\""), -E_JSON_SYNTAX, 6},
	{STR("\"\\u00g0\""), -E_JSON_SYNTAX, 5},
	{STR("\"\\u00@0\""), -E_JSON_SYNTAX, 5},
	{STR("\"\\u 041\""), -E_JSON_SYNTAX, 3},
	{STR("\"a\nb\""), -E_JSON_SYNTAX, 2},
	{STR("\"a\tb\""), -E_JSON_SYNTAX, 2},
	{STR("\"\0\""), -E_JSON_SYNTAX, 1},
	{STR("\"12345678\x1F\""), -E_JSON_SYNTAX, 9},
	{STR("\"\x80\""), -E_UTF8, 1},
	{STR("\"\xBF\""), -E_UTF8, 1},
	{STR("\"\xC0\x80\""), -E_UTF8, 1},
	{STR("\"\xC1\xBF\""), -E_UTF8, 1},
	{STR("\"\xC3\""), -E_UTF8, 1},
	{STR("\"\xC3"), -E_UTF8, 1},
	{STR("\"\xE0\x9F\xBF\""), -E_UTF8, 1},
	{STR("\"\xED\xA0\x80\""), -E_UTF8, 1},
	{STR("\"\xE2\x82\""), -E_UTF8, 1},
	{STR("\"\xF0\x8F\xBF\xBF\""), -E_UTF8, 1},
	{STR("\"\xF4\x90\x80\x80\""), -E_UTF8, 1},
	{STR("\"\xF0\x9F\x98"), -E_UTF8, 1},
	{STR("\"\xF5\x80\x80\x80\""), -E_UTF8, 1},
	{STR("\"\xFE\xFF\""), -E_UTF8, 1},
	{STR("\"\xC3\xA9\xC3\""), -E_UTF8, 3},
	{STR("["), -E_JSON_SYNTAX, 1},
	{STR("]"), -E_JSON_SYNTAX, 0},
	{STR("[1"), -E_JSON_SYNTAX, 2},
	{STR("[1,"), -E_JSON_SYNTAX, 3},
	{STR("[1,]"), -E_JSON_SYNTAX, 3},
	{STR("[,1]"), -E_JSON_SYNTAX, 1},
	{STR("[1,,2]"), -E_JSON_SYNTAX, 3},
	{STR("[1 2]"), -E_JSON_SYNTAX, 3},
	{STR("[1}"), -E_JSON_SYNTAX, 2},
	{STR("[}"), -E_JSON_SYNTAX, 1},
	{STR("[]]"), -E_JSON_SYNTAX, 2},
	{STR("[\"a\":1]"), -E_JSON_SYNTAX, 4},
	{STR("{"), -E_JSON_SYNTAX, 1},
	{STR("}"), -E_JSON_SYNTAX, 0},
	{STR("{]"), -E_JSON_SYNTAX, 1},
	{STR("{1:2}"), -E_JSON_SYNTAX, 1},
	{STR("{a:1}"), -E_JSON_SYNTAX, 1},
	{STR("{\"a\"}"), -E_JSON_SYNTAX, 4},
	{STR("{\"a\" 1}"), -E_JSON_SYNTAX, 5},
	{STR("{\"a\":}"), -E_JSON_SYNTAX, 5},
	{STR("{\"a\":1,}"), -E_JSON_SYNTAX, 7},
	{STR("{\"a\":1 \"b\":2}"), -E_JSON_SYNTAX, 7},
	{STR("{\"a\":1]"), -E_JSON_SYNTAX, 6},
	{STR("{,}"), -E_JSON_SYNTAX, 1},
	{STR("{\"a\":1}{"), -E_JSON_SYNTAX, 7},
	{STR("{\"\xFF\":1}"), -E_UTF8, 2},
	{STR("[1]//"), -E_JSON_SYNTAX, 3},
	{STR("/**/1"), -E_JSON_SYNTAX, 0},
};

START_TEST(what_the_grammar_has_not_is_refused_at_its_byte)
{
	size_t at = 77;

	ck_assert_int_eq(check_copy(bad[_i].text, &wide, &at), bad[_i].error);
	ck_assert_uint_eq(at, bad[_i].at);
	ck_assert_int_eq(check_copy(bad[_i].text, &wide, NULL), bad[_i].error);
}
END_TEST

/* A container or a string is whole only with its last byte. */
START_TEST(a_text_cut_anywhere_is_refused)
{
	struct str text = STR(
		"{\"k\xC3\xA9y\\u00e9\":[true,-1.5e+7,\"\xF0\x9F\x98\x80\\n\",{}]}");

	ck_assert_int_eq(check_copy(text, &wide, NULL), 0);
	for (size_t n = 0; n < text.len; n++)
		ck_assert_int_lt(check_copy((struct str){text.ptr, n}, &wide, NULL), 0);
}
END_TEST

/* The word loop and the byte loop see the same at every distance from either end. */
START_TEST(a_bad_byte_is_found_at_every_place_of_a_string)
{
	static const char bytes[] = {'\x01', '\x1F', '\x80', '\xFF'};
	char text[42];

	for (size_t at = 1; at + 1 < sizeof(text); at++) {
		size_t found;

		memset(text, 'x', sizeof(text));
		text[0] = text[sizeof(text) - 1] = '"';
		text[at] = bytes[_i];
		ck_assert_int_lt(
			json_check((struct str){text, sizeof(text)}, &wide, &found), 0);
		ck_assert_uint_eq(found, at);
		text[at] = '\x7F';
		ck_assert_int_eq(
			json_check((struct str){text, sizeof(text)}, &wide, NULL), 0);
	}
}
END_TEST

START_TEST(depth_is_limited)
{
	struct json_limits limits = {.depth = 3, .values = 100};
	size_t at;

	ck_assert_int_eq(check_copy(STR("[{\"a\":[1]}]"), &limits, NULL), 0);
	ck_assert_int_eq(check_copy(STR("[[[]],[[]],[[]]]"), &limits, NULL), 0);
	ck_assert_int_eq(check_copy(STR("[[[ []]]]"), &limits, &at), -E_JSON_DEPTH);
	ck_assert_uint_eq(at, 4);
	limits.depth = 0;
	ck_assert_int_eq(check_copy(STR("1"), &limits, NULL), 0);
	ck_assert_int_eq(check_copy(STR("[]"), &limits, NULL), -E_JSON_DEPTH);
}
END_TEST

START_TEST(depth_never_exceeds_what_the_stack_has)
{
	struct json_limits limits = {.depth = UINT32_MAX, .values = UINT32_MAX};
	char text[2 * JSON_DEPTH_MAX + 2];
	size_t at;

	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	ck_assert_int_eq(
		check_copy((struct str){text, 2 * JSON_DEPTH_MAX}, &limits, NULL), 0);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	ck_assert_int_eq(check_copy((struct str){text, sizeof(text)}, &limits, &at),
			 -E_JSON_DEPTH);
	ck_assert_uint_eq(at, JSON_DEPTH_MAX);
}
END_TEST

/* Every level remembers what it is, also across the words of the bit stack. */
START_TEST(deep_mixed_nesting_closes_in_order_only)
{
	char text[1400];
	size_t n = 0, half;

	for (int level = 0; level < 200; level++) {
		memcpy(text + n, level % 3 ? "[" : "{\"\":", level % 3 ? 1 : 4);
		n += level % 3 ? 1 : 4;
	}
	text[n++] = '0';
	half = n;
	for (int level = 200; level-- > 0;)
		text[n++] = level % 3 ? ']' : '}';
	ck_assert_int_eq(check_copy((struct str){text, n}, &wide, NULL), 0);
	for (size_t i = half; i < n; i++) {
		size_t at;

		text[i] ^= ']' ^ '}';
		ck_assert_int_eq(check_copy((struct str){text, n}, &wide, &at),
				 -E_JSON_SYNTAX);
		ck_assert_uint_eq(at, i);
		text[i] ^= ']' ^ '}';
	}
}
END_TEST

START_TEST(values_are_counted_keys_are_not)
{
	struct json_limits limits = {.depth = 9, .values = 4};
	size_t at;

	ck_assert_int_eq(check_copy(STR("[1,2,3]"), &limits, NULL), 0);
	ck_assert_int_eq(check_copy(STR("{\"a\":1,\"b\":[2]}"), &limits, NULL), 0);
	ck_assert_int_eq(check_copy(STR("[1,2,3,4]"), &limits, &at), -E_JSON_COUNT);
	ck_assert_uint_eq(at, 7);
	ck_assert_int_eq(check_copy(STR("[[],[],[],{}]"), &limits, NULL), -E_JSON_COUNT);
	limits.values = 0;
	ck_assert_int_eq(check_copy(STR("1"), &limits, NULL), -E_JSON_COUNT);
}
END_TEST

START_TEST(no_text_at_all_is_refused)
{
	ck_assert_int_eq(json_check((struct str){NULL, 0}, &wide, NULL), -E_JSON_SYNTAX);
}
END_TEST

static const struct noted {
	struct str text;
	uint32_t depth;
	const char *object; /* NULL: there is none at that depth */
} noteds[] = {
	{STR("{}"), 0, "{}"},
	{STR(" { } "), 0, "{ }"},
	{STR(" {\"a\" : [1,{\"b\":2}] , \"c\":{} , \"d\":\"}\" } "), 0,
	 "{\"a\" : [1,{\"b\":2}] , \"c\":{} , \"d\":\"}\" }"},
	{STR("{\"a\":1,\"\\u0061\":2,\"\xC3\xA4\":3,\"a\":4}"), 0,
	 "{\"a\":1,\"\\u0061\":2,\"\xC3\xA4\":3,\"a\":4}"},
	{STR("{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":{\"x\":[ ]} "
	     "}"),
	 0,
	 "{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":{\"x\":[ ]} }"},
	{STR("[{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":8,\"a\":9}"
	     "]"),
	 1, "{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,\"8\":8,\"a\":9}"},
	{STR("[\"e\",{\"a\":{\"a\":1}},{\"b\":2}]"), 1, "{\"a\":{\"a\":1}}"},
	{STR("[\"e\",{},{\"b\":2}]"), 1, "{}"},
	{STR("[[{\"a\":1}],{\"b\":2}]"), 1, "{\"b\":2}"},
	{STR("[[{\"a\":1}],{\"b\":{\"c\":3}}]"), 2, "{\"a\":1}"},
	{STR("[1,[2]]"), 1, NULL},
	{STR("[{\"a\":1}]"), 0, NULL},
	{STR("\"{}\""), 0, NULL},
};

START_TEST(the_members_of_an_object_are_noted_on_the_way)
{
	static const struct str keys[] = {STR("a"), STR("8"), STR("\xC3\xA4"), STR("")};
	const struct noted *row = &noteds[_i];
	struct json_members m;
	struct json_walk w;
	struct str key, value, picked[4], found[4];

	ck_assert_int_eq(json_check_members(row->text, &wide, row->depth, &m), 0);
	if (!row->object) {
		ck_assert_ptr_null(m.object.ptr);
		return;
	}
	ck_assert(str_eq(m.object, str_from(row->object)));
	w = json_walk(m.object);
	for (uint32_t i = 0; i < m.n; i++) {
		ck_assert(json_next_member(&w, &key, &value));
		ck_assert(str_eq(m.items[i].key, key));
		ck_assert(str_eq(m.items[i].value, value));
	}
	ck_assert(json_next_member(&w, &key, &value) == m.is_cut);
	json_pick(m.object, keys, 4, picked);
	json_members_pick(&m, keys, 4, found);
	ck_assert_mem_eq(found, picked, sizeof(found));
}
END_TEST

START_TEST(noting_takes_and_refuses_as_checking_does)
{
	struct json_members m;

	for (uint32_t depth = 0; depth < 3; depth++) {
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
			ck_assert_int_eq(json_check_members(good[i], &wide, depth, &m),
					 0);
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			ck_assert_int_eq(
				json_check_members(bad[i].text, &wide, depth, &m),
				json_check(bad[i].text, &wide, NULL));
	}
}
END_TEST

Suite *
json_check_suite(void)
{
	Suite *s = suite_create("json_check");
	TCase *c = tcase_create("json_check");

	tcase_add_loop_test(c, what_the_grammar_has_is_taken, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(c, what_the_grammar_has_not_is_refused_at_its_byte, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(c, a_text_cut_anywhere_is_refused);
	tcase_add_loop_test(c, a_bad_byte_is_found_at_every_place_of_a_string, 0, 4);
	tcase_add_test(c, depth_is_limited);
	tcase_add_test(c, depth_never_exceeds_what_the_stack_has);
	tcase_add_test(c, deep_mixed_nesting_closes_in_order_only);
	tcase_add_test(c, values_are_counted_keys_are_not);
	tcase_add_test(c, no_text_at_all_is_refused);
	tcase_add_loop_test(c, the_members_of_an_object_are_noted_on_the_way, 0,
			    sizeof(noteds) / sizeof(noteds[0]));
	tcase_add_test(c, noting_takes_and_refuses_as_checking_does);
	suite_add_tcase(s, c);
	return s;
}
