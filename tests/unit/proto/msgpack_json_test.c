/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msgpack to JSON and back. Bytes were taken from notepack.io 2.2 and 3.0. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/msgpack_json.h"

#include <stdlib.h>

static const struct msgpack_limits limits = {{8, 64}, 4096};

static int
decode(struct str bytes, const struct msgpack_limits *l, uint32_t bins_max,
       struct buf *json, uint32_t *bins_n_out)
{
	struct str *items = calloc(bins_max + 1, sizeof(*items));
	struct msgpack_bins bins = {.items = items, .max = bins_max};
	char *copy = malloc(bytes.len ? bytes.len : 1);
	struct msgpack_reader r = msgpack_reader((struct str){copy, bytes.len});
	int rc;

	memcpy(copy, bytes.ptr, bytes.len);
	rc = msgpack_to_json(&r, l, json, &bins);
	ck_assert(rc < 0 || r.at == r.end);
	*bins_n_out = bins.n;
	free(copy);
	free(items);
	return rc;
}

#define PLACE(n) "{\"_placeholder\":true,\"num\":" n "}"

static const struct {
	struct str bytes;
	const char *json;
	uint32_t bins_n;
} decoded[] = {
	{STR("\xc0"), "null", 0},
	{STR("\xd4\x00\x00"), "null", 0},
	{STR("\x93\xc2\xc3\x07"), "[false,true,7]", 0},
	{STR("\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"), "9007199254740991", 0},
	{STR("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615", 0},
	{STR("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808", 0},
	{STR("\xcb\x3f\xf8\0\0\0\0\0\0"), "1.5", 0},
	{STR("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), "0.1", 0},
	{STR("\xcb\x3f\xd3\x33\x33\x33\x33\x33\x34"), "0.30000000000000004", 0},
	{STR("\xca\x3d\xcc\xcc\xcd"), "0.10000000149011612", 0},
	{STR("\xcb\x44\x4b\x1a\xe4\xd6\xe2\xef\x50"), "1e+21", 0},
	{STR("\xcb\x41\xf0\0\0\0\0\0\0"), "4294967296", 0},
	{STR("\xcb\x80\0\0\0\0\0\0\0"), "0", 0},
	{STR("\xcb\x7f\xf8\0\0\0\0\0\0"), "null", 0},
	{STR("\xcb\xff\xf0\0\0\0\0\0\0"), "null", 0},
	{STR("\xca\x7f\x80\x00\x00"), "null", 0},
	{STR("\xa5"
	     "a\"\n\xc3\xa4"),
	 "\"a\\\"\\n\xc3\xa4\"", 0},
	{STR("\x82\xa1"
	     "a\x01\xa1"
	     "b\x90"),
	 "{\"a\":1,\"b\":[]}", 0},
	{STR("\x82\x05\x01\xff\x02"), "{\"5\":1,\"-1\":2}", 0},
	{STR("\xc4\x02\x01\x02"), PLACE("0"), 1},
	{STR("\x92\xc4\x00\x81\xa1"
	     "b\xc4\x02\x01\x02"),
	 "[" PLACE("0") ",{\"b\":" PLACE("1") "}]", 2},
	{STR("\xc7\x02\x00xy"), PLACE("0"), 1},
	{STR("\xd4\x05x"), "[5," PLACE("0") "]", 1},
	{STR("\xc7\x03\xfexyz"), "[-2," PLACE("0") "]", 1},
	{STR("\x81\xac_placeholder\xc3"), "{\"_placeholder\":true}", 0},
	{STR("\xd6\xff\x00\x00\x00\x00"), "\"1970-01-01T00:00:00.000Z\"", 0},
	{STR("\xd6\xff\xff\xff\xff\xff"), "\"2106-02-07T06:28:15.000Z\"", 0},
	{STR("\xd7\xff\x1d\x6f\x34\x54\x67\x34\xe1\x9f"), "\"2024-11-13T17:27:59.123Z\"",
	 0},
	{STR("\xc7\x0c\xff\x3b\x02\x33\x80\xff\xff\xff\xff\xff\xff\xff\xff"),
	 "\"1969-12-31T23:59:59.990Z\"", 0},
	{STR("\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xf1\x86\x8b\x84\x00"),
	 "\"0000-01-01T00:00:00.000Z\"", 0},
	{STR("\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x07\xdb\xa8\x21\x80\x00"),
	 "\"+275760-09-13T00:00:00.000Z\"", 0},
	{STR("\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x07\xdb\xa8\x21\x80\x01"), "null", 0},
	{STR("\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xf8\x24\x57\xde\x80\x00"),
	 "\"-271821-04-20T00:00:00.000Z\"", 0},
	{STR("\xc7\x0c\xff\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00"), "null", 0},
	{STR("\xd7\x00\x00\x00\x01\x93\x26\xa6\x02\xb3"), "\"2024-11-13T17:50:34.163Z\"",
	 0},
	{STR("\xd7\x00\x80\x00\x00\x00\x00\x00\x00\x00"), "null", 0},
	{STR("\xd7\x00\x7f\xff\xff\xff\xff\xff\xff\xff"), "null", 0},
	{STR("\xd7\x00\xff\xff\xff\xff\xff\xff\xfc\x18"), "\"1969-12-31T23:59:59.000Z\"",
	 0},
	{STR("\xd7\x00\xff\xff\xff\xff\xff\xff\xff\xff"), "\"1969-12-31T23:59:59.999Z\"",
	 0},
};

START_TEST(an_item_becomes_json)
{
	struct buf json = BUF_INIT;
	uint32_t bins_n;

	ck_assert_int_eq(decode(decoded[_i].bytes, &limits, 8, &json, &bins_n), 0);
	ck_assert_int_eq(json_check(buf_str(&json), &limits.json, NULL), 0);
	buf_add_char(&json, '\0');
	ck_assert_str_eq(json.data, decoded[_i].json);
	ck_assert_uint_eq(bins_n, decoded[_i].bins_n);
	buf_fini(&json);
}
END_TEST

START_TEST(an_item_cut_anywhere_is_refused)
{
	for (size_t cut = 0; cut < decoded[_i].bytes.len; cut++) {
		struct buf json = BUF_INIT;
		uint32_t bins_n;

		ck_assert_int_eq(decode((struct str){decoded[_i].bytes.ptr, cut}, &limits,
					8, &json, &bins_n),
				 -E_MSGPACK);
		buf_fini(&json);
	}
}
END_TEST

static const struct {
	struct str bytes;
	int rc;
} refused[] = {
	{STR("\xa1\xff"), -E_UTF8},
	{STR("\x81\xa1\xff\x01"), -E_UTF8},
	{STR("\x81\xc0\x01"), -E_MSGPACK},
	{STR("\x81\x90\x01"), -E_MSGPACK},
	{STR("\xc1"), -E_MSGPACK},
	{STR("\xd5\xffxy"), -E_MSGPACK},
	{STR("\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff"), -E_MSGPACK},
	{STR("\x92\xc4\x01x\x81\xac_placeholder\xc3"), -E_MSGPACK},
	{STR("\x92\x81\xac_placeholder\xc3\xc4\x01x"), -E_MSGPACK},
	{STR("\x91\x91\x91\x91\x91\x91\x91\x91\x90"), -E_JSON_DEPTH},
	{STR("\x91\x91\x91\x91\x91\x91\x91\x91\xc4\x01x"), -E_JSON_DEPTH},
	{STR("\x93\xc4\x01"
	     "a\xc4\x01"
	     "b\xc4\x01"
	     "c"),
	 -E_PACKETS},
};

START_TEST(what_cannot_be_json_is_refused)
{
	struct buf json = BUF_INIT;
	uint32_t bins_n;

	ck_assert_int_eq(decode(refused[_i].bytes, &limits, 2, &json, &bins_n),
			 refused[_i].rc);
	buf_fini(&json);
}
END_TEST

START_TEST(values_and_bytes_are_bounded)
{
	struct msgpack_limits few = {{8, 4}, 4096}, small = {{8, 64}, 12};
	struct buf json = BUF_INIT;
	uint32_t bins_n;

	ck_assert_int_eq(decode(STR("\x93\x01\x01\x01"), &few, 2, &json, &bins_n), 0);
	ck_assert_int_eq(decode(STR("\x94\x01\x01\x01\x01"), &few, 2, &json, &bins_n),
			 -E_JSON_COUNT);
	ck_assert_int_eq(decode(STR("\x92\xc4\x01x\x01"), &few, 2, &json, &bins_n),
			 -E_JSON_COUNT);
	ck_assert_int_eq(decode(STR("\xaa"
				    "0123456789"),
				&small, 2, &json, &bins_n),
			 0);
	ck_assert_int_eq(decode(STR("\xab"
				    "0123456789a"),
				&small, 2, &json, &bins_n),
			 -E_TOO_LARGE);
	ck_assert_int_eq(decode(STR("\xa2\0\0"), &small, 2, &json, &bins_n),
			 -E_TOO_LARGE);
	buf_fini(&json);
}
END_TEST

static const struct {
	const char *json;
	struct str bytes;
} encoded[] = {
	{"null", STR("\xc0")},
	{"[true,false]", STR("\x92\xc3\xc2")},
	{"-1", STR("\xff")},
	{"-0", STR("\x00")},
	{"1.0", STR("\x01")},
	{"1e3", STR("\xcd\x03\xe8")},
	{"-1.5", STR("\xcb\xbf\xf8\0\0\0\0\0\0")},
	{"9007199254740993", STR("\xcf\x00\x20\0\0\0\0\0\x01")},
	{"18446744073709551615", STR("\xcf\xff\xff\xff\xff\xff\xff\xff\xff")},
	{"18446744073709551616", STR("\xcb\x43\xf0\0\0\0\0\0\0")},
	{"1e999", STR("\xc0")},
	{"\"\"", STR("\xa0")},
	{"\"a\\n\\u00e4\\ud83d\\ude00\"", STR("\xa8"
					      "a\n\xc3\xa4\xf0\x9f\x98\x80")},
	{"\"\\ud800\"", STR("\xa3\xef\xbf\xbd")},
	{"\"\\u00410123456789012345678901234567890\"",
	 STR("\xd9\x20"
	     "A0123456789012345678901234567890")},
	{" { \"a\" : [ 1 , { } ] , \"b\\\"\" : \"c\" } ", STR("\x82\xa1"
							      "a\x92\x01\x80\xa2"
							      "b\"\xa1"
							      "c")},
	{"[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,[]]",
	 STR("\xdc\x00\x10\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x90")},
	{"[\"a\"," PLACE("1") ",[" PLACE("0") "]]", STR("\x93\xa1"
							"a\xc4\x03two\x91\xc4\x00")},
	{"{\"x\":{\"num\":1,\"_placeholder\":true}}", STR("\x81\xa1x\xc4\x03two")},
	{"{\"_placeholder\":false,\"num\":7}",
	 STR("\x82\xac_placeholder\xc2\xa3num\x07")},
};

static const struct str two_bins[] = {{"", 0}, {"two", 3}};

START_TEST(json_becomes_the_smallest_forms)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(msgpack_from_json(&out, str_from(encoded[_i].json), two_bins, 2),
			 0);
	ck_assert(str_eq(buf_str(&out), encoded[_i].bytes));
	buf_fini(&out);
}
END_TEST

START_TEST(json_goes_there_and_back)
{
	static const char *texts[] = {
		"[\"message\",1,\"2\",{\"3\":[true,null,-1.25e-7]}]",
		"{\"a\":{\"b\":{\"c\":[[[]]]}},\"\":\"\\u0000\\\\\"}",
		"[0.1,1e+300,-2.5,9007199254740993,12345.678]",
		"[" PLACE("0") ",{\"x\":" PLACE("1") "}]",
	};
	uint32_t bins_n = _i == 3 ? 2 : 0, bins_back_n;
	struct buf packed = BUF_INIT, json = BUF_INIT;

	ck_assert_int_eq(
		msgpack_from_json(&packed, str_from(texts[_i]), two_bins, bins_n), 0);
	ck_assert_int_eq(decode(buf_str(&packed), &limits, 2, &json, &bins_back_n), 0);
	ck_assert_uint_eq(bins_back_n, bins_n);
	buf_add_char(&json, '\0');
	if (_i != 0) /* 1.25e-7 is printed as 1.25e-07 */
		ck_assert_str_eq(json.data, texts[_i]);
	else
		ck_assert_str_eq(json.data,
				 "[\"message\",1,\"2\",{\"3\":[true,null,-1.25e-07]}]");
	buf_fini(&packed);
	buf_fini(&json);
}
END_TEST

START_TEST(a_placeholder_without_attachment_is_refused_unless_there_are_none)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(msgpack_from_json(&out, STR(PLACE("2")), two_bins, 2),
			 -E_PACKET);
	ck_assert_int_eq(msgpack_from_json(&out, STR(PLACE("-1")), two_bins, 2),
			 -E_PACKET);
	ck_assert_int_eq(
		msgpack_from_json(&out, STR("{\"_placeholder\":true}"), two_bins, 2),
		-E_PACKET);
	buf_clear(&out);
	ck_assert_int_eq(msgpack_from_json(&out, STR(PLACE("2")), NULL, 0), 0);
	ck_assert(str_eq(buf_str(&out), STR("\x82\xac_placeholder\xc3\xa3num\x02")));
	buf_fini(&out);
}
END_TEST

Suite *
msgpack_json_suite(void)
{
	Suite *suite = suite_create("msgpack_json");
	TCase *tc = tcase_create("msgpack_json");
	int decoded_n = sizeof(decoded) / sizeof(decoded[0]);

	tcase_add_loop_test(tc, an_item_becomes_json, 0, decoded_n);
	tcase_add_loop_test(tc, an_item_cut_anywhere_is_refused, 0, decoded_n);
	tcase_add_loop_test(tc, what_cannot_be_json_is_refused, 0,
			    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tc, values_and_bytes_are_bounded);
	tcase_add_loop_test(tc, json_becomes_the_smallest_forms, 0,
			    sizeof(encoded) / sizeof(encoded[0]));
	tcase_add_loop_test(tc, json_goes_there_and_back, 0, 4);
	tcase_add_test(tc,
		       a_placeholder_without_attachment_is_refused_unless_there_are_none);
	suite_add_tcase(suite, tc);
	return suite;
}
